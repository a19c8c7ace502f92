"""What tests of several rooms share: one loaded warehouse of the seeds, the language pipeline."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import settings

from flows.main import QUIET_AND_PRIVATE

for _name, _value in QUIET_AND_PRIVATE.items():
    os.environ.setdefault(_name, _value)

from flows.session.pipelines import pipeline_names  # noqa: E402
from flows.session.preload import Preload  # noqa: E402
from flows.session.reference import read_reference  # noqa: E402
from flows.session.summary import Summary  # noqa: E402
from flows.settings import Settings  # noqa: E402
from tests.bucket import s3_server  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds" / "articles"
OWNER_FILE = SEEDS / "000_d8caa1c57a115d98.txt"


def pytest_configure(config: pytest.Config) -> None:
    """A file or folder named on the command line runs whole, slow tests included.

    Not so with `-m`, which always decides, and not in a run of everything (`testpaths`). Tests by
    Hypothesis have fewer examples where slow tests are left out.
    """
    options = config.known_args_namespace
    given = [arg for arg in config.invocation_params.args if str(arg).startswith("-m")]
    if options.file_or_dir and not given:
        config.option.markexpr = ""
    is_quick = config.option.markexpr == "not slow"
    settings.register_profile(
        "ours", max_examples=30 if is_quick else 200, deadline=None, derandomize=True
    )
    settings.load_profile("ours")


Load = Callable[..., Summary]


@pytest.fixture(scope="session")
def preload() -> Preload:
    """Language pipelines, loaded once a test session."""
    return Preload(pipeline_names(Settings()), read_reference(Settings().reference))


@pytest.fixture(scope="session")
def load(preload: Preload) -> Load:
    """Run the whole way from files to a published warehouse, in this process, without Prefect."""
    from flows.ingest import ingest_source  # takes seconds, which only whole runs need

    def run(source: Path, warehouse: Path, **given: object) -> Summary:
        settings = Settings(source=str(source), warehouse=warehouse, **given)  # type: ignore[arg-type]
        return ingest_source(settings, preload=preload)

    return run


@pytest.fixture(scope="session")
def seed_warehouse(tmp_path_factory: pytest.TempPathFactory, load: Load) -> Path:
    """The seeds, loaded and published once, for all processes of the tests. Tests only read it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    warehouse = folder / "seeds" / "news.duckdb"
    with (folder / "seeds.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not warehouse.exists():
            warehouse.parent.mkdir()
            load(SEEDS, warehouse)
    return warehouse


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client of a real S3 server on loopback that has the bucket ``news``."""
    with s3_server(tmp_path_factory.mktemp("aws")) as client:
        yield client


Query = Callable[..., pl.DataFrame]


@pytest.fixture
def query(seed_warehouse: Path) -> Iterator[Query]:
    """Ask the warehouse of the seeds."""
    con = duckdb.connect(str(seed_warehouse), read_only=True)

    def ask(sql: str, *values: object) -> pl.DataFrame:
        return con.execute(sql, list(values)).pl()

    yield ask
    con.close()
