"""Settings: flag, then variable, then default; nothing secret leaves them."""

import pytest
from pydantic import ValidationError

from flows.settings import Settings, mistyped_variables, without_credentials
from flows.sources.location import address


def test_a_flag_beats_a_variable_beats_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().workers == 0
    monkeypatch.setenv("NEWSHOUSE_WORKERS", "2")
    assert Settings().workers == 2
    assert Settings(workers=3).workers == 3


@pytest.mark.parametrize("wrong", [{"source": " "}, {"workers": -1}, {"no_such_setting": 1}])
def test_what_does_not_fit_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("s3://key:secret@bucket/news", "s3://bucket/news"),
        ("https://user@host/path@2", "https://host/path@2"),
        ("/home/me/news@home", "/home/me/news@home"),
        (
            "https://host/a.csv?part=2&X-Amz-Signature=secret&sig=secret#top",
            "https://host/a.csv?part=2&X-Amz-Signature=…&sig=…#top",
        ),
        ("https://host/a.csv?access_token=secret", "https://host/a.csv?access_token=…"),
    ],
)
def test_credentials_are_left_out(address: str, shown: str) -> None:
    assert without_credentials(address) == shown
    assert "secret" not in str(Settings(source=address).public())


def test_a_mistyped_variable_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NEWSHOUSE_WAREHOSE", "NEWSHOUSE_WORKERs", "NEWSHOUSE_EVAL", "OTHER_WORKER"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("newshouse_sorce", "x")
    assert mistyped_variables() == {
        "NEWSHOUSE_WAREHOSE": "NEWSHOUSE_WAREHOUSE", "newshouse_sorce": "NEWSHOUSE_SOURCE",
    }  # fmt: skip


def test_a_source_whose_name_is_not_utf8_becomes_an_address() -> None:
    source = Settings(source="/in/bad\udcff\udcfename.txt").source

    assert source == "file:///in/bad%FF%FEname.txt"
    assert address(source) == "/in/bad\udcff\udcfename.txt"
