"""Checks of `entity` that its contract cannot state: its name, its country and its coordinates."""

from __future__ import annotations

from expectations.check import Check
from expectations.iso_codes import COUNTRIES
from expectations.sql_text import is_blank, is_unkempt, literal, row_check, rows_of
from warehouse.tables import ENTITY

_COUNTRIES = ", ".join(literal(code) for code in COUNTRIES.split())

CHECKS: tuple[Check, ...] = (
    row_check(
        ENTITY,
        "name",
        "trimmed",
        "critical",
        "A name is compared as it is written; white space in it, or what nobody sees, makes one "
        "identity two.",
        bad=is_unkempt("name"),
        observed="name",
    ),
    row_check(
        ENTITY,
        "name",
        "is_an_alias",
        "warning",
        "Names are looked up in entity_alias; an entity that is not there under its own is found "
        "by none.",
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
        "An entity comes from a mention; one that a run writes and nothing mentions is left over.",
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
