"""What the ways to read users with their accounts have in common."""

from moniqo.adapters.persistence import cursors
from moniqo.adapters.persistence.backend import Select
from moniqo.adapters.persistence.collection import Collection
from moniqo.application.identity.people import OF_USER, Person
from moniqo.application.shared.query import Listing, Page

PEOPLE = Collection(Person, "people")
"""No collection of its own: what is known of the fields of a `Person`."""


def selected(listing: Listing) -> Select:
    """The selection of a page, and of one row more that tells whether there is another page."""
    sort = cursors.parse_sort(listing.sort)
    after = cursors.decode(PEOPLE, sort, listing.cursor)
    return Select(
        where=listing.where,
        sort=sort,
        limit=listing.limit + 1,
        offset=0 if after else listing.offset,
        after=after,
        deleted=listing.include_deleted,
    )


def asks_for_accounts(select: Select) -> bool:
    """Whether more than the page itself has to be joined: else users tell all that is asked."""
    fields = {condition.field for condition in select.where} | {name for name, _ in select.sort}
    return not fields <= OF_USER


def paged(listing: Listing, select: Select, rows: list[Person], total: int) -> Page[Person]:
    """The page of the rows that the selection found, and how many there are without its limits."""
    items = tuple(rows[: listing.limit])
    more = len(rows) > len(items) and bool(items)
    cursor = cursors.encode(PEOPLE, select.sort, items[-1]) if more else None
    known = None if select.after is not None else total
    return Page(items, known, listing.limit, select.offset, cursor)
