"""Each port has a contract suite that all its adapters pass."""

import ast
from collections.abc import Iterable

import pytest

from moniqo.application.shared.outside import Outside
from support.source_tree import ROOT, is_port, own_classes, syntax

CONTRACTS = ROOT / "tests" / "contract"
ELSEWHERE = {
    "Outside": "a mark without methods",
    "Repository": "what a transaction hands out; the persistence contract tests nothing else",
    "Clock": "one adapter of one line; its precision is tested with the others' instants",
    "Ids": "one adapter of one line; order and version are tested beside it",
    "Randomness": "one adapter of one line over the operating system's source",
}
"""Ports without a contract suite, and why they need none."""

PORTS = {found.__name__ for found in own_classes("application") if is_port(found)}


def names_in(trees: Iterable[ast.Module]) -> set[str]:
    """Every name that the modules import or mention."""
    found = set()
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                found.add(node.id)
            if isinstance(node, ast.ImportFrom):
                found |= {alias.name for alias in node.names}
    return found


TESTED = names_in(syntax(path) for path in CONTRACTS.rglob("*.py"))


@pytest.mark.parametrize("port", sorted(PORTS - set(ELSEWHERE)))
def test_a_port_is_named_by_a_contract_suite(port: str) -> None:
    assert port in TESTED


def test_no_excuse_outlives_its_port() -> None:
    assert {name for name in ELSEWHERE if name not in PORTS or name in TESTED} == set()


def test_a_port_that_is_only_spoken_of_is_noticed() -> None:
    tree = ast.parse('"""Exchange, Mailer."""\nfrom ports import Mailer\n')

    assert names_in([tree]) == {"Mailer"}


def test_a_mark_makes_no_demand() -> None:
    assert [name for name in vars(Outside) if not name.startswith("_")] == []
