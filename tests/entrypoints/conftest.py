"""The command line, run in an empty folder with nothing set but what the test sets."""

import json
import logging
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from moniqo.entrypoints.cli.demo.path import Story
from moniqo.entrypoints.cli.demo.series import generated_csv
from moniqo.entrypoints.cli.root import moniqo
from moniqo.entrypoints.settings.variables import variables
from support.stories import BARS, told_on_sqlite

CHEAP = {"BCRYPT_COST": "4"}


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The JSON object that it answered."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """The JSON object that it failed with."""
        return json.loads(self.err)["error"]


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory; no setting is in the environment."""
    monkeypatch.chdir(tmp_path)
    for variable in variables():
        monkeypatch.delenv(variable.name, raising=False)
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Run:  # noqa: ARG001  (the commands run in it)
    """Runs a command: arguments as words, settings as keywords."""

    def run(*words: str, answers: str | None = None, **settings: str) -> Ran:
        result = CliRunner().invoke(
            moniqo, words, input=answers, env=CHEAP | settings, prog_name="moniqo"
        )
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def candles(folder: Path) -> str:
    """A file of candles in the working directory."""
    (folder / "candles.csv").write_text(generated_csv(BARS))
    return "candles.csv"


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Story]:
    """A folder in which the story was told, and the story; both are left as they are."""
    folder = tmp_path_factory.mktemp("story")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        for variable in variables():
            patched.delenv(variable.name, raising=False)
        (folder / "candles.csv").write_text(generated_csv(BARS))
        return folder, told_on_sqlite("candles.csv")


@pytest.fixture
def story(folder: Path, told: tuple[Path, Story]) -> Story:
    """A flow on a stored series, after one backtest, in the SQLite file of the folder."""
    shutil.copytree(told[0], folder, dirs_exist_ok=True)
    return told[1]
