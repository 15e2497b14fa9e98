"""Values, entities and scalars: their rules hold at every change."""

from dataclasses import FrozenInstanceError, dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, NewType, Optional
from uuid import UUID

import pytest

from moniqo.domain.shared.entity import BOOKKEEPING, Entity, Value, faults_of, field_fault
from moniqo.domain.shared.errors import Invalid
from moniqo.domain.shared.rules import Length, Range
from moniqo.domain.shared.scalar import Scalar, Secret, scalar_type
from moniqo.domain.shared.schema import peel, plain, schema

NoteId = NewType("NoteId", UUID)
NestedId = NewType("NestedId", NoteId)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Entity):
    id: NoteId
    title: Annotated[str, Length(1, 5)]
    pages: Annotated[int, Range(least=1)] | None = None
    price: Decimal = Decimal(0)
    tags: tuple[str, ...] = ()
    lines: list[str] = field(default_factory=list)

    def check(self) -> None:
        if self.title == "secret":
            raise AssertionError("a rule across fields was asked before those of the fields")
        if self.pages == 13:
            raise Invalid.field("pages", "must not be 13")


def note(**fields: object) -> Note:
    return Note(**{"id": NoteId(UUID(int=1)), "title": "Hello"} | fields)


def faulty(**fields: object) -> list[str]:
    with pytest.raises(Invalid) as found:
        note(**fields)
    return [fault.field for fault in found.value.faults]


def test_every_field_that_breaks_its_rule_is_named() -> None:
    assert faulty(title="", pages=0, price=Decimal("NaN")) == ["title", "pages", "price"]


def test_rules_across_fields_come_after_those_of_the_fields() -> None:
    assert faulty(title="secret") == ["title"]
    assert faulty(pages=13) == ["pages"]


def test_what_no_store_could_keep_is_refused_without_any_rule() -> None:
    assert faulty(title="a\x00") == ["title"]
    assert faulty(pages=2**63) == ["pages"]


def test_nothing_is_asked_of_what_is_not_there() -> None:
    assert note(pages=None).pages is None


def test_a_change_makes_another_one_that_keeps_the_rules() -> None:
    first = note()

    second = first.with_(title="Bye", pages=2)

    assert (first.title, second.title, second.pages) == ("Hello", "Bye", 2)
    for change in ({"title": ""}, {"pages": 13}, {"pages": 0}):
        with pytest.raises(Invalid):
            first.with_(**change)
    with pytest.raises(TypeError, match="Note has no field colour"):
        first.with_(colour="red")


def test_nothing_changes_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        note().title = "Bye"


def test_book_keeping_is_stamped_without_any_rule_being_asked() -> None:
    stamped = note().stamped(version=1, created_at=NOW)

    assert (stamped.version, stamped.created_at, stamped.title) == (1, NOW, "Hello")
    assert {name for name in BOOKKEEPING if not hasattr(stamped, name)} == set()


def test_a_fields_faults_can_be_asked_alone() -> None:
    title = next(item for item in schema(Note) if item.name == "title")

    assert field_fault(title, "Hello") is None
    assert field_fault(title, "Hello!") == "must have 1 to 5 characters, has 6"
    assert faults_of(note()) == ()


# Scalars


class Name(Scalar[str]):
    __slots__ = ()
    rules = (Length(1, 5),)

    @classmethod
    def normalise(cls, value: str) -> str:
        return value.strip()


class Nickname(Name):
    __slots__ = ()


class Age(Scalar[int]):
    __slots__ = ()
    rules = (Range(least=0),)


class Password(Secret):
    __slots__ = ()


def test_a_scalar_is_normalised_before_it_is_checked() -> None:
    assert Name("  Ada  ").value == "Ada"
    assert str(Name("Ada")) == "Ada"


@pytest.mark.parametrize(
    ("value", "message"),
    [("      ", "Name must have 1 to 5 characters"), ("a\x00", "Name must not contain NUL")],
)
def test_a_scalar_that_breaks_its_rule_is_refused_by_its_name(value: str, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        Name(value)


def test_scalars_are_equal_by_class_and_value_and_have_an_order() -> None:
    assert Name("a") == Name(" a ")
    assert Name("a") != Nickname("a")
    assert Age(3) < Age(5)
    with pytest.raises(Invalid):
        Age(-1)


def test_a_secret_shows_nothing_of_itself() -> None:
    secret = Password("hunter2")

    assert "hunter2" not in f"{secret} {secret!r} {secret!s} {[secret]}"
    assert secret.value == "hunter2"


def test_a_scalar_knows_what_it_holds() -> None:
    assert scalar_type(Nickname) is str
    assert scalar_type(Age) is int
    assert scalar_type(Password) is str
    with pytest.raises(TypeError, match="does not say what it holds"):
        scalar_type(Scalar)


# What annotations say


def test_an_annotation_is_split_into_type_null_and_rules() -> None:
    short, small = Length(1, 5), Range(least=0)

    assert peel(Annotated[str, short, "a remark"]) == (str, False, (short,))
    assert peel(Annotated[int, small] | None) == (int, True, (small,))
    assert peel(Optional[int]) == (int, True, ())  # noqa: UP045  (the old spelling is read too)
    assert peel(Annotated[Annotated[str, short] | None, Length(2)]) == (
        str,
        True,
        (Length(2), short),
    )


def test_a_choice_of_types_is_not_supported() -> None:
    with pytest.raises(TypeError, match="unions are supported"):
        peel(int | str)


def test_a_new_type_is_what_it_was_made_of() -> None:
    assert plain(NestedId) is UUID
    assert plain(str) is str


def test_the_schema_tells_what_is_required_and_what_is_taken_otherwise() -> None:
    fields = {item.name: item for item in schema(Note)}

    assert [name for name, item in fields.items() if item.required] == ["id", "title"]
    assert (fields["pages"].optional, fields["pages"].default) == (True, None)
    assert fields["lines"].default is list
    assert fields["id"].type is NoteId


def test_a_value_without_rules_of_its_own_holds_anything() -> None:
    @dataclass(frozen=True, slots=True)
    class Plain(Value):
        what: object = None

    assert Plain(object()).with_(what=1) == Plain(1)
