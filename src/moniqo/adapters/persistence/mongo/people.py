"""Users with their accounts, joined by the server."""

from typing import Any

from moniqo.adapters.persistence.backend import Select
from moniqo.adapters.persistence.mongo.documents import Document, reader, stored_value
from moniqo.adapters.persistence.mongo.failures import translated
from moniqo.adapters.persistence.mongo.queries import TOTAL, Filter, matching, order, page
from moniqo.adapters.persistence.mongo.store import Store
from moniqo.adapters.persistence.people import PEOPLE, asks_for_accounts, paged, selected
from moniqo.application.identity.people import NAMES, OF_ACCOUNT, OF_USER, Person
from moniqo.application.shared.query import Listing, Op, Page
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.user import User

_SHOWN = ("$first_name", " ", "$last_name", " ", "$email", " ", {"$ifNull": ["$username", ""]})
_UNIQUE = ("email", "username")


class MongoPeople:
    """See `PeopleReader`."""

    def __init__(self, store: Store) -> None:
        self._users = store.rows(store.registry[User])
        self._accounts = store.rows(store.registry[Account])
        self._name = store.registry[User].name
        self._joined = _joined(store.registry[Account].name)

    async def page(self, listing: Listing) -> Page[Person]:
        """See `PeopleReader`."""
        select = selected(listing)
        with translated():
            first: list[Document] = [{"$match": await self._early(select)}]
            cursor = await self._users.aggregate(self._pipeline(select, first))
            documents = await cursor.to_list()
        total = documents.pop()[TOTAL] if documents and TOTAL in documents[-1] else 0
        return paged(listing, select, list(map(reader(Person), documents)), total)

    def _pipeline(self, select: Select, first: list[Document]) -> list[Document]:
        """The page's documents; of a first page then `{_total: n}`, unless n is 0."""
        place: list[Document] = [
            {"$match": page(PEOPLE, select)},
            {"$sort": dict(order(select))},
            {"$skip": select.offset},
            {"$limit": select.limit},
        ]
        every: list[Document] = [{"$match": matching(select)}, {"$count": TOTAL}]
        if asks_for_accounts(select):
            place, every = [*self._joined, *place], [*self._joined, *every]
        else:
            # Only what is shown is joined.
            place = [*place, *self._joined]
        if select.after is not None:
            return [*first, *place]
        union = {"$unionWith": {"coll": self._name, "pipeline": [*first, *every]}}
        return [*first, *place, union]

    async def _early(self, select: Select) -> Filter:
        """What can be told of users before they are joined."""
        own = tuple(condition for condition in select.where if condition.field in OF_USER)
        terms = [matching(Select(where=own, deleted=select.deleted))]
        for condition in select.where:
            if condition.field in _UNIQUE and condition.op is Op.EQ:
                same = {condition.field: {"$eq": stored_value(condition.value)}}
                found = await self._accounts.find(same, {"_id": 1}).to_list()
                terms.append({"account_id": {"$in": [item["_id"] for item in found]}})
        return {"$and": terms}


def _joined(accounts: str) -> list[Document]:
    """Stages that make people of users."""
    lookup = {"from": accounts, "localField": "account_id", "foreignField": "_id", "as": "account"}
    fields: dict[str, Any] = {name: f"$account.{name}" for name in sorted(OF_ACCOUNT)}
    return [
        {"$lookup": lookup},
        {"$unwind": "$account"},
        {"$set": fields},
        {"$set": {NAMES: {"$toLower": {"$concat": [*_SHOWN]}}}},
        {"$unset": "account"},
    ]
