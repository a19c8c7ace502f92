"""Collects all checks (generated, hand-written, and those of users) table by table."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from expectations import tables
from expectations.check import Check, CheckError
from expectations.generated import contract_checks
from expectations.user_sql import read_sql_checks
from expectations.user_suite import read_suite_checks
from warehouse.tables import CONTRACTS


def all_checks() -> tuple[Check, ...]:
    """Every check of the project, table by table. Raises CheckError when two share an id."""
    written = [*_written_checks(), *read_sql_checks(), *read_suite_checks()]
    checks = tuple(
        check
        for contract in CONTRACTS
        for check in (
            *contract_checks(contract),
            *(check for check in written if check.table == contract.name),
        )
    )
    ids = [check.check_id for check in checks]
    repeated = sorted({check_id for check_id in ids if ids.count(check_id) > 1})
    if repeated:
        raise CheckError(f"Two checks share an id: {', '.join(repeated)}. Rename the rule of one.")
    return checks


def _written_checks() -> Iterator[Check]:
    """The tuple `CHECKS` of every module in `expectations/tables`, in order of module names."""
    for module in sorted(pkgutil.iter_modules(tables.__path__), key=lambda found: found.name):
        yield from importlib.import_module(f"{tables.__name__}.{module.name}").CHECKS
