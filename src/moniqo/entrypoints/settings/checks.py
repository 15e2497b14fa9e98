"""Rules that span settings, and what only a sheltered environment may do."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from moniqo.domain.shared.errors import Fault
from moniqo.entrypoints.settings.files import Files
from moniqo.entrypoints.settings.mail import mail_faults
from moniqo.entrypoints.settings.model import (
    EMBEDDED,
    SAMPLE,
    Jobs,
    Security,
    Settings,
    Storage,
)
from moniqo.entrypoints.settings.values import CacheBackend, KeyRing, StorageBackend
from moniqo.entrypoints.settings.zones import zone_of

_SCHEMES = {
    StorageBackend.SQLITE: ("sqlite://", "sqlite+aiosqlite://"),
    StorageBackend.POSTGRES: ("postgresql://", "postgres://", "postgresql+asyncpg://"),
}
SHORTEST_SECRET = 32
"""Bytes; fewer could be found by trying."""


def faults_of(settings: Settings) -> list[Fault]:
    """Everything that is wrong with settings that are right one by one."""
    return [
        *_storage(settings.storage),
        *_queue(settings.jobs),
        *_alone(settings),
        *_zone(settings.jobs),
        *_cache(settings),
        *_short(settings.security),
        *_pages(settings),
        *mail_faults(settings.mail, sheltered=settings.application.environment.sheltered),
        *_files(settings.files),
        *([] if settings.application.environment.sheltered else _exposed(settings)),
    ]


def _storage(storage: Storage) -> Iterator[Fault]:
    schemes = _SCHEMES.get(storage.storage_backend)
    if schemes and not storage.database_url.value.startswith(schemes):
        yield Fault(
            "DATABASE_URL",
            f"must begin with {schemes[0]} because STORAGE_BACKEND is {storage.storage_backend}",
        )
    mongo = storage.mongodb_url.value
    if storage.storage_backend is StorageBackend.MONGO and not mongo.startswith("mongodb"):
        yield Fault("MONGODB_URL", "must begin with mongodb:// or mongodb+srv://")
    redis = storage.redis_url.value if storage.redis_url else "redis://"
    if not redis.startswith(("redis://", "rediss://", "unix://")):
        yield Fault("REDIS_URL", "must begin with redis://, rediss:// or unix://")


def _queue(jobs: Jobs) -> Iterator[Fault]:
    schemes = ("redis://", "rediss://", "unix://", "amqp://", "amqps://")
    if jobs.queue_url != EMBEDDED and not jobs.queue_url.value.startswith(schemes):
        yield Fault("QUEUE_URL", f"must be embedded or begin with {', '.join(schemes)}")
    try:
        urlsplit(jobs.queue_url.value).port  # noqa: B018  (reading it is the check)
    except ValueError:
        yield Fault("QUEUE_URL", "is no address: its port is no number, or its brackets are odd")


def _alone(settings: Settings) -> Iterator[Fault]:
    """What is in one process's memory is nothing for workers."""
    if settings.jobs.queue_url == EMBEDDED:
        return
    if settings.storage.storage_backend is StorageBackend.MEMORY:
        yield Fault("QUEUE_URL", "must be embedded: STORAGE_BACKEND is memory, beyond any worker")
    if settings.storage.cache is CacheBackend.MEMORY:
        yield Fault("CACHE", "is memory, of which no worker is told; QUEUE_URL is not embedded")


def _zone(jobs: Jobs) -> Iterator[Fault]:
    try:
        zone_of(jobs.report_timezone)
    except ValueError as problem:
        yield Fault("REPORT_TIMEZONE", str(problem))


def _cache(settings: Settings) -> Iterator[Fault]:
    chosen, storage = settings.storage.cache, settings.storage
    if chosen is CacheBackend.REDIS and storage.redis_url is None:
        yield Fault("CACHE", "is redis, and REDIS_URL is not set")
    if chosen is CacheBackend.MEMORY and settings.limits.workers > 1:
        yield Fault("CACHE", "is memory, which other processes cannot be told from; WORKERS > 1")


def _rings(security: Security) -> dict[str, KeyRing]:
    return {
        "JWT_SECRET_KEYS": security.jwt_secret_keys,
        "PASSWORD_PEPPERS": security.password_peppers,
        "CREDENTIAL_KEYS": security.credential_keys,
        "AUDIT_KEYS": security.audit_keys,
    }


def _short(security: Security) -> Iterator[Fault]:
    least = {"JWT_SECRET_KEYS": security.jwt_algorithm.least_bytes}
    for name, ring in _rings(security).items():
        needed = max(SHORTEST_SECRET, least.get(name, 0))
        for key in ring.keys:
            if len(key.secret.value.encode()) < needed:
                yield Fault(name, f"the secret of {key.id} must have at least {needed} bytes")


def _files(files: Files) -> Iterator[Fault]:
    if (files.aws_access_key_id is None) != (files.aws_secret_access_key is None):
        yield Fault("AWS_ACCESS_KEY_ID", "and AWS_SECRET_ACCESS_KEY must be set both or neither")


def _pages(settings: Settings) -> Iterator[Fault]:
    if settings.http.default_page_size > settings.http.max_page_size:
        yield Fault("DEFAULT_PAGE_SIZE", "must not be above MAX_PAGE_SIZE")


def _exposed(settings: Settings) -> Iterator[Fault]:
    environment = settings.application.environment
    for name, ring in _rings(settings.security).items():
        if any(key.id == SAMPLE or SAMPLE in key.secret.value.lower() for key in ring.keys):
            yield Fault(name, f"is the sample secret, which {environment} refuses")
    storage = settings.storage
    for name, url in (("DATABASE_URL", storage.database_url), ("MONGODB_URL", storage.mongodb_url)):
        if f":{SAMPLE}@" in url.value:
            yield Fault(name, f"has the sample password, which {environment} refuses")
    if settings.application.debug:
        yield Fault("DEBUG", f"must be off in {environment}")
