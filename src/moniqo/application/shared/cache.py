"""Answers that were given before, found again until what they are made of changes."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol
from uuid import UUID

from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.schema import remembered, schema

_OWNERS = ("user_id", "owner_id")


class Part(NamedTuple):
    """What an answer is made of, or a write changes: the entities of a kind.

    With `owner` only those which are somebody's; what belongs to nobody is its own owner.
    """

    kind: type[Entity]
    owner: UUID | None = None


@remembered
def owner_field(kind: type[Entity]) -> str:
    """The field that says whose an entity is."""
    names = {field.name for field in schema(kind)}
    return next((name for name in _OWNERS if name in names), "id")


def part_of(entity: Entity) -> Part:
    """What a change of the entity changes. Its owner stays the same for ever."""
    kind = type(entity)
    return Part(kind, getattr(entity, owner_field(kind)))


class Look(NamedTuple):
    """What was found.

    With `stamp` an answer may be kept that is made from now on; without it none may be, because
    a part is just being changed or nobody knows how things stand.
    """

    answer: bytes | None = None
    stamp: bytes | None = None


class Cache(Protocol):
    """Keeps answers for a while. Losing it costs speed alone: no method raises for that."""

    async def look(self, key: str, parts: Sequence[Part]) -> Look:
        """The answer kept under `key`, unless one of the parts has changed since."""

    async def keep(self, key: str, stamp: bytes, answer: bytes) -> None:
        """Keep the answer, which was made after the look that gave the stamp."""

    def changing(self, parts: Collection[Part]) -> AbstractAsyncContextManager[None]:
        """Enter it before the commit that changes the parts, leave it after.

        Meanwhile no answer that is made of them is found, and afterwards none that was made
        before, by no process. So it is, too, if the process ends in between. If the block raises,
        nobody knows what became of the commit: for half a minute nothing is found or kept.
        """
