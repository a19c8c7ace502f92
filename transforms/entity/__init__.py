"""Which person, organization, place or other thing each name means, across articles and runs."""

from transforms.entity.resolve import Resolution

__all__ = ["Resolution"]
