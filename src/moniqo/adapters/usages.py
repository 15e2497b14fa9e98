"""The rows in which usage is counted: found, changed by version, and told of at their limit."""

from datetime import datetime
from decimal import Decimal

from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import eq
from moniqo.application.shared.system import Ids
from moniqo.domain.billing.events import LimitReached
from moniqo.domain.billing.plan import Resource
from moniqo.domain.billing.usage import Usage, period_end
from moniqo.domain.shared.errors import AlreadyExists, StaleVersion
from moniqo.domain.shared.ids import UsageId, UserId


async def usage_of(
    tx: Transaction, ids: Ids, user_id: UserId, resource: Resource, start: datetime
) -> Usage:
    """What is counted for the user in the period that begins at `start`, new if nothing is."""
    found = await tx[Usage].first(
        eq("user_id", user_id), eq("resource", resource), eq("period_start", start)
    )
    return found or unused(ids, user_id, resource, start)


def unused(ids: Ids, user_id: UserId, resource: Resource, start: datetime) -> Usage:
    """A count of nothing."""
    return Usage(id=UsageId(ids.new()), user_id=user_id, resource=resource, period_start=start)


async def store(tx: Transaction, usage: Usage) -> Usage:
    """The count as stored; raises `StaleVersion` if somebody else counted meanwhile."""
    if usage.version:
        return await tx[Usage].save(usage)
    try:
        return await tx[Usage].add(usage)
    except AlreadyExists as error:
        raise StaleVersion("Somebody else counted the first one.") from error


async def store_within(tx: Transaction, usage: Usage, limit: Decimal | None) -> Usage:
    """The same; tells the user, if they were not told, that nothing of the limit is left."""
    if limit is None or not usage.exhausts(limit):
        return await store(tx, usage)
    return await told_of(tx, usage, limit)


async def told_of(tx: Transaction, usage: Usage, limit: Decimal) -> Usage:
    """Store the count and tell the user that this limit stands in their way."""
    tx.emit(
        LimitReached(
            user_id=usage.user_id,
            resource=usage.resource,
            limit=limit,
            resets_at=period_end(usage.resource, usage.period_start),
        )
    )
    return await store(tx, usage.with_(told=limit))
