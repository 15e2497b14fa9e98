"""A commit tells what it changes before and after, whatever becomes of it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import uuid4

import pytest

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.adapters.persistence.memory.session import MemorySession
from moniqo.adapters.persistence.recording import RecordedUnitOfWork
from moniqo.adapters.persistence.work import MOST_NAMED
from moniqo.application.shared.cache import Look, Part
from moniqo.application.shared.kept_answers import KeptAnswers
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.putting_off import PutOff, putting_off
from moniqo.application.shared.query import is_null
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.agents.user_prompt import UserPrompt, UserPromptId
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.identity.role import Permission
from moniqo.domain.shared.ids import UserId
from support.store import CountingIds, StepClock

ADA = UserId(uuid4())


def prompt(user_id: UserId = ADA) -> UserPrompt:
    """A new one."""
    return UserPrompt(id=UserPromptId(uuid4()), user_id=user_id, title="A", prompt="B")


class Listening:
    """See `Cache`. Hears what is told, and how many prompts were stored then."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self.heard: list[tuple[str, int]] = []
        self.parts: set[Part] = set()

    async def look(self, key: str, parts: Sequence[Part]) -> Look:
        raise NotImplementedError

    async def keep(self, key: str, stamp: bytes, answer: bytes) -> None:
        raise NotImplementedError

    @asynccontextmanager
    async def changing(self, parts: Collection[Part]) -> AsyncIterator[None]:
        self.parts |= set(parts)
        await self._hear("before")
        try:
            yield
        finally:
            await self._hear("after")

    async def _hear(self, when: str) -> None:
        async with self.uow() as tx:
            self.heard.append((when, await tx[UserPrompt].count()))


class Told:
    """A unit of work that tells, and whom."""

    def __init__(self) -> None:
        backend = MemoryBackend(REGISTRY, references=False)
        self.plain = RecordedUnitOfWork(backend, REGISTRY, StepClock(), CountingIds())
        self.cache = Listening(self.plain)
        kept = KeptAnswers(self.cache, frozenset({UserPrompt, Permission}))
        self.uow = replace(self.plain, kept=kept)


@pytest.fixture
def told() -> Told:
    return Told()


async def test_a_commit_is_told_before_and_after(told: Told) -> None:
    async with told.uow() as tx:
        await tx[UserPrompt].add(prompt())
        assert told.cache.heard == []

    assert told.cache.heard == [("before", 0), ("after", 1)]


async def test_what_is_not_committed_and_what_only_reads_is_not_told(told: Told) -> None:
    with pytest.raises(ConnectionError):
        async with told.uow() as tx:
            await tx[UserPrompt].add(prompt())
            raise ConnectionError
    async with told.uow() as tx:
        await tx[UserPrompt].count()

    assert told.cache.heard == []


async def test_a_commit_that_failed_is_told_since_nobody_knows(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = [MemorySession.commit, MemorySession.commit]

    async def commit(session: MemorySession) -> None:
        if not commits:
            commits.append(MemorySession.commit)
            raise ConnectionError
        await commits.pop()(session)

    with pytest.raises(ConnectionError):
        async with told.uow() as tx:
            await tx[UserPrompt].add(prompt())
            commits.pop()
            monkeypatch.setattr(MemorySession, "commit", commit)

    assert told.cache.heard == [("before", 0), ("after", 0)]


async def test_a_commit_that_is_put_off_is_told_when_it_comes(told: Told) -> None:
    putting = PutOff()
    token = putting_off.set(putting)
    async with told.uow() as tx:
        await tx[UserPrompt].add(prompt())
    putting_off.reset(token)
    heard = list(told.cache.heard)

    await putting.commit()

    assert (heard, told.cache.heard) == ([], [("before", 0), ("after", 1)])


async def test_every_way_to_write_tells_whose_it_was(told: Told) -> None:
    mine, other = prompt(), prompt(UserId(uuid4()))
    parts: list[set[Part]] = []

    async def write(step: Callable[[Transaction], Awaitable[object]]) -> None:
        told.cache.parts = set()
        async with told.uow() as tx:
            await step(tx)
        parts.append(told.cache.parts)

    many = [prompt() for _ in range(MOST_NAMED + 1)]
    await write(lambda tx: tx[UserPrompt].add_many([mine, other]))
    await write(lambda tx: tx[UserPrompt].save(mine.with_(version=1)))
    await write(lambda tx: tx[UserPrompt].remove(other.with_(version=1)))
    await write(lambda tx: tx[UserPrompt].add_many(many))
    await write(lambda tx: tx[UserPrompt].purge(is_null("deleted_at")))

    ours, theirs = Part(UserPrompt, mine.user_id), Part(UserPrompt, other.user_id)
    anybodys = Part(UserPrompt)
    assert parts == [{ours, theirs}, {ours}, {theirs}, {anybodys}, {anybodys}]


async def test_filling_what_is_written_once_is_told(told: Told) -> None:
    kept = KeptAnswers(told.cache, frozenset({AuditLog}))
    entry = audit_entry(uuid4(), AuditAction.READ, entity=("User", None))
    async with told.plain() as tx:
        await tx[AuditLog].add(entry)
    async with replace(told.plain, kept=kept)() as tx:
        stored = await tx[AuditLog].get(entry.id)
        await tx[AuditLog].fill([stored.with_(seq=1, previous_hash="0" * 64, hash="1" * 64)])

    assert told.cache.parts == {Part(AuditLog)}
