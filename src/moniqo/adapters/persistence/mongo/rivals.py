"""Who won when two transactions wrote the same unique values at once.

MongoDB answers the loser with a write conflict and not with the index's name, and it may
do so before the winner has committed.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from moniqo.adapters.persistence.collection import Collection
from moniqo.adapters.persistence.mongo.documents import Document
from moniqo.adapters.persistence.mongo.indexes import covered
from moniqo.adapters.persistence.mongo.queries import NOTHING, Filter
from moniqo.adapters.persistence.mongo.store import Store
from moniqo.adapters.persistence.violations import duplicate
from moniqo.domain.shared.errors import AlreadyExists

_PAUSES = (0.0, 0.005, 0.02, 0.05, 0.1, 0.2)
"""Seconds between looks for a winner that is still about to commit."""
_MOST = 100
"""Documents that are looked for at most: bulk imports are told of a conflict only."""


async def rival(
    store: Store, collection: Collection[Any], documents: Sequence[Document], *, wait: bool
) -> AlreadyExists | None:
    """The violation, if a committed document holds a unique value of one of `documents`."""
    for pause in _PAUSES if wait else _PAUSES[:1]:
        await asyncio.sleep(pause)
        for group in collection.unique:
            held = [_held(collection, group, document) for document in documents[:_MOST]]
            theirs = {"$or": [item for item in held if item] or [NOTHING]}
            if await store.rows(collection).find_one(theirs, {"_id": 1}):
                return duplicate(collection, group)
    return None


def _held(collection: Collection[Any], group: tuple[str, ...], document: Document) -> Filter | None:
    """Another document with the same values; None if the rule does not cover this one."""
    narrowing = collection.narrowing(group)
    outside = narrowing is not None and document[narrowing[0]] != narrowing[1]
    if outside or document["deleted_at"] or any(document[field] is None for field in group):
        return None
    values = [{field: {"$eq": document[field]}} for field in group]
    return {"$and": [covered(collection, group), {"_id": {"$ne": document["_id"]}}, *values]}
