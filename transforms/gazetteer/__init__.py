"""Countries, cities, regions, peoples and currencies by name."""

from transforms.gazetteer.lookup import Gazetteer, load_gazetteer

__all__ = ["Gazetteer", "load_gazetteer"]
