"""One use case a module, which bears its name."""

import ast
import re
from pathlib import Path

from support.source_tree import SOURCE, python_files, syntax

GENERIC = "access.py"
"""The reads that every entity shares, which stand together."""


def use_cases(tree: ast.Module) -> list[str]:
    """The classes that are called with `await`."""
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        and any(isinstance(it, ast.AsyncFunctionDef) and it.name == "__call__" for it in node.body)
    ]


def module_of(use_case: str) -> str:
    """The file that the name asks for."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", use_case).lower() + ".py"


def misplaced(path: Path) -> list[str]:
    """The use cases of a file that should stand in one of their own."""
    return [name for name in use_cases(syntax(path)) if module_of(name) != path.name]


def test_each_use_case_stands_in_a_module_of_its_name() -> None:
    files = [path for path in python_files("application") if path.name != GENERIC]

    assert {
        str(path.relative_to(SOURCE)): misplaced(path) for path in files if misplaced(path)
    } == {}


def test_a_use_case_is_told_from_other_classes() -> None:
    text = "class CloseTrade:\n    async def __call__(self): ...\n\nclass Draft: ...\n"

    assert use_cases(ast.parse(text)) == ["CloseTrade"]
    assert module_of("CloseTrade") == "close_trade.py"
