"""Users with their accounts, in memory."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from moniqo.adapters.persistence.backend import Select
from moniqo.adapters.persistence.memory.conditions import Test, bare, cut, test_of
from moniqo.adapters.persistence.memory.table import Table
from moniqo.adapters.persistence.people import asks_for_accounts, paged, selected
from moniqo.application.identity.people import NAMES, OF_USER, Person, joined, lowered
from moniqo.application.shared.query import Condition, Listing, Page
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.user import User
from moniqo.domain.shared.entity import Entity

_BY_ID = (("id", False),)


class MemoryPeople:
    """See `PeopleReader`: what is committed. Only what is shown or asked about is joined."""

    def __init__(self, tables: Mapping[type[Entity], Table]) -> None:
        self._users, self._accounts = tables[User], tables[Account]

    async def page(self, listing: Listing) -> Page[Person]:
        """See `PeopleReader`."""
        select = selected(listing)
        if asks_for_accounts(select):
            people = list(self._people(select))
            return paged(listing, select, cut(people, select), len(people))
        if select.after is not None and select.sort == _BY_ID:
            following = islice(self._matching(select, self._beyond(select.after)), select.limit)
            return paged(listing, select, list(map(self._joined, following)), 0)
        users = list(self._matching(select, self._users.rows.values()))
        shown = [self._joined(user) for user in cut(users, select)]
        return paged(listing, select, shown, len(users))

    def _people(self, select: Select) -> Iterator[Person]:
        tests = [_test(item) for item in select.where if item.field not in OF_USER]
        for user in self._matching(select, self._users.rows.values()):
            person = self._joined(user)
            if all(test(person) for test in tests):
                yield person

    def _matching(self, select: Select, users: Iterable[User]) -> Iterator[User]:
        """Those who meet the conditions that are about users."""
        tests = [test_of(item) for item in select.where if item.field in OF_USER]
        for user in users:
            if (select.deleted or user.deleted_at is None) and all(test(user) for test in tests):
                yield user

    def _beyond(self, after: tuple[object, ...]) -> Iterator[User]:
        """The users whose ids follow the last one, in order: no more of them than are wanted."""
        (last,) = after
        rows = self._users.rows
        return (rows[key] for key in sorted(key for key in rows if key > last.int))  # type: ignore[attr-defined]

    def _joined(self, user: User) -> Person:
        return joined(user, self._accounts.rows[user.account_id.int])


def _test(condition: Condition) -> Test:
    if condition.field != NAMES:
        return test_of(condition)
    wanted = str(condition.value)
    return lambda person: wanted in _names(person)


def _names(person: Person) -> str:
    names = (person.first_name, person.last_name, bare(person.email), bare(person.username) or "")
    return lowered(" ".join(names))
