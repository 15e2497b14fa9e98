"""The whole application in memory, set up as at a first start, and people who use it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from dishka import AsyncContainer, Provider

from moniqo.adapters.queue.doorbell import Doorbell
from moniqo.application.identity.create_user import CreateUser
from moniqo.application.identity.registration import Registration
from moniqo.application.mail.ports import Mail, Mailer
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Condition, Listing
from moniqo.application.shared.seed_system import SeedSystem
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Password
from moniqo.domain.identity.user import User
from moniqo.domain.shared.ids import CandleId, InstrumentId, UserId
from moniqo.domain.trading.market import Candle, Instrument, Timeframe
from moniqo.entrypoints.container import build_container
from moniqo.entrypoints.http.app import create_app
from moniqo.entrypoints.settings import Settings, StorageBackend
from support.asgi import Client, served
from support.letters import Bag, Bags
from support.store import CountingIds
from support.traced import resting

PASSWORD = "Correct-Horse-7"
_built: set[str] = set()
"""By what houses were built: to build a second one alike runs the same lines."""
MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)


def house_settings(**security: Any) -> Settings:
    """Everything in memory, cheap hashes, addresses that need no mail, calls without end."""
    plain = Settings()
    chosen = {"auto_verify_email": True, "bcrypt_cost": 4} | security
    return replace(
        plain,
        limits=replace(plain.limits, rate_limit_per_minute=1_000_000, free_api_calls_per_day=-1),
        storage=replace(plain.storage, storage_backend=StorageBackend.MEMORY),
        security=replace(plain.security, **chosen),
        files=replace(plain.files, storage_url="memory:"),
    )


@dataclass(frozen=True, slots=True)
class House:
    """A running application; `client` is nobody yet."""

    container: AsyncContainer
    client: Client

    async def user(self, name: str = "ada", role: str = "User") -> Client:
        """A new user, signed in."""
        await self.made(name, role)
        return await self.signed_in(name)

    async def made(self, name: str, role: str = "User") -> UserId:
        """A new user."""
        create = await self.container.get(CreateUser)
        registration = Registration(
            email=f"{name}@example.com",
            password=Password(PASSWORD),
            first_name=name.title(),
            last_name="Tester",
        )
        return (await create(registration=registration, role=role)).id

    async def signed_in(self, name: str) -> Client:
        """A new session of a user."""
        reply = await self.client.post(
            "/api/v1/auth/login", {"email": f"{name}@example.com", "password": PASSWORD}
        )
        assert reply.status == 200, reply.json
        return self.client.signed_in(reply.data["access_token"])

    async def deactivated(self, user_id: UserId) -> None:
        """From now on the user may do nothing."""
        await self._changed(user_id, is_active=False)

    async def unverified(self, user_id: UserId) -> None:
        """As if the address had never been confirmed."""
        await self._changed(user_id, is_verified=False)

    async def _changed(self, user_id: UserId, **fields: Any) -> None:
        async with (await self.container.get(UnitOfWork))() as tx:
            user = await tx[User].get(user_id)
            account = await tx[Account].get(user.account_id)
            await tx[Account].save(account.with_(**fields))

    async def candles(self, closes: list[str], exchange: str = "binance") -> None:
        """An instrument and its hourly candles from `MIDNIGHT` on."""
        ids = CountingIds()
        series = {"exchange": exchange, "symbol": "BTC/USDT", "timeframe": Timeframe.H1}
        rows = [
            Candle(
                **series,
                id=CandleId(ids.new()),
                opened_at=MIDNIGHT + timedelta(hours=hour),
                open=Decimal(close),
                high=Decimal(close),
                low=Decimal(close),
                close=Decimal(close),
                volume=Decimal(1),
            )
            for hour, close in enumerate(closes)
        ]
        instrument = Instrument(
            id=InstrumentId(ids.new()),
            exchange=exchange,
            symbol="BTC/USDT",
            base="BTC",
            quote="USDT",
            tick_size=Decimal("0.01"),
            lot_size=Decimal("0.000001"),
        )
        async with (await self.container.get(UnitOfWork))() as tx:
            await tx[Instrument].add(instrument)
            await tx[Candle].add_many(rows)

    async def all(self, entity: type[Any], *where: Condition) -> tuple[Any, ...]:
        """Every stored entity that matches, oldest first."""
        async with (await self.container.get(UnitOfWork))() as tx:
            return (await tx[entity].page(Listing(where=where, limit=1000))).items

    async def mails(self, to: str) -> list[Mail]:
        """What an address got, once every job has ended."""
        await self.quiet()
        bag = await self.container.get(Mailer)
        assert isinstance(bag, Bag)
        return [mail for mail in bag.mails.values() if mail.to.value == to]

    async def quiet(self) -> None:
        """Wait until every job has ended."""
        await (await self.container.get(Doorbell)).drain(10)


@asynccontextmanager
async def open_house(
    settings: Settings | None = None, *overrides: Provider
) -> AsyncIterator[House]:
    """The application from its first start until the end of the block."""
    chosen = settings or house_settings()
    alike = f"{chosen} {len(overrides)}"
    async with AsyncExitStack() as stack:
        with resting() if alike in _built else nullcontext():
            container = build_container(chosen, Bags(), *overrides)
            client = await stack.enter_async_context(served(create_app(container, chosen)))
            await (await container.get(SeedSystem))()
        _built.add(alike)
        yield House(container, client)
