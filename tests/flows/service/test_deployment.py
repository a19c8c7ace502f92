"""The deployments: what the run form shows, and that prefect.yaml says the same as `serve`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.deployments.runner import RunnerDeployment

from flows.main import QUIET_AND_PRIVATE
from flows.service.deployment import ARRIVED, CHECK_CRON, deployments
from flows.service.plan import ServicePlan
from flows.service.sweep import HEARTBEAT_SECONDS
from flows.settings import Settings
from flows.version import CODE_VERSION

ROOT = Path(__file__).resolve().parents[3]
NAMES = ["ingest/ingest", "check/check", "rebuild/rebuild", "replay-quarantine/replay-quarantine"]


@pytest.fixture(scope="module")
def made() -> dict[str, RunnerDeployment]:
    plan = ServicePlan(
        Settings(source="in", warehouse=Path("w.duckdb")), every=timedelta(minutes=15)
    )
    return {deployment.full_name: deployment for deployment in deployments(plan)}


@pytest.fixture(scope="module")
def written() -> dict[str, dict[str, Any]]:
    """The deployments of prefect.yaml."""
    declared = yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))
    return {f"{one['name']}/{one['name']}": one for one in declared["deployments"]}


@pytest.mark.parametrize("name", NAMES)
def test_every_field_of_the_run_form_explains_itself(
    name: str, made: dict[str, RunnerDeployment]
) -> None:
    schema = made[name]._parameter_openapi_schema.model_dump()
    fields = list(schema["properties"].items())
    for definition in schema["definitions"].values():
        fields += definition["properties"].items()
    assert fields
    unexplained = [
        field
        for field, declared in fields
        if not declared.get("title") or not declared.get("description")
    ]
    assert unexplained == []
    assert made[name].description
    assert "Args:" not in str(made[name].description)
    assert made[name].version == CODE_VERSION
    assert made[name].tags == ["newshouse", name.split("/")[0]]


def test_only_ingest_and_check_have_a_schedule(made: dict[str, RunnerDeployment]) -> None:
    assert [bool(made[name].schedules) for name in NAMES] == [True, True, False, False]
    for deployment in made.values():
        assert deployment.concurrency_limit == 1
        assert deployment.concurrency_options is not None
        assert deployment.concurrency_options.collision_strategy.value == "CANCEL_NEW"


def test_parameters_hold_what_was_given_and_no_more(made: dict[str, RunnerDeployment]) -> None:
    warehouse = str(Path("w.duckdb").resolve())
    assert made["ingest/ingest"].parameters == {
        "settings": {"source": "in", "warehouse": warehouse, "keep_days": 30}
    }
    assert made["check/check"].parameters == {"warehouse": warehouse}


def test_several_sources_have_deployments_of_their_own() -> None:
    made = deployments(ServicePlan(Settings(), watch=True, name="harbour"))
    assert [one.full_name for one in made] == [f"{n.split('/')[0]}/harbour" for n in NAMES]


def test_prefect_yaml_says_the_same(
    made: dict[str, RunnerDeployment], written: dict[str, dict[str, Any]]
) -> None:
    assert list(written) == NAMES
    for name, declared in written.items():
        assert declared["version"] == CODE_VERSION
        assert declared["tags"] == made[name].tags
        assert set(declared["parameters"]) == set(made[name].parameters)
        assert declared["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}
        assert bool(declared["schedules"]) == bool(made[name].schedules)
        assert declared["entrypoint"].replace(":", ".") == made[name].entrypoint
    assert written["check/check"]["schedules"][0]["cron"] == CHECK_CRON
    assert written["ingest/ingest"]["triggers"][0]["expect"] == [ARRIVED]


def test_prefect_yaml_carries_the_environment(written: dict[str, dict[str, Any]]) -> None:
    of_the_terminal = ("PREFECT_LOGGING_", "PREFECT_SERVER_EPHEMERAL", "PREFECT_SERVER_SERVICES_")
    carried = {
        name: value
        for name, value in QUIET_AND_PRIVATE.items()
        if not name.startswith(of_the_terminal)
    } | {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS)}
    for declared in written.values():
        assert declared["work_pool"]["job_variables"]["env"] == carried
