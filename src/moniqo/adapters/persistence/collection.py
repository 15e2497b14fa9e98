"""How one entity is stored; tables, documents and indexes derive from it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.schema import Field, schema

E = TypeVar("E", bound=Entity)
UPDATE_STAMPS = ("version", "updated_at", "updated_by")
"""The book-keeping that every update changes."""


@dataclass(frozen=True)
class Collection(Generic[E]):
    """An entity and the name it is stored under.

    `unique` lists field groups that are unique among live rows, save where one of the fields
    is null. `only_where` narrows a unique group to rows whose field has one value
    (`{("user_id",): ("status", "active")}`). `indexes` lists field groups to be found fast.
    `audited` says whether changes leave audit rows; one that touches `quiet` fields alone, or
    nothing, leaves none: a use case tells of it in its own words. One of `grants` fields is told
    as a change of permissions. `append_only` keeps rows immutable, save for `write_once`: fields
    that are filled together, once, after the row was written. References follow from the
    annotations: a field of another entity's id type points there.
    """

    entity: type[E]
    name: str
    unique: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    only_where: tuple[tuple[tuple[str, ...], tuple[str, str]], ...] = ()
    audited: bool = True
    quiet: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()
    append_only: bool = False
    write_once: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = self.fields
        groups = (*self.unique, *self.indexes, self.quiet, self.grants, self.write_once)
        named = {name for group in groups for name in group}
        missing = named - set(known)
        if missing:
            raise TypeError(f"{self.name} has no field {', '.join(sorted(missing))}")

        if self.write_once and not self.append_only:
            raise TypeError(f"{self.name} is no collection that only grows")

    @property
    def filled(self) -> tuple[str, ...]:
        """Everything that filling the write-once fields changes."""
        return (*self.write_once, *UPDATE_STAMPS)

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every field by name."""
        return {field.name: field for field in schema(self.entity)}

    def narrowing(self, group: tuple[str, ...]) -> tuple[str, str] | None:
        """The (field, value) that a unique group is narrowed to, if it is."""
        return dict(self.only_where).get(group)

    @property
    def id_type(self) -> Any:
        """The NewType of the entity's identity."""
        return self.fields["id"].type


class Registry:
    """All collections, by entity."""

    def __init__(self, *collections: Collection[Any]) -> None:
        for key in ("entity", "name"):
            if len({getattr(item, key) for item in collections}) < len(collections):
                raise TypeError(f"two collections have the same {key}")
        self._by_entity = {item.entity: item for item in collections}
        self._by_id_type = {item.id_type: item for item in collections}

    def __iter__(self) -> Any:
        return iter(self._by_entity.values())

    def __getitem__(self, entity: type[E]) -> Collection[E]:
        return self._by_entity[entity]

    def references(self, collection: Collection[Any]) -> dict[str, Collection[Any]]:
        """The collection that each referring field of `collection` points to."""
        return self._references[collection.entity]

    @cached_property
    def _references(self) -> dict[type[Entity], dict[str, Collection[Any]]]:
        return {
            entity: {
                name: self._by_id_type[field.type]
                for name, field in collection.fields.items()
                if name != "id" and field.type in self._by_id_type
            }
            for entity, collection in self._by_entity.items()
        }

    def referrers(self, collection: Collection[Any]) -> tuple[tuple[Collection[Any], str], ...]:
        """Each collection that refers to `collection`, with the field that does."""
        return tuple(
            (item, name)
            for item in self
            for name, target in self.references(item).items()
            if target is collection
        )
