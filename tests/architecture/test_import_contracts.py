"""The import contract that is our own notices a package away from home."""

from grimp import ImportGraph
from importlinter import ContractCheck
from tools.homes import Homes

IMPORTS = [
    ("moniqo.domain.agents", "json"),
    ("moniqo.domain.agents", "sqlalchemy"),
    ("moniqo.adapters.sql.rows", "sqlalchemy"),
    ("moniqo.adapters.sql_like", "sqlalchemy"),
    ("moniqo.adapters.sql", "homeless"),
]


def checked(*homes: str) -> ContractCheck:
    """The contract's verdict on `IMPORTS`."""
    graph = ImportGraph()
    for importer, imported in IMPORTS:
        graph.add_module(imported, is_squashed=True)
        graph.add_import(importer=importer, imported=imported)
    contract = Homes("homes", {"root_packages": ["moniqo"]}, {"homes": list(homes)})
    return contract.check(graph, verbose=False)


def test_a_package_away_from_home_is_noticed() -> None:
    verdict = checked("sqlalchemy -> moniqo.adapters.sql")

    assert not verdict.kept
    assert verdict.metadata["strays"] == [
        "moniqo.adapters.sql imports homeless",
        "moniqo.adapters.sql_like imports sqlalchemy",
        "moniqo.domain.agents imports sqlalchemy",
    ]


def test_packages_at_home_are_let_be() -> None:
    assert checked("sqlalchemy -> moniqo", "homeless -> moniqo.adapters").kept
