"""`moniqo audit verify`: whole, or the first entry that is not, and an exit code for either."""

import sqlite3
from pathlib import Path

import pytest

from entrypoints.conftest import Run

STORE = Path("data/moniqo.sqlite3")


def tamper(*statements: str) -> None:
    """What the owner of the file can do."""
    with sqlite3.connect(STORE) as connection:
        for kind in ("update", "delete"):
            connection.execute(f"DROP TRIGGER IF EXISTS audit_logs_refuses_{kind}")
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def started(run: Run) -> Run:
    assert run("init", "--email", "root@example.com", "--password", "Correct-Horse-7").code == 0
    return run


def test_a_trail_that_nobody_touched_is_whole(started: Run) -> None:
    ran = started("audit", "verify", "--json")

    assert ran.code == 0
    assert ran.data["ok"]
    assert ran.data["entries"] == ran.data["head"]["seq"] > 30
    assert ran.data["broken"] is None


def test_a_command_seals_what_it_wrote_before_it_ends(started: Run) -> None:
    with sqlite3.connect(STORE) as connection:
        (unsealed,) = connection.execute(
            "SELECT count(*) FROM audit_logs WHERE seq IS NULL"
        ).fetchone()

    assert unsealed == 0
    assert started("audit", "verify").code == 0


def test_an_entry_that_was_changed_is_named(started: Run) -> None:
    tamper("UPDATE audit_logs SET description = 'nothing' WHERE seq = 3")

    ran, told = started("audit", "verify", "--json"), started("audit", "verify")

    assert (ran.code, told.code) == (11, 11)
    assert (ran.data["ok"], ran.data["entries"]) == (False, 2)
    assert ran.data["broken"]["seq"] == 3
    assert ran.data["broken"]["damage"] == "content"
    assert f"BROKEN at entry 3 ({ran.data['broken']['id']})" in told.out


def test_an_end_that_was_cut_off_shows_by_the_head_that_was_told(started: Run) -> None:
    told = started("audit", "verify").out.partition("Head: ")[2].strip()
    tamper("DELETE FROM audit_logs WHERE seq > 10")

    without, by_head = started("audit", "verify"), started("audit", "verify", "--head", told)

    assert without.code == 0
    assert by_head.code == 11
    assert f"BROKEN at entry {told.partition(':')[0]}: the chain ends before it" in by_head.out


@pytest.mark.parametrize("head", ["7", "x:y", "-1:y", "7:", "9" * 19 + ":y", "7:" + "y" * 129])
def test_a_head_that_is_none_is_wrong_usage(run: Run, head: str) -> None:
    assert run("audit", "verify", "--head", head).code == 2
