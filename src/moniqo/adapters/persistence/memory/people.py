"""Users with their accounts, in memory."""

from collections.abc import Iterator, Mapping

from moniqo.adapters.persistence.backend import Select
from moniqo.adapters.persistence.memory.conditions import Test, bare, cut, test_of
from moniqo.adapters.persistence.memory.table import Table
from moniqo.adapters.persistence.people import paged, selected
from moniqo.application.identity.people import NAMES, Person, joined, lowered
from moniqo.application.shared.query import Condition, Listing, Page
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.user import User
from moniqo.domain.shared.entity import Entity


class MemoryPeople:
    """See `PeopleReader`: what is committed."""

    def __init__(self, tables: Mapping[type[Entity], Table]) -> None:
        self._users, self._accounts = tables[User], tables[Account]

    async def page(self, listing: Listing) -> Page[Person]:
        """See `PeopleReader`."""
        select = selected(listing)
        rows = list(self._matching(select))
        return paged(listing, select, cut(rows, select), len(rows))

    def _matching(self, select: Select) -> Iterator[Person]:
        tests = [_test(condition) for condition in select.where]
        for user in self._users.rows.values():
            if select.deleted or user.deleted_at is None:
                person = joined(user, self._accounts.rows[user.account_id.int])
                if all(test(person) for test in tests):
                    yield person


def _test(condition: Condition) -> Test:
    if condition.field != NAMES:
        return test_of(condition)
    wanted = str(condition.value)
    return lambda person: wanted in _names(person)


def _names(person: Person) -> str:
    names = (person.first_name, person.last_name, bare(person.email), bare(person.username) or "")
    return lowered(" ".join(names))
