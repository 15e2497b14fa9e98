"""Which flows use something, so that it does not vanish under them."""

from collections.abc import Callable, Iterable

from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import Condition, Listing, any_of, eq
from moniqo.domain.agents.flow import ALIVE, Flow
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import UserId

_AT_ONCE = 500


async def require_unused(
    tx: Transaction, owner_id: UserId | None, uses: Callable[[Flow], bool]
) -> None:
    """Raise `RuleViolated` if a flow of the owner's that is not stopped uses it.

    What has no owner belongs to everybody: then the flows of all count.
    """
    where: tuple[Condition, ...] = (any_of("status", ALIVE),)
    if owner_id is not None:
        where = (*where, eq("user_id", owner_id))
    cursor = None
    while True:
        page = await tx[Flow].page(Listing(where=where, limit=_AT_ONCE, cursor=cursor))
        for flow in page.items:
            if uses(flow):
                named = f"The flow “{flow.title}”" if flow.user_id == owner_id else "A flow"
                raise RuleViolated(f"{named} uses it; stop or change the flow first.")
        if not page.has_more:
            return
        cursor = page.next_cursor


async def touch(tx: Transaction, entities: Iterable[Entity]) -> None:
    """Save the entities unchanged, each once, so that a deletion at the same time is noticed.

    Always in the same order, so that two who touch the same ones do not wait for each other.
    """
    distinct = {entity.id: entity for entity in entities}
    for _, entity in sorted(distinct.items()):
        await tx[type(entity)].save(entity)
