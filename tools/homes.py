"""An import contract: every third-party package is imported in its named home and nowhere else."""

import sys

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class Homes(Contract):
    """`homes` lists `package -> module`; a package may have several, each with all below it.

    The standard library is free. A package without a home is refused everywhere, so that a
    layer which is nobody's home imports the standard library alone.
    """

    type_name = "homes"
    homes = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001  (the overridden signature)
        """Every import that is not at home."""
        homes: dict[str, list[str]] = {}
        for line in self.homes:  # type: ignore[attr-defined]
            package, _, home = line.partition(" -> ")
            homes.setdefault(package, []).append(home)
        strays = [
            f"{importer} imports {package}"
            for package in sorted(graph.modules)
            if graph.is_module_squashed(package) and package not in sys.stdlib_module_names
            for importer in sorted(graph.find_modules_that_directly_import(package))
            if not any(f"{importer}.".startswith(f"{home}.") for home in homes.get(package, []))
        ]
        return ContractCheck(kept=not strays, metadata={"strays": strays})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line for each stray import."""
        for stray in check.metadata["strays"]:
            output.print_error(stray, bold=False)
