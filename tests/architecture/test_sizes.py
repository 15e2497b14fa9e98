"""Every file fits on a screen or two, every function on half of one."""

import ast
from collections.abc import Iterable
from pathlib import Path
from statistics import median, quantiles

import pytest

from support.source_tree import SOURCE, python_files, syntax

FILE_CAP = 250
FUNCTION_CAP = 40
FILE_BUDGET = (40, 120)
FUNCTION_BUDGET = (8, 20)


def file_size(text: str) -> int:
    """Lines that are not blank."""
    return sum(1 for line in text.splitlines() if line.strip())


def function_sizes(tree: ast.Module) -> dict[str, int]:
    """Lines of each function, by its name and first line."""
    return {
        f"{node.name}:{node.lineno}": (node.end_lineno or node.lineno) - node.lineno + 1
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def median_and_p90(sizes: Iterable[int]) -> tuple[float, float]:
    """Half of the sizes are at most the first, nine tenths at most the second."""
    known = list(sizes)
    return median(known), quantiles(known, n=10)[-1]


def within(measured: tuple[float, float], budget: tuple[float, float]) -> bool:
    """Whether both figures keep to the budget."""
    return all(figure <= most for figure, most in zip(measured, budget, strict=True))


def named(path: Path) -> str:
    """The file's place in the package."""
    return str(path.relative_to(SOURCE))


@pytest.fixture(scope="module")
def files() -> dict[str, int]:
    """The size of each file of the package."""
    return {named(path): file_size(path.read_text()) for path in python_files()}


@pytest.fixture(scope="module")
def functions() -> dict[str, int]:
    """The size of each function of the package."""
    return {
        f"{named(path)} {name}": size
        for path in python_files()
        for name, size in function_sizes(syntax(path)).items()
    }


def test_no_file_is_over_the_cap(files: dict[str, int]) -> None:
    assert {name: size for name, size in files.items() if size > FILE_CAP} == {}


def test_no_function_is_over_the_cap(functions: dict[str, int]) -> None:
    assert {name: size for name, size in functions.items() if size > FUNCTION_CAP} == {}


def test_most_files_are_short(files: dict[str, int]) -> None:
    assert within(median_and_p90(files.values()), FILE_BUDGET)


def test_most_functions_are_short(functions: dict[str, int]) -> None:
    assert within(median_and_p90(functions.values()), FUNCTION_BUDGET)


def test_sizes_are_counted_as_said() -> None:
    text = "def one():\n    return 1\n\n\nasync def two():\n    pass\n"

    assert file_size(text) == 4
    assert function_sizes(ast.parse(text)) == {"one:1": 2, "two:5": 2}
    assert median_and_p90(range(1, 101)) == (50.5, 90.9)
    assert not within((7, 21), FUNCTION_BUDGET)
