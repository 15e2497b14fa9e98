"""At the end of a run: how the contract suite went on each storage backend."""

from collections import Counter
from collections.abc import Iterable, Mapping

import pytest

BACKENDS = ("memory", "sqlite", "postgres", "mongo")
SUITE = "tests/contract/persistence/"
OUTCOMES = ("passed", "failed", "error", "skipped")


def backend_of(node_id: str) -> str | None:
    """The backend that a contract test ran on, None if it is no such test."""
    name, _, parameters = node_id.partition("[")
    named = set(parameters.rstrip("]").split("-")) & set(BACKENDS)
    return named.pop() if named and name.startswith(SUITE) else None


def table(outcomes: Mapping[str, Iterable[str]]) -> list[str]:
    """One line for each backend, from the ids of the tests that ended in each outcome."""
    counts = {
        outcome: Counter(filter(None, map(backend_of, ids))) for outcome, ids in outcomes.items()
    }
    return [
        f"{backend:<10}" + ", ".join(f"{counts[outcome][backend]} {outcome}" for outcome in counts)
        for backend in BACKENDS
        if any(counts[outcome][backend] for outcome in counts)
    ]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table if any contract test ran."""
    stats = terminalreporter.stats
    outcomes = {
        outcome: [report.nodeid for report in stats.get(outcome, ())] for outcome in OUTCOMES
    }
    lines = table(outcomes)
    if lines:
        terminalreporter.section("storage contract by backend")
        terminalreporter.write_line("\n".join(lines))
