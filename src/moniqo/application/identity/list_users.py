"""The users there are."""

from dataclasses import dataclass

from moniqo.application.identity.members import Profile, keys_of, permissions_of, profile_of_person
from moniqo.application.identity.people import PeopleReader, Person
from moniqo.application.shared.caller import current_call
from moniqo.application.shared.lookups import by_ids
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import Listing, Page
from moniqo.application.shared.system import Ids
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.identity.role import Role


@dataclass(frozen=True, slots=True)
class ListUsers:
    """A page of all users, for operators, which leaves an audit row if somebody asks.

    The listing speaks of the fields of `Person`, and of what `mentioning` asks.
    """

    uow: UnitOfWork
    people: PeopleReader
    ids: Ids

    async def __call__(self, *, listing: Listing) -> Page[Profile]:
        """The page."""
        page = await self.people.page(listing)
        async with self.uow() as tx:
            items = await _profiles(tx, page.items)
            if current_call.get().actor_id is not None:
                told = f"list of users: {len(items)} shown"
                await tx[AuditLog].add(
                    audit_entry(
                        self.ids.new(), AuditAction.READ, entity=("User", None), description=told
                    )
                )
        return page.holding(items)


async def _profiles(tx: Transaction, people: tuple[Person, ...]) -> tuple[Profile, ...]:
    roles = await by_ids(tx, Role, (person.role_id for person in people))
    known = await permissions_of(tx, tuple(roles.values()))
    held = {role.id: keys_of(role, known) for role in roles.values()}
    return tuple(
        profile_of_person(person, roles[person.role_id].name, held[person.role_id])
        for person in people
    )
