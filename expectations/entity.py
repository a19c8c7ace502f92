"""Checks of `entity` that its contract cannot state: its name, its country and its coordinates."""

from __future__ import annotations

from expectations.check import Check
from expectations.iso_codes import COUNTRIES
from expectations.sql_text import is_blank, literal, row_check
from warehouse.tables import ENTITY

_COUNTRIES = ", ".join(literal(code) for code in COUNTRIES.split())

CHECKS: tuple[Check, ...] = (
    row_check(
        ENTITY,
        "name",
        "not_blank",
        "critical",
        "An identity without a name cannot be shown or merged.",
        bad=f"{is_blank('name')} or name = ''",
        observed="entity_type",
    ),
    row_check(
        ENTITY,
        "country_iso2",
        "in_force",
        "critical",
        "ISO 3166-1 as it stands. A withdrawn or made-up code joins with no map.",
        bad=f"country_iso2 not in ({_COUNTRIES})",
        observed="name || ' ' || country_iso2",
    ),
    row_check(
        ENTITY,
        "latitude",
        "with_longitude",
        "critical",
        "A place has both coordinates or none, and they are numbers.",
        bad="(latitude is null) <> (longitude is null) or isnan(latitude) or isnan(longitude)",
        observed="concat_ws(' ', name, latitude, longitude)",
    ),
)
