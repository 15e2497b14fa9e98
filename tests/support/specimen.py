"""Entities that exist for the persistence contract only: one of every kind of field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, NewType
from uuid import UUID

from moniqo.adapters.persistence.collection import Collection, Registry
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.domain.shared.entity import Entity, Value
from moniqo.domain.shared.event import Event
from moniqo.domain.shared.rules import Length, Range
from moniqo.domain.shared.scalar import Scalar, Secret
from moniqo.domain.shared.types import JsonObject

RackId = NewType("RackId", UUID)
SpecimenId = NewType("SpecimenId", UUID)
InscriptionId = NewType("InscriptionId", UUID)


class Code(Scalar[str]):
    """Lower-case text."""

    __slots__ = ()

    @classmethod
    def normalise(cls, value: str) -> str:
        return value.lower()


class Pin(Secret):
    """Must not show up in audit rows."""

    __slots__ = ()


class State(StrEnum):
    ACTIVE = "active"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class Part(Value):
    """A nested value with values of its own."""

    name: str
    weight: Decimal = Decimal(0)
    made_at: datetime | None = None
    state: State = State.IDLE
    marks: tuple[str, ...] = ()
    details: JsonObject = field(default_factory=lambda: JsonObject({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rack(Entity):
    """What specimens refer to."""

    id: RackId
    label: Annotated[str, Length(0, 50)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen(Entity):
    """`shelf` keeps the rows of one test apart from those of all others."""

    id: SpecimenId
    shelf: Annotated[str, Length(1, 64)]
    name: Annotated[str, Length(0, 200)] | None = None
    badge: str | None = None
    state: State = State.IDLE
    code: Code | None = None
    price: Decimal | None = None
    weight: Decimal = Decimal(0)
    rank: int = 0
    score: Annotated[int, Range(least=0)] | None = None
    seen_at: datetime | None = None
    is_bright: bool = False
    notes: JsonObject = field(default_factory=lambda: JsonObject({}))
    extra: JsonObject | None = None
    parts: tuple[Part, ...] = ()
    main_part: Part | None = None
    tags: frozenset[str] = frozenset()
    stock: Mapping[str, Decimal] = field(default_factory=dict)
    pin: Pin | None = None
    rack_id: RackId | None = None
    parent_id: SpecimenId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inscription(Entity):
    """Written once and never changed, save that it gets its number and mark later."""

    id: InscriptionId
    text: str
    number: int | None = None
    mark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecimenSeen(Event):
    """Somebody looked."""

    shelf: str
    price: Decimal


SPECIMENS = (
    Collection(Rack, "test_racks"),
    Collection(
        Specimen,
        "test_specimens",
        unique=(("shelf", "name"), ("shelf", "badge")),
        only_where=((("shelf", "badge"), ("state", "active")),),
        indexes=(("shelf", "created_at"), ("rack_id",)),
        grants=("is_bright",),
    ),
    Collection(
        Inscription,
        "test_inscriptions",
        unique=(("number",),),
        append_only=True,
        write_once=("number", "mark"),
    ),
)
CONTRACT = Registry(*REGISTRY, *SPECIMENS)
"""Everything that is stored, and the specimens."""
