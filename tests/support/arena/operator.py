"""Whoever runs the servers: makes people without mail, and reads the store."""

from collections.abc import Sequence
from typing import TypeVar

from dishka import AsyncContainer, Provider, Scope, provide

from moniqo.adapters.persistence.telling import Bell
from moniqo.application.identity.create_user import CreateUser
from moniqo.application.identity.registration import Registration
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Condition, Listing
from moniqo.domain.identity.credentials import Password
from moniqo.domain.shared.entity import Entity

E = TypeVar("E", bound=Entity)


class _Mute:
    async def ring(self, name: str) -> None:
        """Leave it to the servers, who look by themselves."""


class NoJobs(Provider):
    """Nothing goes on in the process of the tests: it would hold the store while they wait."""

    scope = Scope.APP

    @provide
    def bell(self) -> Bell:
        return _Mute()


class Operator:
    """Works on the servers' store from the process of the tests."""

    def __init__(self, container: AsyncContainer) -> None:
        self.container = container

    async def made(self, email: str, password: str, role: str, first_name: str = "Test") -> str:
        """A new, verified user's id, as `moniqo users create` makes them."""
        create = await self.container.get(CreateUser)
        registration = Registration(
            email=email, password=Password(password), first_name=first_name, last_name="Person"
        )
        return str((await create(registration=registration, role=role)).id)

    async def count(self, kind: type[E], *where: Condition) -> int:
        """How many rows of a kind are stored, save removed ones."""
        async with (await self.container.get(UnitOfWork))() as tx:
            return await tx[kind].count(*where)

    async def stored(self, kind: type[E], *where: Condition) -> Sequence[E]:
        """The rows of a kind, oldest first, save removed ones."""
        async with (await self.container.get(UnitOfWork))() as tx:
            return (await tx[kind].page(Listing(where=where, limit=100_000))).items

    async def one(self, kind: type[E], *where: Condition) -> E:
        """The only row that matches; a failed test if there is none, or another."""
        (found,) = await self.stored(kind, *where)
        return found

    async def changed(self, entity: E) -> E:
        """Store a change, as if time had passed or an operator had made it."""
        async with (await self.container.get(UnitOfWork))() as tx:
            return await tx[type(entity)].save(entity)
