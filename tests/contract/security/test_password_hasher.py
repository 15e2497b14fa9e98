"""The password hasher: every byte counts, old hashes are noticed, overload is told."""

import asyncio
import unicodedata
from collections.abc import Iterator

import pytest

from moniqo.adapters.security.bcrypt_hasher import SCHEME, BcryptPasswordHasher
from moniqo.application.identity.ports import PasswordHasher, Verdict
from moniqo.domain.identity.credentials import Password, PasswordHash
from moniqo.domain.shared.errors import Unavailable

PEPPER, OLDER = b"p" * 32, b"o" * 32
RIGHT = Password("Correct-horse-7")


@pytest.fixture
def hasher() -> Iterator[PasswordHasher]:
    made = BcryptPasswordHasher(peppers=(PEPPER, OLDER), cost=4)
    yield made
    made.close()


async def test_the_right_password_matches_and_another_does_not(hasher: PasswordHasher) -> None:
    stored = await hasher.hash(RIGHT)

    assert await hasher.verify(RIGHT, stored) == Verdict(matches=True)
    assert await hasher.verify(Password("correct-horse-7"), stored) == Verdict(matches=False)


async def test_one_password_has_many_hashes(hasher: PasswordHasher) -> None:
    assert await hasher.hash(RIGHT) != await hasher.hash(RIGHT)


@pytest.mark.parametrize("length", [72, 127])
async def test_a_difference_past_72_bytes_counts(hasher: PasswordHasher, length: int) -> None:
    stored = await hasher.hash(Password("a" * length + "b"))

    assert not (await hasher.verify(Password("a" * length + "c"), stored)).matches


async def test_128_characters_of_four_bytes_are_hashed(hasher: PasswordHasher) -> None:
    long = Password("\U0001f600" * 128)

    assert (await hasher.verify(long, await hasher.hash(long))).matches


async def test_two_ways_to_type_one_password_match(hasher: PasswordHasher) -> None:
    stored = await hasher.hash(Password(unicodedata.normalize("NFC", "Café-horse-7")))

    typed = Password(unicodedata.normalize("NFD", "Café-horse-7"))

    assert (await hasher.verify(typed, stored)).matches


@pytest.mark.parametrize(
    "stored",
    [None, PasswordHash("unknown:x:y"), PasswordHash(f"{SCHEME}:gone:$2b$04$x")],
)
async def test_without_a_hash_nothing_matches(
    hasher: PasswordHasher, stored: PasswordHash | None
) -> None:
    assert await hasher.verify(RIGHT, stored) == Verdict(matches=False)


@pytest.mark.parametrize(("peppers", "cost"), [((OLDER,), 4), ((OLDER,), 5), ((PEPPER,), 4)])
async def test_an_older_pepper_or_a_lower_cost_is_out_of_date(
    peppers: tuple[bytes, ...], cost: int
) -> None:
    older = BcryptPasswordHasher(peppers=peppers, cost=cost)
    newer = BcryptPasswordHasher(peppers=(PEPPER, OLDER), cost=5)

    stored = await older.hash(RIGHT)

    assert await newer.verify(RIGHT, stored) == Verdict(matches=True, rehash_due=True)
    assert await newer.verify(Password("wrong"), stored) == Verdict(matches=False)
    assert (await newer.verify(RIGHT, await newer.hash(RIGHT))).rehash_due is False


async def test_a_pepper_that_is_gone_opens_nothing() -> None:
    stored = await BcryptPasswordHasher(peppers=(OLDER,), cost=4).hash(RIGHT)

    verdict = await BcryptPasswordHasher(peppers=(PEPPER,), cost=4).verify(RIGHT, stored)

    assert not verdict.matches


async def test_past_the_queue_callers_are_sent_away_and_later_served() -> None:
    narrow = BcryptPasswordHasher(peppers=(PEPPER,), cost=8, threads=1, queue=3)

    answers = await asyncio.gather(*(narrow.hash(RIGHT) for _ in range(10)), return_exceptions=True)

    refused = [answer for answer in answers if isinstance(answer, Unavailable)]
    assert len(refused) == 6
    assert {answer.retry_after for answer in refused} == {2}
    assert await narrow.hash(RIGHT)


async def test_a_caller_who_leaves_frees_no_room_before_the_thread_is_free() -> None:
    narrow = BcryptPasswordHasher(peppers=(PEPPER,), cost=12, threads=1, queue=0)
    leaving = asyncio.create_task(narrow.hash(RIGHT))
    await asyncio.sleep(0.02)
    leaving.cancel()
    await asyncio.wait([leaving])

    with pytest.raises(Unavailable):
        await narrow.hash(RIGHT)

    narrow.close()


async def test_a_hash_names_its_pepper_as_the_operator_does() -> None:
    made = BcryptPasswordHasher(peppers={"new": PEPPER, "old": OLDER}, cost=4)
    before = BcryptPasswordHasher(peppers={"old": OLDER}, cost=4)

    stored = await before.hash(RIGHT)

    assert (await made.hash(RIGHT)).value.startswith(f"{SCHEME}:new:$2b$04$")
    assert await made.verify(RIGHT, stored) == Verdict(matches=True, rehash_due=True)
    made.close()
    before.close()
