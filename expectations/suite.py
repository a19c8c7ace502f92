"""All checks, generated, hand-written and users' own, table by table. States none itself."""

from __future__ import annotations

from expectations.check import Check, CheckError
from expectations.generated import contract_checks
from expectations.tables import (
    arrival,
    article,
    article_component,
    article_history,
    article_version,
    block,
    check_result,
    entity,
    entity_alias,
    entity_merge,
    file,
    mention,
    mention_history,
    quarantine,
    record,
    related_link,
    run,
    sentence,
)
from expectations.user_sql import read_sql_checks
from warehouse.tables import CONTRACTS

_WRITTEN = (
    arrival, article, article_component, article_history, article_version, block, check_result,
    entity, entity_alias, entity_merge, file, mention, mention_history, quarantine, record,
    related_link, run, sentence,
)  # fmt: skip


def all_checks() -> tuple[Check, ...]:
    """Every check of the project, table by table. Raises CheckError when two share an id."""
    written = [check for module in _WRITTEN for check in module.CHECKS]
    written += read_sql_checks()
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
