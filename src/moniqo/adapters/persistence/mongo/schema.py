"""Collections and indexes as they are and as they should be."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pymongo.errors import OperationFailure

from moniqo.adapters.persistence.collection import Collection
from moniqo.adapters.persistence.mongo.failures import translated
from moniqo.adapters.persistence.mongo.indexes import PREFIXES, Index, indexes
from moniqo.adapters.persistence.mongo.store import Store
from moniqo.domain.shared.errors import AlreadyExists, Unavailable

_EXISTS = 48
_GONE = 27
Existing = Mapping[str, Mapping[str, Any]]


async def lacking(store: Store) -> tuple[str, ...]:
    """Names of collections that do not exist and of indexes that do not or are others."""
    with translated():
        present = set(await store.database.list_collection_names())
        found = []
        for collection in store.registry:
            if collection.name not in present:
                found.append(collection.name)
            existing = await store.rows(collection).index_information()
            found += [f"{collection.name}.{name}" for name in _differing(collection, existing)]
    return tuple(found)


async def bring_up(store: Store) -> None:
    """Make what is lacking and drop what we made once and need no more; idempotent.

    Collections are made here because a transaction had better find them.
    """
    for collection in store.registry:
        with translated(), _content_with(_EXISTS):
            await store.database.create_collection(collection.name, check_exists=False)
        try:
            with translated(collection):
                await _index(store, collection)
        except AlreadyExists as error:
            raise Unavailable(
                f"{collection.name}: a unique index cannot be made, documents share its values: "
                f"{error.message}"
            ) from error


async def _index(store: Store, collection: Collection[Any]) -> None:
    rows = store.rows(collection)
    existing = await rows.index_information()
    wanted = {index.name: index for index in indexes(collection)}
    differing = _differing(collection, existing)
    for name in existing:
        if name.startswith(PREFIXES) and (name in differing or name not in wanted):
            with _content_with(_GONE):
                await rows.drop_index(name)
    if differing:
        await rows.create_indexes([wanted[name].model for name in differing])


@contextmanager
def _content_with(code: int) -> Iterator[None]:
    """Another process may be at the same: its having been faster is fine."""
    try:
        yield
    except OperationFailure as error:
        if error.code != code:
            raise


def _differing(collection: Collection[Any], existing: Existing) -> list[str]:
    def same(index: Index) -> bool:
        return index.name in existing and index.is_like(existing[index.name])

    return [index.name for index in indexes(collection) if not same(index)]
