"""Hypothesis strategies for every entity, read from its annotations.

Classes whose `check` ties fields together have an adjustment in `support.adjustments`.
"""

from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import UTC, datetime
from decimal import Context, Decimal
from enum import Enum
from functools import cache
from typing import Any, get_args, get_origin
from uuid import UUID

from hypothesis import reject
from hypothesis import strategies as st

from moniqo.adapters.persistence.collection import Registry
from moniqo.domain.shared.entity import BOOKKEEPING, Entity
from moniqo.domain.shared.errors import AppError
from moniqo.domain.shared.rules import INT64, MAX_DIGITS, MAX_PLACES, Length, Pattern, Range, Rule
from moniqo.domain.shared.scalar import Scalar, scalar_type
from moniqo.domain.shared.schema import Field, peel, plain, schema
from moniqo.domain.shared.types import JsonObject
from support.adjustments import ADJUSTMENTS, Values
from support.store import CountingIds

MOST = 30
_WIDE = Context(prec=60)
_ids = CountingIds()
new_ids = st.builds(_ids.new)


def texts(least: int = 0, most: int = MOST) -> st.SearchStrategy[str]:
    """Any text that may be stored: no NUL, no lone surrogates."""
    alphabet = st.characters(exclude_categories=("Cs",), exclude_characters="\x00")
    return st.text(alphabet, min_size=least, max_size=min(most, max(least, MOST)))


def decimals(
    least: Decimal | int | None = None, most: Decimal | int | None = None
) -> st.SearchStrategy[Decimal]:
    """Decimals of up to 34 digits, 18 of them after the point; bounds are included."""
    limit = 10**MAX_DIGITS - 1
    low = -limit if least is None else max(-limit, _units(least))
    high = limit if most is None else min(limit, _units(most))
    whole = 10**MAX_PLACES
    fine = st.integers(low, high).map(lambda units: Decimal(units).scaleb(-MAX_PLACES, _WIDE))
    if -(-low // whole) > high // whole:
        return fine
    return fine | st.integers(-(-low // whole), high // whole).map(Decimal)


def _units(bound: Decimal | int) -> int:
    return int(Decimal(bound).scaleb(MAX_PLACES, _WIDE))


instants = st.datetimes(timezones=st.just(UTC)).map(
    lambda value: value.replace(microsecond=value.microsecond // 1000 * 1000)
)
_numbers = st.integers(-INT64, INT64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
_keys = st.sampled_from(("", "$", "$set", "a.b", ".", "_id", "__proto__")) | texts(most=5)
json_objects = st.dictionaries(
    _keys,
    st.recursive(
        st.none() | st.booleans() | _numbers | texts(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3),
        max_leaves=6,
    ),
    max_size=4,
).map(JsonObject)

_ATOMS: Mapping[Any, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    datetime: instants,
    UUID: st.uuids(),
}


def of(annotation: Any, *rules: Rule) -> st.SearchStrategy[Any]:
    """Values of an annotated type that keep its rules."""
    bare, optional, more = peel(annotation)
    values = _bare(bare, (*rules, *more))
    return st.none() | values if optional else values


def _bare(bare: Any, rules: tuple[Rule, ...]) -> st.SearchStrategy[Any]:
    length = next((rule for rule in rules if isinstance(rule, Length)), Length(0, MOST))
    if bare is JsonObject:
        return json_objects
    bare = plain(bare)
    origin = get_origin(bare)
    if origin in (tuple, frozenset):
        unique = origin is frozenset
        size = {"min_size": length.least, "max_size": min(length.most, length.least + 3)}
        return st.lists(of(get_args(bare)[0]), unique=unique, **size).map(origin)
    if origin is not None:
        return st.dictionaries(texts(most=8), of(get_args(bare)[1]), max_size=3)
    if bare in _ATOMS:
        return _ATOMS[bare]
    if bare is str:
        return _text(rules, length)
    if bare in (int, Decimal):
        return _number(bare, rules)
    if issubclass(bare, Enum):
        return st.sampled_from(list(bare))
    if issubclass(bare, Scalar):
        return of(scalar_type(bare), *getattr(bare, "rules", ())).map(bare)
    if is_dataclass(bare):
        return objects(bare)
    raise TypeError(f"no strategy for {bare}")


def _text(rules: tuple[Rule, ...], length: Length) -> st.SearchStrategy[str]:
    pattern = next((rule for rule in rules if isinstance(rule, Pattern)), None)
    if pattern is None:
        return texts(length.least, length.most)
    drawn = st.from_regex(pattern.expression, fullmatch=True)
    return drawn.filter(lambda text: all(rule.fault(text) is None for rule in rules))


def _number(kind: type, rules: tuple[Rule, ...]) -> st.SearchStrategy[Any]:
    least, most = None, None
    finest = Decimal(1).scaleb(-MAX_PLACES) if kind is Decimal else 1
    for rule in rules:
        if isinstance(rule, Range):
            least = rule.above + finest if rule.above is not None else rule.least
            most = rule.most
    if kind is Decimal:
        return decimals(least, most)
    return st.integers(-INT64 if least is None else least, INT64 - 1 if most is None else most)


@st.composite
def objects(draw: Any, owner: type, given: Values | None = None) -> Any:
    """A dataclass from its annotations; `given` fields are taken as they are."""
    values = dict(given or {})
    for field in schema(owner):
        if field.name not in values and field.name not in BOOKKEEPING:
            values[field.name] = draw(_field(field))
    if owner in ADJUSTMENTS:
        values = ADJUSTMENTS[owner](draw, values)
    try:
        return owner(**values)
    except AppError:
        return reject()


@cache
def _field(field: Field) -> st.SearchStrategy[Any]:
    values = of(field.type, *field.rules)
    return st.none() | values if field.optional else values


@st.composite
def families(draw: Any, registry: Registry, entity: type[Entity]) -> list[Entity]:
    """An entity as the last of a list, after everything that it refers to."""
    made: dict[type, Entity] = {}
    _grow(draw, registry, entity, made)
    return list(made.values())


def _grow(draw: Any, registry: Registry, entity: type[Entity], made: dict[type, Entity]) -> UUID:
    if entity in made:
        return made[entity].id
    collection = registry[entity]
    given: Values = {"id": draw(new_ids)}
    for name, target in registry.references(collection).items():
        absent = collection.fields[name].optional and draw(st.booleans())
        if absent or target is collection:
            given[name] = None
        else:
            given[name] = _grow(draw, registry, target.entity, made)
    made[entity] = draw(objects(entity, given))
    return made[entity].id
