"""Answers that are kept: of what, where, and for how long."""

from collections.abc import AsyncIterator

from dishka import Provider, Scope, provide

from moniqo import __version__
from moniqo.adapters.cache.memory_cache import MemoryCache
from moniqo.adapters.cache.redis_pool import redis_pool
from moniqo.application.shared.kept_answers import KeptAnswers
from moniqo.domain.agents.agent import Agent
from moniqo.domain.agents.backtest import Backtest
from moniqo.domain.agents.flow import Flow
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.agents.run import FlowRun
from moniqo.domain.agents.user_prompt import UserPrompt
from moniqo.domain.billing.plan import Plan
from moniqo.domain.billing.subscription import Subscription
from moniqo.domain.files.file import File
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.role import Permission, Role
from moniqo.domain.identity.user import User
from moniqo.domain.identity.user_settings import UserSettings
from moniqo.domain.notifications.notification import Notification
from moniqo.domain.shared.entity import Entity
from moniqo.domain.trading.market import Candle, Instrument
from moniqo.domain.trading.trade import Trade
from moniqo.domain.trading.wallet import UserWallet, Wallet
from moniqo.entrypoints.settings import Settings
from moniqo.entrypoints.settings.model import Storage
from moniqo.entrypoints.settings.values import CacheBackend, StorageBackend

MIB = 1_048_576
_CATALOGUES: tuple[type[Entity], ...] = (Plan, Wallet, Instrument, Candle, Role, Permission)
_PERSONAL: tuple[type[Entity], ...] = (
    *(User, Account, UserSettings, File, Subscription, Notification),
    *(Agent, Prompt, UserPrompt, Flow, FlowRun, Backtest, UserWallet, Trade),
)
KINDS = frozenset((*_CATALOGUES, *_PERSONAL))
"""Whose answers are kept: every write of one of these is told, and of no other."""


class Caching(Provider):
    """The cache, by `CACHE`."""

    scope = Scope.APP

    @provide
    async def kept_answers(self, settings: Settings) -> AsyncIterator[KeptAnswers]:
        """In Redis, in this process, or nowhere."""
        storage, chosen = settings.storage, _chosen(settings.storage)
        if chosen is CacheBackend.MEMORY:
            cache = MemoryCache(storage.redis_ttl_seconds, storage.cache_megabytes * MIB)
            yield KeptAnswers(cache, KINDS)
        elif chosen is CacheBackend.REDIS and storage.redis_url is not None:
            async with redis_pool(storage.redis_url.value) as pool:
                from moniqo.adapters.cache.redis_cache import RedisCache

                redis = RedisCache(pool, _secret(settings), storage.redis_ttl_seconds)
                yield KeptAnswers(redis, KINDS)
                await redis.close()
        else:
            yield KeptAnswers(None, KINDS)


def _chosen(storage: Storage) -> CacheBackend:
    """Memory if nobody else can write to the store, else Redis if there is one."""
    if storage.cache is not CacheBackend.AUTO:
        return storage.cache
    if storage.storage_backend is StorageBackend.MEMORY:
        return CacheBackend.MEMORY
    return CacheBackend.REDIS if storage.redis_url is not None else CacheBackend.OFF


def _secret(settings: Settings) -> bytes:
    """What answers are sealed with: none of another store or address is ever taken for ours."""
    storage, key = settings.storage, settings.security.jwt_secret_keys.current.secret
    place = {
        StorageBackend.MONGO: f"{storage.mongodb_url.value} {storage.mongodb_db_name}",
        StorageBackend.MEMORY: "",
    }.get(storage.storage_backend, storage.database_url.value)
    parts = (key.value, storage.storage_backend, place, settings.http.base_url, __version__)
    return "\n".join(parts).encode()
