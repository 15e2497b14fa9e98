"""The lock check notices each thing that it is there for."""

from tools.locks import asked_for, faults

PYPROJECT = """
build-system.requires = ["hatchling"]
[project]
requires-python = ">=3.11"
dependencies = ["one>=1"]
optional-dependencies.more = ["two>=2"]
[dependency-groups]
dev = ["three>=3"]
"""
LOCK = "one==1.0 \\\n    --hash=sha256:00\n"


def test_locks_in_step_have_no_faults() -> None:
    assert faults(PYPROJECT, asked_for(PYPROJECT) + "\n", {"core.lock": LOCK}) == []


def test_a_new_dependency_makes_the_locks_old() -> None:
    changed = PYPROJECT.replace("three>=3", "three>=4")

    assert faults(changed, asked_for(PYPROJECT), {"core.lock": LOCK}) == [
        "the locks are older than pyproject.toml: run `make lock`"
    ]


def test_a_lock_that_names_a_host_or_has_no_hashes_is_refused() -> None:
    locks = {"core.lock": f"--index-url https:{'/' * 2}host\n{LOCK}", "dev.lock": "one==1.0\n"}

    assert faults(PYPROJECT, asked_for(PYPROJECT), locks) == [
        "core.lock names a host",
        "dev.lock has no hashes",
    ]
