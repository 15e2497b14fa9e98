"""Everything that is held about a user, handed to them."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moniqo.application.identity.members import member_of, profile_of
from moniqo.application.identity.ports import PrincipalReader
from moniqo.application.identity.principal import Principal
from moniqo.application.operations.exported import SECTIONS, Section
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, any_of, eq
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.shared.errors import Unauthenticated

Rows = AsyncGenerator[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class ExportUser:
    """Read everything that is held about the caller, a few rows at a time; it is audited.

    Raises `NotFound` for somebody who was just removed.
    """

    uow: UnitOfWork
    clock: Clock
    ids: Ids
    principals: PrincipalReader

    async def __call__(self, *, caller: Principal) -> Mapping[str, object]:
        """The fields of `Export`: the profile, and what gives the others batch by batch.

        Reading on raises `Unauthenticated` once the caller's session is over.
        """
        async with self.uow() as tx:
            profile = profile_of(await member_of(tx, caller.user_id))
            row = audit_entry(
                self.ids.new(),
                AuditAction.READ,
                entity=("User", caller.user_id),
                description="export of everything that is held",
            )
            await tx[AuditLog].add(row)
        batches = {section.name: self._batches(section, caller) for section in SECTIONS}
        return {"profile": profile, **batches}

    async def _batches(
        self, section: Section, caller: Principal
    ) -> AsyncGenerator[Sequence[object]]:
        async for rows in self._rows(section, caller):
            yield await self._shown(section, rows)

    async def _rows(self, section: Section, caller: Principal) -> Rows:
        if section.within is None:
            async for rows in self._pages(section, (caller.user_id,), caller):
                yield rows
            return
        async for holders in self._rows(section.within, caller):
            ids = tuple(holder.id for holder in holders)
            async for rows in self._pages(section, ids, caller):
                yield rows

    async def _pages(self, section: Section, owners: tuple[object, ...], caller: Principal) -> Rows:
        where = eq(section.owner, owners[0]) if len(owners) == 1 else any_of(section.owner, owners)
        cursor = None
        while True:
            await self._require_session(caller)
            listing = Listing(
                where=(where,),
                sort=("created_at",),
                limit=section.at_once,
                cursor=cursor,
                include_deleted=True,
            )
            async with self.uow() as tx:
                page = await tx[section.entity].page(listing)
            if page.items:
                yield page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    async def _shown(self, section: Section, rows: tuple[Any, ...]) -> Sequence[object]:
        if section.show is None:
            return rows
        async with self.uow() as tx:
            return await section.show(tx, rows)

    async def _require_session(self, caller: Principal) -> None:
        """Raise unless whoever asked may still ask: a long export does not outlive its session."""
        state = await self.principals.by_session(caller.session_id)
        if (
            state is None
            or state.is_revoked
            or not state.is_active
            or self.clock.now() >= state.expires_at
        ):
            raise Unauthenticated("The session is over. Sign in again.")
