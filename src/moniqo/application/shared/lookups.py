"""What rows refer to, read together."""

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import Listing, any_of
from moniqo.domain.shared.entity import Entity

E = TypeVar("E", bound=Entity)


async def by_ids(tx: Transaction, entity: type[E], ids: Iterable[UUID]) -> dict[UUID, E]:
    """The entities of those ids, removed ones too: what refers to them outlives them."""
    wanted = tuple(dict.fromkeys(ids))
    if not wanted:
        return {}
    listing = Listing(where=(any_of("id", wanted),), limit=len(wanted), include_deleted=True)
    return {found.id: found for found in (await tx[entity].page(listing)).items}
