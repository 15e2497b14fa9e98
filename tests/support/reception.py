"""The whole application in memory with a clock that stands, and people at its door."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from dishka import Provider, Scope

from moniqo.application.identity.mail_tokens import MailTokens, Wish
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Condition, Listing, eq
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Email
from moniqo.domain.identity.mail_token import MailPurpose, MailTokenId
from moniqo.domain.identity.role import Role
from moniqo.domain.identity.user import User
from support.asgi import JSON_TYPE, Client, Reply
from support.clock import SettableClock
from support.house import PASSWORD, House, house_settings, open_house

AUTH = "/api/v1/auth"
ME = "/api/v1/users/me"
WRONG = "Wrong-Horse-7"


@dataclass(frozen=True, slots=True)
class Reception:
    """What people do at the door; each call may come from another address and program."""

    house: House
    clock: SettableClock
    headers: tuple[tuple[bytes, bytes], ...] = field(default=())

    @property
    def nobody(self) -> Client:
        """Who is not signed in."""
        return self.house.client

    def from_(self, ip: str, agent: str = "tests") -> "Reception":
        """The same from elsewhere."""
        origin = ((b"x-forwarded-for", ip.encode()), (b"user-agent", agent.encode()))
        return replace(self, headers=origin)

    async def post(self, path: str, payload: Any, token: str | None = None) -> Reply:
        """One POST with a JSON body."""
        client = self.nobody if token is None else self.nobody.signed_in(token)
        headers = (JSON_TYPE, *self.headers)
        return await client.send("POST", path, body=json.dumps(payload).encode(), headers=headers)

    async def log_in(self, email: str = "ada@example.com", password: str = PASSWORD) -> Reply:
        """A sign-in by address."""
        return await self.post(f"{AUTH}/login", {"email": email, "password": password})

    async def tokens(self, email: str = "ada@example.com", password: str = PASSWORD) -> Any:
        """What a sign-in gives."""
        reply = await self.log_in(email, password)
        assert reply.status == 200, reply.json
        return reply.data

    async def refresh(self, token: str) -> Reply:
        """A refresh."""
        return await self.post(f"{AUTH}/refresh", {"refresh_token": token})

    async def seen(self, token: str) -> int:
        """The status that an access token gets."""
        return (await self.nobody.signed_in(token).get(ME)).status

    async def link(self, purpose: MailPurpose, email: str, to: str | None = None) -> str:
        """The token of a link mailed to the owner of `email`, at `to` if that is elsewhere."""
        account = await self.account(email)
        (user,) = await self.all(User, eq("account_id", account.id))
        ids = await self.house.container.get(Ids)
        tokens = await self.house.container.get(MailTokens)
        self.clock.advance(milliseconds=1)
        wish = Wish(
            user_id=user.id,
            purpose=purpose,
            email=Email(to or email),
            asked_at=self.clock.now(),
            replaces=Email(email) if to else None,
        )
        text = await tokens.issue(token_id=MailTokenId(ids.new()), wish=wish)
        assert text is not None
        return text

    async def account(self, email: str) -> Account:
        """The account of that address."""
        (found,) = await self.all(Account, eq("email", Email(email)))
        return found  # type: ignore[no-any-return]

    async def roles(self) -> dict[str, str]:
        """The id of each role by its name."""
        return {role.name: str(role.id) for role in await self.all(Role)}

    async def all(self, entity: type[Any], *where: Condition) -> tuple[Any, ...]:
        """Every stored entity that matches, oldest first."""
        async with (await self.house.container.get(UnitOfWork))() as tx:
            return (await tx[entity].page(Listing(where=where, limit=1000))).items

    async def removed(self, email: str) -> None:
        """Remove an account from the store."""
        async with (await self.house.container.get(UnitOfWork))() as tx:
            account = await tx[Account].first(eq("email", Email(email)))
            assert account is not None
            await tx[Account].remove(account)

    async def changed(self, email: str, changes: dict[str, Any]) -> None:
        """Change an account in the store."""
        async with (await self.house.container.get(UnitOfWork))() as tx:
            account = await tx[Account].first(eq("email", Email(email)))
            assert account is not None
            await tx[Account].save(account.with_(**changes))


@asynccontextmanager
async def open_reception(*, auto_verify: bool = True, **accounts: int) -> AsyncIterator[Reception]:
    """With the settings of accounts changed; a proxy stands before it."""
    plain = house_settings(auto_verify_email=auto_verify)
    chosen = replace(
        plain,
        accounts=replace(plain.accounts, **accounts),
        http=replace(plain.http, trusted_proxies=1),
    )
    clock = SettableClock()
    times = Provider(scope=Scope.APP)
    times.provide(lambda: clock, provides=Clock)
    async with open_house(chosen, times) as house:
        yield Reception(house, clock)
