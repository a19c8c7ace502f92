"""The data checks of the published warehouse as a Prefect flow, for a daily schedule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from expectations.audit import run_checks
from flows.orchestration.artifacts.post import check_rows
from flows.session.clock import new_clock
from flows.session.summary import failed_checks
from warehouse.staging import open_published


@flow(name="check", persist_result=False)
def check(warehouse: Path = Path("news.duckdb")) -> State[Any]:
    """Run every data check on the published warehouse; fail where a critical one fails.

    Args:
        warehouse: the published DuckDB file.
    """
    con = open_published(warehouse)
    try:
        report = run_checks(con, run_id=new_clock().run_id)
    finally:
        con.close()
    failed = failed_checks(report.result, report.failure)
    create_table_artifact(
        check_rows(failed, report.result.height),
        key="audit",
        description="Data checks of the published warehouse that failed.",
    )
    message = f"{report.result.height - len(failed)} of {report.result.height} checks passed"
    get_run_logger().info("%s", message)
    if report.critical_failures.height:
        named = ", ".join(report.critical_failures["check_id"].head(3))
        return Failed(message=f"{message}; critical: {named}")
    return Completed(message=message)
