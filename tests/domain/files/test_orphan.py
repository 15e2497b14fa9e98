"""Objects that nothing refers to."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from moniqo.domain.files.orphan import Orphan, OrphanId

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_each_attempt_puts_the_next_one_off_for_longer_up_to_an_hour() -> None:
    orphan = Orphan(id=OrphanId(UUID(int=1)), storage_key="a/b", due_at=NOW)
    pauses = []

    for _ in range(8):
        orphan = orphan.claimed(NOW)
        pauses.append((orphan.due_at - NOW) / timedelta(minutes=1))

    assert pauses == [1, 2, 4, 8, 16, 32, 64, 64]
    assert orphan.attempts == 8
