"""The chain that sealed entries form."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

from moniqo.application.audit.ports import AuditSeals
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import Condition, gte
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.shared.rules import INT64, Length, Range


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a chain: all that one needs to know to see later that none was cut off."""

    seq: Annotated[int, Range(least=0)]
    hash: Annotated[str, Length(0, 128)]


EMPTY = Head(0, "")
"""Before the first entry."""


def sealed() -> Condition:
    """Entries that are in the chain, whatever somebody made of their numbers."""
    return gte("seq", -INT64)


async def head_of(tx: Transaction) -> Head:
    """Where the chain ends now."""
    last = await tx[AuditLog].first(sealed(), sort=("-seq",), include_deleted=True)
    if last is None or last.seq is None:
        return EMPTY
    return Head(last.seq, last.hash or "")


def chained(head: Head, rows: Iterable[AuditLog], seals: AuditSeals) -> Iterator[AuditLog]:
    """The entries, one after the other, as they follow on `head`."""
    for row in rows:
        numbered = row.with_(seq=head.seq + 1, previous_hash=head.hash)
        head = Head(head.seq + 1, seals.seal(numbered))
        yield numbered.with_(hash=head.hash)
