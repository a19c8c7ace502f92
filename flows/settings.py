"""Settings of a run: flag, then NEWSHOUSE_* variable, then default.

The only module that reads the environment.
"""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, Self
from urllib.parse import quote_from_bytes

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from flows.stages.declared import BY_NAME

DEFAULT_SOURCE = "seeds/articles"
DEFAULT_COLLECTION = "seeds"

_PREFIX = "NEWSHOUSE_"


class Settings(BaseSettings):
    """All settings of a run. Frozen; passed as an argument, never global."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, frozen=True, extra="forbid", env_ignore_empty=True
    )

    source: str = Field(default=DEFAULT_SOURCE, description="File, folder, glob or bucket to read.")
    warehouse: Path = Field(default=Path("news.duckdb"), description="The published DuckDB file.")
    collection: str | None = Field(
        default=None,
        description="Name of the collection; default: the folder's address.",
    )
    reference: Path = Field(
        default=Path(__file__).resolve().parent.parent / "seeds" / "reference",
        description="Folder of the reference tables (sources.csv and others).",
    )
    pipeline: str = Field(
        default="auto",
        description="spaCy pipeline for English: package name or path. 'auto' takes "
        "en_core_web_md where it is installed, else the same model under its packaged name.",
    )
    pipelines: dict[str, str] = Field(
        default_factory=dict, description="Further pipelines by ISO 639-1 language code."
    )
    workers: int = Field(
        default=0,
        ge=0,
        le=256,
        description="Processes of the language pass; 0: by the amount of text.",
    )
    runner: Literal["local", "dask"] = Field(
        default="local",
        description="Where the language pass runs: processes of this machine, or a Dask cluster.",
    )
    runner_address: str | None = Field(
        default=None, description="Address of the Dask scheduler, as tcp://host:8786."
    )
    runner_shared: str | None = Field(
        default=None,
        description="Folder or bucket that all workers of the cluster can read; default: beside "
        "the warehouse.",
    )
    batch_chars: int = Field(
        default=4_000_000,
        ge=10_000,
        le=50_000_000,
        description="Most characters of text in one batch of records.",
    )
    allow_empty: bool = Field(
        default=False,
        description="Accept an empty listing and mark all known files as removed.",
    )
    keep_snapshots: int = Field(default=2, ge=0, description="Earlier published files to keep.")
    keep_days: int | None = Field(
        default=None,
        ge=1,
        description="Days that failing rows of checks and superseded rows of files are kept in "
        "ops; counts are kept. Empty keeps all.",
    )
    nlp_store_mb: int = Field(
        default=512, ge=0, description="Megabytes of language results kept for reuse; 0 keeps none."
    )
    wait_seconds: float = Field(
        default=0.0, ge=0, description="How long to wait for another run that holds the warehouse."
    )
    retries: int = Field(
        default=3,
        ge=0,
        description="How often a source that does not answer is tried again. Bad data never is.",
    )
    retry_seconds: float = Field(
        default=2.0, gt=0, description="Wait before the first such retry; each next one doubles."
    )
    stage_seconds: dict[str, float] = Field(
        default_factory=dict,
        description='Most seconds a stage may take, {"language": 7200}; 0 is no limit. A stage in '
        "the middle of one long call ends when that returns.",
    )
    max_withheld_share: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="Share of a run's articles, from 20 on, that one failing check may withhold; "
        "beyond it the run stops.",
    )
    max_record_mb: int = Field(default=64, ge=1, description="Largest record, in megabytes.")
    max_file_mb: int = Field(default=4096, ge=1, description="Most megabytes a file may unpack to.")

    max_text_chars: int = Field(
        default=1_000_000, ge=1, description="Longest text of one record, in characters."
    )
    max_records: int = Field(default=1_000_000, ge=1, description="Most records of one file.")
    max_unpack_ratio: int = Field(
        default=1000, ge=1, description="Most bytes unpacked for each packed byte, beyond 16 MiB."
    )
    max_pack_depth: int = Field(
        default=3, ge=0, description="Most compressions and archives inside one another."
    )
    max_markup_mb: int = Field(
        default=4, ge=1, description="Largest page, in megabytes, whose parts are distinguished."
    )
    mapping: Path | None = Field(
        default=None,
        description='JSON file that maps our fields to dotted paths: {"body": "payload.text"}.',
    )
    repair_mojibake: bool = Field(
        default=False,
        description="Repair text decoded with the wrong charset; offsets are then those of the "
        "repaired text, not of what was delivered.",
    )

    @model_validator(mode="after")
    def _a_cluster_has_an_address(self) -> Self:
        if self.runner == "dask" and not self.runner_address:
            raise ValueError(
                "runner dask needs the scheduler's address, as in: --runner dask --address "
                "tcp://host:8786"
            )
        return self

    @field_validator("mapping")
    @classmethod
    def _mapping_is_readable(cls, value: Path | None) -> Path | None:
        if value is not None:
            from flows.extract.formats.fields import read_mapping

            read_mapping(value)
        return value

    @field_validator("source")
    @classmethod
    def _source_is_named(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("SOURCE is empty: name a file, a folder, a glob or a bucket")
        try:
            value.encode()
        except UnicodeEncodeError:
            # A name that is not UTF-8: Prefect and the tables hold text only.
            return "file://" + quote_from_bytes(os.fsencode(Path(value).absolute()))
        return value

    @field_validator("stage_seconds")
    @classmethod
    def _stages_are_known(cls, value: dict[str, float]) -> dict[str, float]:
        unknown = sorted(set(value) - set(BY_NAME))
        if unknown:
            raise ValueError(f"there is no stage {unknown[0]!r}: {', '.join(BY_NAME)}")
        if min(value.values(), default=0) < 0:
            raise ValueError("seconds cannot be negative; 0 is no limit")
        return value

    def stage_limit(self, stage: str) -> float | None:
        """Most seconds that a stage may take; null for no limit."""
        return self.stage_seconds.get(stage, BY_NAME[stage].seconds) or None

    def public(self) -> dict[str, object]:
        """The settings as plain values for `ops.run.config`; holds no secret of an address."""
        values = {
            name: without_credentials(value) if isinstance(value, str) else value
            for name, value in self.model_dump(mode="json").items()
        }
        values["reference"] = self.reference.name
        return values


_LIKE = 0.8
"""Share of letters that a mistyped name has in common with the right one, as difflib counts."""


def mistyped_variables() -> dict[str, str]:
    """NEWSHOUSE_* variables that match no setting, each with the setting probably meant.

    Names that resemble no setting are ignored: another program may use them.
    """
    known = [name.upper() for name in Settings.model_fields]
    given = sorted(name for name in os.environ if name.upper().startswith(_PREFIX))
    words = {name: name.upper().removeprefix(_PREFIX) for name in given}
    near = {
        name: get_close_matches(word, known, 1, _LIKE)
        for name, word in words.items()
        if word not in known
    }
    return {name: _PREFIX + found[0] for name, found in near.items() if found}


def prefect_profiles() -> Path:
    """The file that Prefect reads its profiles from."""
    home = Path(os.environ.get("PREFECT_HOME") or "~/.prefect").expanduser()
    return Path(os.environ.get("PREFECT_PROFILES_PATH") or home / "profiles.toml").expanduser()


def prefect_api_url() -> str | None:
    """Prefect server address from the environment; a Prefect profile may also name one."""
    return os.environ.get("PREFECT_API_URL") or None


_SECRET_VALUE = re.compile(
    r"([?&;](?:sig|key|auth|pw|pwd|code|[^=&;]*(?:token|signature|secret|passw|api[_-]?key"
    r"|access[_-]?key|credential|auth[_-]?key)[^=&;]*)=)[^&;#]+",
    re.IGNORECASE,
)
"""Query parameters whose names mark a secret in signed or keyed addresses."""


def without_credentials(address: str) -> str:
    """The address without its secrets: ``s3://key:secret@bucket`` → ``s3://bucket``.

    Removed are the user part before an @ and the values of query parameters such as ``token``.
    """
    scheme, separator, rest = address.partition("://")
    if not separator:
        return address
    authority, slash, path = rest.partition("/")
    path = _SECRET_VALUE.sub(r"\1…", path)
    return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"
