"""Entities are immutable values, and each is stored in one way."""

from dataclasses import dataclass

import pytest

from moniqo.adapters.persistence.collection import Collection, Registry
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.shared.entity import Entity, Value
from support.source_tree import own_classes

ENTITIES = [
    found for found in own_classes("domain") if issubclass(found, Entity) and found is not Entity
]
VALUES = [
    found
    for package in ("domain", "application")
    for found in own_classes(package)
    if issubclass(found, Value)
]


def loose_ends(value: type) -> list[str]:
    """What keeps instances of `value` from being immutable."""
    found = []
    if not value.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        found.append("not frozen")
    if any("__slots__" not in vars(ancestor) for ancestor in value.__mro__[:-1]):
        found.append("not slotted")
    return found


@pytest.mark.parametrize("entity", ENTITIES)
def test_an_entity_has_a_collection(entity: type[Entity]) -> None:
    assert REGISTRY[entity].entity is entity


def test_the_registry_holds_entities_of_the_domain_only() -> None:
    assert {collection.entity for collection in REGISTRY} == set(ENTITIES)


def test_two_collections_for_one_entity_are_refused() -> None:
    with pytest.raises(TypeError, match="same entity"):
        Registry(Collection(OutboxEvent, "here"), Collection(OutboxEvent, "there"))


def test_values_are_frozen_and_slotted() -> None:
    found = {value: loose_ends(value) for value in VALUES}

    assert len(found) > 50
    assert {value: ends for value, ends in found.items() if ends} == {}


def test_a_value_that_is_neither_is_noticed() -> None:
    @dataclass
    class Loose:
        name: str

    assert loose_ends(Loose) == ["not frozen", "not slotted"]
