"""Whether the audit trail is as it was written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from moniqo.application.audit.chain import EMPTY, Head, sealed
from moniqo.application.audit.ports import AuditSeals
from moniqo.application.audit.seal_audit import SealAudit
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, gte
from moniqo.domain.audit.audit_log import AuditLog

_AT_ONCE = 1000


class Damage(StrEnum):
    """What is wrong with an entry."""

    GAP = "entries before it are missing"
    ORDER = "its number was given before"
    LINK = "it does not follow on the entry before it"
    KEY = "it is sealed by a key that AUDIT_KEYS does not hold"
    CONTENT = "its content is not what was sealed"
    UNREADABLE = "it cannot be read as an entry"
    CUT = "the chain ends before it"
    REPLACED = "it is not the entry that was there"


@dataclass(frozen=True, slots=True)
class Break:
    """The first entry that is not as it was written; without an id if there is none to name."""

    seq: int
    id: UUID | None
    damage: Damage


@dataclass(frozen=True, slots=True)
class Verification:
    """How many entries are as they were written, the last of them, and what is wrong after it."""

    entries: int
    head: Head
    broken: Break | None


class _Walk:
    """Follows the chain entry by entry."""

    def __init__(self, seals: AuditSeals, known: Head | None) -> None:
        self._seals = seals
        self._known = known
        self.entries = 0
        self.head = EMPTY
        self.broken: Break | None = None

    def follow(self, rows: Sequence[AuditLog]) -> None:
        """Go on over these entries, up to the first that is broken."""
        for row in rows:
            damage = self._damage(row)
            if damage is not None:
                self.broken = Break(row.seq or 0, row.id, damage)
                return
            self.entries += 1
            self.head = Head(row.seq or 0, row.hash or "")

    def end(self) -> None:
        """There are no more entries."""
        if self._known is not None and self.broken is None and self._known.seq > self.head.seq:
            self.broken = Break(self._known.seq, None, Damage.CUT)

    def lose(self) -> None:
        """The next entry cannot even be read."""
        self.broken = Break(self.head.seq + 1, None, Damage.UNREADABLE)

    def _damage(self, row: AuditLog) -> Damage | None:
        expected, seal = self.head.seq + 1, row.hash or ""
        if row.seq != expected:
            return Damage.GAP if (row.seq or 0) > expected else Damage.ORDER
        if row.previous_hash != self.head.hash:
            return Damage.LINK
        if not self._seals.knows(seal):
            return Damage.KEY
        if not self._seals.matches(row):
            return Damage.CONTENT
        if self._known is not None and self._known.seq == expected and self._known.hash != seal:
            return Damage.REPLACED
        return None


@dataclass(frozen=True, slots=True)
class VerifyAudit:
    """Seal what is not sealed yet, then follow the chain from its beginning.

    It stops at the first entry that was changed, or that others are missing before. A head
    that was told earlier shows whether the end was cut off since, which the chain alone cannot.
    """

    uow: UnitOfWork
    seals: AuditSeals
    seal: SealAudit

    async def __call__(self, *, known: Head | None = None) -> Verification:
        """What was found; `known` is a head that was told earlier."""
        await self.seal()
        walk = _Walk(self.seals, known)
        try:
            await self._follow(walk)
        except (ValueError, TypeError):
            await self._find_unreadable(walk)
        walk.end()
        return Verification(walk.entries, walk.head, walk.broken)

    async def _follow(self, walk: _Walk) -> None:
        # Removed ones too: none ever is, and what somebody marked so is not as it was written.
        listing = Listing(where=(sealed(),), sort=("seq",), limit=_AT_ONCE, include_deleted=True)
        more = True
        while more and walk.broken is None:
            async with self.uow() as tx:
                page = await tx[AuditLog].page(listing)
            walk.follow(page.items)
            listing, more = replace(listing, cursor=page.next_cursor), page.has_more

    async def _find_unreadable(self, walk: _Walk) -> None:
        """One entry of a page could not be read: go on one by one, to say which."""
        while walk.broken is None:
            following = gte("seq", walk.head.seq + 1)
            try:
                async with self.uow() as tx:
                    row = await tx[AuditLog].first(following, sort=("seq",), include_deleted=True)
            except (ValueError, TypeError):
                row = None
            walk.follow((row,)) if row is not None else walk.lose()
