"""Names that say nothing about what is inside."""

from pathlib import PurePath

import pytest

from support.source_tree import ROOT, SOURCE

EMPTY_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "base", "misc", "stuff"}


def empty_names(path: PurePath) -> set[str]:
    """The parts of a path that are empty names."""
    return {part for part in path.with_suffix("").parts if part.strip("_").lower() in EMPTY_NAMES}


@pytest.mark.parametrize("folder", [SOURCE, ROOT / "tests", ROOT / "tools"], ids=lambda it: it.name)
def test_every_module_is_named_after_what_it_holds(folder: PurePath) -> None:
    named = [path.relative_to(folder) for path in type(ROOT)(folder).rglob("*.py")]

    assert [path for path in named if empty_names(path)] == []


def test_an_empty_name_is_noticed() -> None:
    assert empty_names(PurePath("trading/utils.py")) == {"utils"}
