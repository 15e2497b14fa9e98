"""The run's summary counts what it says."""

from support.backend_summary import SUITE, table


def test_contract_tests_are_counted_by_backend_and_outcome() -> None:
    passed = [f"{SUITE}test_a.py::test_x[memory]", f"{SUITE}test_a.py::test_y[mongo-Agent]"]
    failed = [f"{SUITE}test_a.py::test_x[mongo]"]

    assert table({"passed": passed, "failed": failed}) == [
        "memory    1 passed, 0 failed",
        "mongo     1 passed, 1 failed",
    ]


def test_other_tests_are_not_counted() -> None:
    assert table({"passed": ["tests/http/test_a.py::test_x[memory]", "tests/b.py::test_y"]}) == []
