import time
from datetime import timedelta

import pytest

from moniqo.adapters.system import SystemRandomness
from moniqo.application.shared.retrying import RetryTerms, reason_of
from moniqo.domain.shared.errors import Unavailable

PROBLEM = RuntimeError("not now")


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 5), (2, 10), (5, 80), (9, 1280), (10, 1800), (90, 1800)]
)
def test_pauses_double_up_to_the_longest(attempts: int, seconds: int) -> None:
    assert RetryTerms().pause(attempts, PROBLEM, 0).total_seconds() == seconds


def test_what_failed_together_does_not_come_back_together() -> None:
    chance = SystemRandomness()

    pauses = {RetryTerms().pause(1, PROBLEM, chance.fraction()) for _ in range(200)}

    assert len(pauses) > 100
    assert timedelta(seconds=5) <= min(pauses) < max(pauses) < timedelta(seconds=7.5)


@pytest.mark.parametrize(
    ("asked", "least"), [(None, 5), (0, 5), (3, 5), (60, 60), (86_400, 86_400)]
)
def test_who_says_when_to_come_again_is_not_asked_earlier(asked: int | None, least: int) -> None:
    problem = Unavailable("Busy.", retry_after=asked)

    assert RetryTerms().pause(1, problem, 0).total_seconds() == least
    assert RetryTerms().pause(1, problem, 0.5).total_seconds() == least * 1.25


def test_a_reason_names_nobody_and_opens_nothing() -> None:
    token = "aB3-_" * 13
    problem = ValueError(f"no mail to <ada@example.com>, https://x.test/verify?token={token} no")

    assert reason_of(problem) == "ValueError: no mail to <***>, https://x.test/verify?token=*** no"


def test_a_reason_keeps_what_tells_what_happened() -> None:
    text = "run 0190a1b2-0000-7000-8000-000000000001 of BTC/USDT failed: 17650.03"

    assert reason_of(RuntimeError(text)) == f"RuntimeError: {text}"


def test_a_reason_is_found_in_no_time_however_long_the_words() -> None:
    words = "a." * 500_000

    begun = time.perf_counter()
    reason = reason_of(RuntimeError(f"{words}\n{words}@example.com, b@example.com"))

    assert reason == f"RuntimeError: {words}\n***, ***"
    assert time.perf_counter() - begun < 1


def test_a_reason_is_one_that_every_store_takes() -> None:
    assert reason_of(RuntimeError("no\0t \ud800 now")) == "RuntimeError: not ? now"
