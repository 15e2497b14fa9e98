"""Annotations are read at run time, so they must be there at run time."""

import ast

from support.source_tree import python_files, syntax


def absent_at_run_time(tree: ast.Module) -> list[str]:
    """What in the module hides annotations or imports from the run."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            found.append(f"line {node.lineno}: a __future__ import")
        if "TYPE_CHECKING" in {getattr(node, "id", ""), getattr(node, "attr", "")}:
            found.append(f"line {node.lineno}: TYPE_CHECKING")  # type: ignore[attr-defined]
    return found


def test_nothing_is_hidden_from_the_run() -> None:
    found = {path: absent_at_run_time(syntax(path)) for path in python_files()}

    assert len(found) > 100
    assert {path: hidden for path, hidden in found.items() if hidden} == {}


def test_a_hidden_import_is_noticed() -> None:
    tree = ast.parse("from __future__ import annotations\nif TYPE_CHECKING:\n    import os\n")

    assert len(absent_at_run_time(tree)) == 2
