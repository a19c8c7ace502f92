"""Checks of `entity` that its contract cannot state: its name, its country and its coordinates."""

from __future__ import annotations

from expectations.check import Check
from expectations.iso_codes import COUNTRIES
from expectations.sql_text import is_blank, is_unnormalised, literal, row_check, rows_of
from warehouse.tables import ENTITY

_COUNTRIES = ", ".join(literal(code) for code in COUNTRIES.split())

CHECKS: tuple[Check, ...] = (
    row_check(
        ENTITY,
        "name",
        "trimmed",
        "critical",
        "Names are compared as written; odd white space or an invisible character makes two "
        "entities of one.",
        bad=is_unnormalised("name"),
        observed="name",
    ),
    row_check(
        ENTITY,
        "name",
        "is_an_alias",
        "warning",
        "Names are looked up in entity_alias; an entity whose own name is missing there is never "
        "found.",
        source=rows_of(ENTITY),
        bad="not exists (select 1 from known.entity_alias as a "
        "where a.entity_id = t.entity_id and a.alias = t.name)",
        observed="t.name",
    ),
    row_check(
        ENTITY,
        "entity_id",
        "mentioned",
        "warning",
        "An entity comes from a mention; a run should write none that nothing mentions.",
        source=rows_of(ENTITY),
        bad="not exists (select 1 from known.mention as m where m.entity_id = t.entity_id)",
        observed="t.name",
    ),
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
        "A current ISO 3166-1 code. A withdrawn or invented code is on no map.",
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
