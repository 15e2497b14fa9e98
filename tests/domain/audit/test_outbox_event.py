from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import OutboxEventId
from moniqo.domain.shared.types import JsonObject

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def an_event() -> OutboxEvent:
    return OutboxEvent(
        id=OutboxEventId(UUID(int=1)),
        name="TradeOpened",
        payload=JsonObject({}),
        occurred_at=NOW,
    )


def test_an_event_that_was_told_is_not_claimed_again() -> None:
    told = an_event().claimed(until=NOW + timedelta(minutes=1)).done(NOW)

    with pytest.raises(RuleViolated, match="told already"):
        told.claimed(until=NOW + timedelta(minutes=2))


def test_each_claim_counts_as_an_attempt() -> None:
    claimed = an_event().claimed(until=NOW).claimed(until=NOW + timedelta(minutes=1))

    assert (claimed.attempts, claimed.lease_until) == (2, NOW + timedelta(minutes=1))


def test_a_parked_event_is_told_no_more_until_it_is_wanted() -> None:
    parked = an_event().claimed(until=NOW).parked("Undeliverable: No such person.", NOW)

    assert (parked.parked_at, parked.lease_until) == (NOW, None)
    assert parked.error == "Undeliverable: No such person."
    with pytest.raises(RuleViolated, match="parked"):
        parked.claimed(until=NOW)


def test_an_event_that_is_wanted_again_begins_anew() -> None:
    wanted = an_event().claimed(until=NOW).parked("x" * 3000, NOW).unparked()

    assert (wanted.attempts, wanted.parked_at, len(wanted.error or "")) == (0, None, 2000)
    assert wanted.claimed(until=NOW).attempts == 1


def test_only_what_is_parked_can_be_wanted_again() -> None:
    with pytest.raises(RuleViolated, match="not parked"):
        an_event().unparked()
