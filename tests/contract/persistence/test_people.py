"""Users joined with their accounts: filtered, searched, sorted and paged alike everywhere."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
import pytest_asyncio

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.application.identity.people import PeopleReader, Person, mentioning
from moniqo.application.shared.query import Condition, Listing, any_of, eq, gte, is_null, lt
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Email, PasswordHash, Username
from moniqo.domain.identity.role import Role
from moniqo.domain.identity.user import Birthday, PhoneNumber, User
from moniqo.domain.shared.errors import Invalid
from support.people import People
from support.store import Place, prepared

NAMES = (
    ("Ada", "Lovelace", "ada"),
    ("Émile", "ADAMS", None),
    ("Zoë", "Ångström", "zoe_1"),
    ("Ada", "Byron", None),
    ("Straße", "İnci", "ada_b"),
    ("Li", "100%_\\", "li_2"),
)


@dataclass(frozen=True)
class Crowd:
    """Six people; the last was removed, the second is deactivated, the third unverified."""

    people: People
    reader: PeopleReader
    users: tuple[User, ...]
    role: Role

    async def found(self, *where: Condition, **more: Any) -> str:
        """The numbers of those who are found, in order."""
        page = await self.reader.page(Listing(where=where, **{"sort": ("created_at",)} | more))
        return self.numbers(page.items)

    def numbers(self, found: tuple[Person, ...]) -> str:
        ids = [user.id for user in self.users]
        return "".join(str(ids.index(person.id)) for person in found)


async def _member(people: People, number: int, role: Role) -> User:
    first, last, username = NAMES[number]
    account = await people.add(
        Account(
            id=people.ids.new(),
            email=Email(f"p{number}@{'one' if number < 3 else 'two'}.example.com"),
            username=Username(username) if username else None,
            password_hash=PasswordHash("a hash"),
            is_active=number != 1,
            is_verified=number != 2,
            last_login_at=people.clock.now() + timedelta(days=number) if number % 2 else None,
            password_changed_at=people.clock.now(),
        )
    )
    people.clock.advance(hours=1)
    user = await people.add(
        User(
            id=people.ids.new(),
            account_id=account.id,
            first_name=first,
            last_name=last,
            birthday=Birthday(1, 2, 1990) if number == 0 else None,
            phone_number=PhoneNumber("+49", "15112345678") if number == 0 else None,
            role_id=role.id,
        )
    )
    if number == 5:
        await people.remove(account)
        return await people.remove(user)
    return user


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def crowd(place: Place) -> AsyncIterator[Crowd]:
    async with prepared(place, REGISTRY) as backend:
        people = People(backend=backend)
        role = await people.add(Role(id=people.ids.new(), name="Some"))
        other = await people.add(Role(id=people.ids.new(), name="Other"))
        users = [await _member(people, at, other if at == 3 else role) for at in range(6)]
        yield Crowd(people, backend.people(), tuple(users), other)  # type: ignore[attr-defined]


async def test_everything_about_a_person_is_read(crowd: Crowd) -> None:
    user = crowd.users[0]
    async with crowd.people.uow() as tx:
        account = await tx[Account].get(user.account_id)

    (person,) = (await crowd.reader.page(Listing(where=(eq("id", user.id),)))).items

    assert person == Person(
        **{
            name: getattr(user if hasattr(user, name) else account, name)
            for name in Person.__dataclass_fields__
        }
    )


@pytest.mark.parametrize(
    ("where", "numbers"),
    [
        ((), "01234"),
        ((eq("email", Email("p3@two.example.com")),), "3"),
        ((eq("email", Email("p5@two.example.com")),), ""),
        ((eq("email", Email("nobody@example.com")),), ""),
        ((eq("username", Username("zoe_1")),), "2"),
        ((is_null("username"),), "13"),
        ((eq("is_active", value=False),), "1"),
        ((eq("is_verified", value=False),), "2"),
        ((eq("is_active", value=True), eq("is_verified", value=True)), "034"),
        ((eq("first_name", "Ada"),), "03"),
        ((eq("first_name", "Ada"), eq("email", Email("p0@one.example.com"))), "0"),
        ((any_of("username", (Username("ada"), Username("li_2"), None)),), "013"),
    ],
)
async def test_fields_of_both_are_asked_about(
    crowd: Crowd, where: tuple[Condition, ...], numbers: str
) -> None:
    assert await crowd.found(*where) == numbers


async def test_roles_and_times_are_asked_about(crowd: Crowd) -> None:
    third = crowd.users[2].created_at

    assert await crowd.found(eq("role_id", crowd.role.id)) == "3"
    assert await crowd.found(gte("created_at", third)) == "234"
    assert await crowd.found(lt("created_at", third), eq("is_active", value=True)) == "0"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("ada", "0134"),
        ("ADA", "0134"),
        ("Ada Lovelace", "0"),
        ("lovelace", "0"),
        ("ada lo", "0"),
        ("one.example", "012"),
        ("P3@TWO", "3"),
        ("zoe_", "2"),
        ("Ångström", "2"),
        ("ångström", ""),
        ("ÅNGSTRöM", "2"),
        ("straße", "4"),
        ("strasse", ""),
        ("İNCI", "4"),
        ("inci", ""),
        ("%", ""),
        ("a_a", ""),
        ("\\", ""),
        ("nobody", ""),
    ],
)
async def test_names_are_searched_by_any_part_of_them(
    crowd: Crowd, text: str, numbers: str
) -> None:
    assert await crowd.found(mentioning(text)) == numbers


async def test_removed_people_are_seen_by_whoever_asks_for_them(crowd: Crowd) -> None:
    assert await crowd.found(include_deleted=True) == "012345"
    assert await crowd.found(mentioning("100%_\\"), include_deleted=True) == "5"
    assert await crowd.found(eq("username", Username("li_2")), include_deleted=True) == "5"


@pytest.mark.parametrize(
    ("sort", "numbers"),
    [
        ("-created_at", "43210"),
        ("first_name,-created_at", "30421"),
        ("last_name", "13024"),
        ("-email", "43210"),
        ("username,created_at", "13042"),
        ("-username,created_at", "24013"),
        ("last_login_at,email", "02413"),
        ("-last_login_at,email", "31024"),
        ("is_active,-email", "14320"),
    ],
)
async def test_the_order_is_that_of_code_points_with_null_lowest(
    crowd: Crowd, sort: str, numbers: str
) -> None:
    names = tuple(sort.split(","))

    assert await crowd.found(sort=names) == numbers


@pytest.mark.parametrize(
    ("sort", "where"),
    [
        *product(
            ("", "created_at", "-email", "username", "-last_login_at", "first_name"),
            ((), (mentioning("ada"),), (eq("is_active", value=True),)),
        )
    ],
)
async def test_pages_by_offset_and_by_cursor_are_the_whole(
    crowd: Crowd, sort: str, where: tuple[Condition, ...]
) -> None:
    order = tuple(dict.fromkeys((sort, "created_at"))) if sort else ()
    whole = await crowd.found(*where, sort=order)
    by_offset, by_cursor, cursor = "", "", None

    for at in range(len(whole)):
        page = await crowd.reader.page(Listing(where, order, limit=1, offset=at))
        by_offset += crowd.numbers(page.items)
        assert (page.total, page.has_more) == (len(whole), at < len(whole) - 1)
        page = await crowd.reader.page(Listing(where, order, limit=1, cursor=cursor))
        by_cursor += crowd.numbers(page.items)
        assert page.total == (len(whole) if cursor is None else None)
        cursor = page.next_cursor

    assert (by_offset, by_cursor, cursor) == (whole, whole, None)


async def test_beyond_the_end_the_total_is_still_told(crowd: Crowd) -> None:
    beyond = await crowd.reader.page(Listing((eq("is_active", value=True),), limit=5, offset=9))
    nobody = await crowd.reader.page(Listing((mentioning("nobody"),), limit=5, offset=9))

    assert (beyond.items, beyond.total, beyond.has_more) == ((), 4, False)
    assert (nobody.items, nobody.total) == ((), 0)


async def test_a_cursor_of_another_order_is_refused(crowd: Crowd) -> None:
    page = await crowd.reader.page(Listing(sort=("email",), limit=1))

    with pytest.raises(Invalid):
        await crowd.reader.page(Listing(sort=("-email",), limit=1, cursor=page.next_cursor))
