"""Outside data become typed values exactly, or every fault is named by its path."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, NewType
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moniqo.domain.shared.decoding import decode, decode_fields, exact_numbers
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.errors import Invalid, RuleViolated
from moniqo.domain.shared.rules import Length, Pattern, Range
from moniqo.domain.shared.scalar import Scalar
from moniqo.domain.shared.types import JsonObject

ThingId = NewType("ThingId", UUID)
Word = Annotated[str, Pattern(r"[a-z]+", "small letters")]
ID = "0198c0de-0000-7000-8000-000000000001"
NUMBER = "must be a decimal number, as a text or a number"
SUCH = "must be a decimal number such as 12.5"
INSTANT = "must be an RFC 3339 instant such as 2026-01-31T09:00:00Z"


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Code(Scalar[str]):
    __slots__ = ()
    rules = (Length(1, 3),)

    @classmethod
    def normalise(cls, value: str) -> str:
        if value == "bad":
            raise Invalid("bad", faults=())
        return value.upper()


@dataclass(frozen=True, slots=True)
class Part(Value):
    name: Word
    weight: Annotated[Decimal, Range(above=0)] = Decimal(1)

    def check(self) -> None:
        if self.name == "broken":
            raise Invalid.field("name", "is broken")
        if self.name == "odd":
            raise Invalid("An odd part.")


@dataclass(frozen=True, slots=True)
class Thing(Value):
    id: ThingId
    parts: Annotated[tuple[Part, ...], Length(0, 2)] = ()
    words: frozenset[Word] = frozenset()
    stock: Mapping[str, Annotated[Decimal, Range(least=0)]] = field(default_factory=dict)
    colour: Colour | None = None
    code: Code | None = None
    count: Annotated[int, Range(most=9)] = 0
    is_new: bool = False
    seen_at: datetime | None = None
    notes: JsonObject | None = None


def faults(kind: Any, data: object) -> dict[str, str]:
    with pytest.raises(Invalid) as found:
        decode(kind, data)
    return {fault.field: fault.message for fault in found.value.faults}


def test_a_whole_object_is_read_with_everything_in_it() -> None:
    found = decode(
        Thing,
        {
            "id": ID,
            "parts": [{"name": "wheel", "weight": "1.50"}, {"name": "axle"}],
            "words": ["a", "b", "a"],
            "stock": {"x": 1, "y": "2.5"},
            "colour": "red",
            "code": "ab",
            "count": 3,
            "is_new": True,
            "seen_at": "2026-01-31T10:00:00.1239+01:00",
            "notes": {"a": [1, Decimal("2.5"), None, {"b": False, "c": "d"}]},
        },
    )

    assert found == Thing(
        id=ThingId(UUID(ID)),
        parts=(Part("wheel", Decimal("1.5")), Part("axle")),
        words=frozenset({"a", "b"}),
        stock={"x": Decimal(1), "y": Decimal("2.5")},
        colour=Colour.RED,
        code=Code("AB"),
        count=3,
        is_new=True,
        seen_at=datetime(2026, 1, 31, 9, 0, 0, 123_000, tzinfo=UTC),
        notes=JsonObject({"a": [1, 2.5, None, {"b": False, "c": "d"}]}),
    )


def test_what_may_be_left_out_may_be_null_only_where_null_means_something() -> None:
    assert decode(Thing, {"id": ID, "colour": None}).colour is None
    assert faults(Thing, {"id": ID, "count": None}) == {"count": "must not be null"}


def test_every_fault_is_named_by_its_path() -> None:
    found = faults(
        Thing,
        {
            "parts": [{"name": "wheel"}, {"name": "AXLE", "weight": 0, "size": 1}],
            "words": ["a", "B"],
            "stock": {"x": "-1"},
            "colour": "green",
            "extra": 1,
        },
    )

    assert found == {
        "extra": "is not a known field",
        "id": "is required",
        "parts.1.size": "is not a known field",
        "parts.1.name": "must be small letters",
        "parts.1.weight": "must be above 0",
        "words.1": "must be small letters",
        "stock.x": "must be at least 0",
        "colour": "must be one of red, blue",
    }


def test_the_message_tells_all_of_it() -> None:
    with pytest.raises(Invalid, match=r"^Invalid input: count must be a whole number\.$"):
        decode(Thing, {"id": ID, "count": "1"})
    with pytest.raises(Invalid, match=r"^Invalid input: must be an object\.$"):
        decode(Thing, [])


@pytest.mark.parametrize(
    ("kind", "data", "message"),
    [
        (str, 1, "must be a text"),
        (str, "a\x00", "must not contain NUL"),
        (str, "\ud800", "must not contain lone surrogates"),
        (bool, 1, "must be true or false"),
        (bool, "true", "must be true or false"),
        (int, True, "must be a whole number"),
        (int, "1", "must be a whole number"),
        (int, Decimal(1), "must be a whole number"),
        (int, 2**63, "must fit 64 bits"),
        (int, -(2**63) - 1, "must fit 64 bits"),
        (Decimal, True, NUMBER),
        (Decimal, 1.5, NUMBER),
        (Decimal, None, "must not be null"),
        (Decimal, "", SUCH),
        (Decimal, "NaN", SUCH),
        (Decimal, "Infinity", SUCH),
        (Decimal, "1e3", SUCH),
        (Decimal, "+1", SUCH),
        (Decimal, "01", SUCH),
        (Decimal, ".5", SUCH),
        (Decimal, "5.", SUCH),
        (Decimal, " 5", SUCH),
        (Decimal, "1_000", SUCH),
        (Decimal, "٣", SUCH),
        (Decimal, "1" * 69, SUCH),
        (Decimal, "1" * 17, "must have at most 16 digits before the point"),
        (Decimal, "0." + "1" * 19, "must have at most 18 digits after the point"),
        (Decimal, 10**34, "must have at most 34 digits"),
        (Decimal, 10**16, "must have at most 16 digits before the point"),
        (Decimal, Decimal("NaN"), "must be a finite number"),
        (Decimal, Decimal("1e1000000"), "must have at most 16 digits before the point"),
        (Decimal, Decimal("1e-1000000"), "must have at most 18 digits after the point"),
        (UUID, ID.replace("-", ""), "must be a UUID"),
        (UUID, f"{{{ID}}}", "must be a UUID"),
        (UUID, 1, "must be a UUID"),
        (datetime, 1767258000, "must be a text"),
        (datetime, "2026-01-31", INSTANT),
        (datetime, "2026-01-31T09:00:00", INSTANT),
        (datetime, "2026-02-30T09:00:00Z", INSTANT),
        (datetime, "0001-01-01T00:00:00+01:00", INSTANT),
        (datetime, "soon", INSTANT),
        (Colour, "RED", "must be one of red, blue"),
        (Colour, ["red"], "must be one of red, blue"),
        (tuple[int, ...], {"0": 1}, "must be a list"),
        (frozenset[int], "1", "must be a list"),
        (Mapping[str, int], [1], "must be an object"),
        (Mapping[str, int], {"a\x00": 1}, "must not contain NUL"),
        (JsonObject, [], "must be an object"),
        (JsonObject, {"\ud800": 1}, "must not contain lone surrogates"),
        (Code, 1, "must be a text"),
        (Code, "abcd", "must have 1 to 3 characters, has 4"),
        (Code, "bad", "bad"),
        (Part, {"name": "odd"}, "An odd part."),
        (Annotated[int, Range(most=3)], 4, "must be at most 3"),
    ],
)
def test_nothing_is_coerced(kind: Any, data: object, message: str) -> None:
    assert faults(kind, data) == {"": message}


@pytest.mark.parametrize(
    ("kind", "data", "value"),
    [
        (Decimal, "-0", Decimal(0)),
        (Decimal, "-12.50", Decimal("-12.5")),
        (Decimal, 7, Decimal(7)),
        (Decimal, Decimal("1e3"), Decimal(1000)),
        (int, -(2**63), -(2**63)),
        (UUID, ID.upper(), UUID(ID)),
        (datetime, "2026-01-31T09:00:00Z", datetime(2026, 1, 31, 9, tzinfo=UTC)),
        (Colour | None, None, None),
        (Annotated[int, Range(most=3)] | None, 3, 3),
        (tuple[int, ...], [], ()),
    ],
)
def test_what_is_plainly_meant_is_read(kind: Any, data: object, value: object) -> None:
    assert decode(kind, data) == value


def test_a_minus_zero_loses_its_sign() -> None:
    assert str(decode(Decimal, "-0.00")) == "0"


def test_rules_across_fields_are_told_too() -> None:
    assert faults(Thing, {"id": ID, "parts": [{"name": "broken"}]}) == {"parts.0.name": "is broken"}


def test_collections_keep_their_own_bounds() -> None:
    found = faults(Thing, {"id": ID, "parts": [{"name": "a"}] * 3})

    assert found == {"parts": "must have 0 to 2 items, has 3"}


def test_other_refusals_than_of_the_input_go_through() -> None:
    @dataclass(frozen=True, slots=True)
    class Closed(Value):
        def check(self) -> None:
            raise RuleViolated("Closed.")

    with pytest.raises(RuleViolated):
        decode(Closed, {})


def test_a_type_that_no_json_can_mean_is_a_fault_of_the_program() -> None:
    with pytest.raises(TypeError, match="cannot decode"):
        decode(bytes, "a")


def test_a_patch_is_what_was_sent_and_that_is_checked() -> None:
    assert decode_fields(Thing, {"count": 3, "colour": None}) == {"count": 3, "colour": None}
    assert decode_fields(Thing, {}) == {}


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ({"count": 10, "id": "x", "extra": 1}, ["extra", "id", "count"]),
        ({"parts": [{}]}, ["parts.0.name"]),
        ([], [""]),
    ],
)
def test_a_patch_with_faults_names_them_all(data: object, fields: list[str]) -> None:
    with pytest.raises(Invalid) as found:
        decode_fields(Thing, data)

    assert [fault.field for fault in found.value.faults] == fields
    assert found.value.message.startswith("Invalid input: ")


@pytest.mark.parametrize(
    ("notes", "field", "message"),
    [
        ({"a": "\x00"}, "notes.a", "must not contain NUL"),
        ({"a": [1, 2**63]}, "notes.a.1", "must fit 64 bits"),
        ({"a": Decimal("1e400")}, "notes.a", "must be a number that fits 64 bits"),
        ({"a": Decimal("sNaN")}, "notes.a", "must be a number that fits 64 bits"),
        (
            {"a": [{"kept": Decimal("0.10")}, {"lost": Decimal("0.12345678901234567891")}]},
            "notes.a.1.lost",
            "has more digits than a number can carry here; send it as a text",
        ),
    ],
)
def test_a_fault_in_a_free_object_is_named_by_its_path(
    notes: object, field: str, message: str
) -> None:
    assert faults(Thing, {"id": ID, "notes": notes}) == {field: message}


@pytest.mark.parametrize(
    "text", ["0.1", "-0.0", "1e23", "2.50", "1.7976931348623157e308", "5e-324"]
)
def test_a_number_of_a_free_object_that_a_float_carries_is_kept(text: str) -> None:
    assert decode(JsonObject, {"a": Decimal(text)}) == {"a": float(text)}


@pytest.mark.parametrize("text", ["1e-400", "9007199254740993.0", "0.30000000000000000004"])
def test_a_number_of_a_free_object_that_no_float_is_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="more digits"):
        decode(JsonObject, {"a": Decimal(text)})


def test_floats_of_free_objects_are_taken_as_they_were_written() -> None:
    assert exact_numbers({"a": 0.1, "b": [1, 0.2], "c": {"d": 3.5}, "e": "0.1"}) == {
        "a": Decimal("0.1"),
        "b": [1, Decimal("0.2")],
        "c": {"d": Decimal("3.5")},
        "e": "0.1",
    }


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals()
    | st.text()
    | st.sampled_from([ID, "red", "1.5"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "parts", "name", "weight", "stock", "notes", "words"])
            | st.text(),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_whatever_is_sent_it_is_read_or_refused(data: object) -> None:
    for kind in (Thing, Part, JsonObject, Decimal, datetime, Mapping[str, int]):
        with suppress(Invalid):
            assert decode(kind, data) is not None


@dataclass(frozen=True, slots=True)
class Span(Value):
    from_: Annotated[int, Range(least=1)]
    to: int


def test_a_name_that_python_keeps_for_itself_is_told_without_its_underscore() -> None:
    assert decode(Span, {"from": 1, "to": 2}) == Span(from_=1, to=2)
    assert decode_fields(Span, {"from": 3}) == {"from_": 3}
    assert faults(Span, {"from_": 1, "to": 2}) == {
        "from_": "is not a known field",
        "from": "is required",
    }
    with pytest.raises(Invalid, match="from must be at least 1"):
        Span(from_=0, to=1)
