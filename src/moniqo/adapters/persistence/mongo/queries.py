"""Selections as MongoDB filters. Values never stand where an operator could be read in them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from pymongo import UpdateOne

from moniqo.adapters.persistence.backend import Select
from moniqo.adapters.persistence.collection import Collection
from moniqo.adapters.persistence.mongo.documents import Document, key_of, stored_value
from moniqo.application.shared.query import Condition, Op

Filter = Document
NOTHING: Filter = {"_id": {"$in": []}}
LIVE: Filter = {"deleted_at": None}
TOTAL = "_total"
"""Where the last document of `page_and_total` holds the number; no field has such a name."""
_LAST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


def following(prefix: str) -> str | None:
    """The least text above all that begin with `prefix`, by code point; None if there is none."""
    kept = prefix.rstrip(chr(_LAST))
    if not kept:
        return None
    point = ord(kept[-1]) + 1
    return kept[:-1] + chr(_SURROGATES.stop if point in _SURROGATES else point)


def _begins(field: str, value: str) -> Filter:
    end = following(value)
    return {field: {"$gte": value} if end is None else {"$gte": value, "$lt": end}}


def _has(field: str, value: str) -> Filter:
    # Not a regular expression: those have a length limit, and NUL ends them.
    place = {"$indexOfBytes": [f"${field}", {"$literal": value}]}
    return {"$expr": {"$gte": [place, 0]}}


_TERMS: Mapping[Op, Callable[[str, Any], Filter]] = MappingProxyType(
    {
        Op.EQ: lambda field, value: {field: {"$eq": value}},
        Op.GTE: lambda field, value: {field: {"$gte": value}},
        Op.LT: lambda field, value: {field: {"$lt": value}},
        Op.IS_NULL: lambda field, value: {field: {"$eq" if value else "$ne": None}},
        Op.PREFIX: _begins,
        Op.CONTAINS: _has,
    }
)


def _term(condition: Condition) -> Filter:
    value: Any = condition.value
    if condition.op is Op.EITHER:
        return {"$or": [_term(item) for item in value]} if value else NOTHING
    field = key_of(condition.field)
    if condition.op is Op.IN:
        return {field: {"$in": [stored_value(item) for item in value]}}
    return _TERMS[condition.op](field, stored_value(value))


def _all(terms: list[Filter]) -> Filter:
    return {"$and": terms} if len(terms) > 1 else terms[0] if terms else {}


def matching(select: Select) -> Filter:
    """What the selection asks for, without its place in the order."""
    terms = [_term(condition) for condition in select.where]
    return _all(terms if select.deleted else [*terms, LIVE])


def order(select: Select) -> list[tuple[str, int]]:
    """The order of the selection; null is lowest in MongoDB by itself."""
    return [(key_of(field), -1 if descending else 1) for field, descending in select.sort]


def page(collection: Collection[Any], select: Select) -> Filter:
    """What the selection asks for from its place in the order on."""
    if select.after is None:
        return matching(select)
    steps = [
        (key_of(field), descending, stored_value(last), collection.fields[field].optional)
        for (field, descending), last in zip(select.sort, select.after, strict=True)
    ]
    alternatives: list[Filter] = []
    same: list[Filter] = []
    for field, descending, last, optional in steps:
        beyond = _beyond(field, last, descending=descending, optional=optional)
        if beyond is not None:
            alternatives.append(_all([*same, beyond]))
        same.append({field: {"$eq": last}})
    place = {"$or": alternatives} if alternatives else NOTHING
    return {"$and": [matching(select), *_start(steps[0]), place]}


def page_and_total(collection: Collection[Any], select: Select) -> list[Document]:
    """A pipeline that answers the page's documents and then `{_total: n}`, unless n is 0."""
    every = [{"$match": matching(select)}, {"$count": TOTAL}]
    return [
        {"$match": page(collection, select)},
        {"$sort": dict(order(select))},
        {"$skip": select.offset},
        *([] if select.limit is None else [{"$limit": select.limit}]),
        *([{"$project": dict.fromkeys(select.without, 0)}] if select.without else []),
        {"$unionWith": {"coll": collection.name, "pipeline": every}},
    ]


def filling(collection: Collection[Any], document: Document) -> UpdateOne:
    """Set what filling the write-once fields changes, where none is filled yet."""
    unfilled = dict.fromkeys(collection.write_once)
    row: Filter = {"_id": document["_id"], "version": document["version"] - 1, **unfilled}
    return UpdateOne(row, {"$set": {name: document[name] for name in collection.filled}})


def _beyond(field: str, last: Any, *, descending: bool, optional: bool) -> Filter | None:
    if not descending:
        return {field: {"$ne": None} if last is None else {"$gt": last}}
    if last is None:
        return None
    lower: Filter = {field: {"$lt": last}}
    return {"$or": [lower, {field: None}]} if optional else lower


def _start(step: tuple[str, bool, Any, bool]) -> list[Filter]:
    """A bound that the alternatives imply: with it, an index is read from the place on."""
    field, descending, last, optional = step
    if last is None or (descending and optional):
        return []
    return [{field: {"$lte" if descending else "$gte": last}}]
