"""Rules that span settings, and what only a sheltered environment may do."""

import base64
import binascii
from collections.abc import Iterator

from moniqo.domain.shared.errors import Fault
from moniqo.entrypoints.settings.model import SAMPLE, Security, Settings, Storage
from moniqo.entrypoints.settings.values import StorageBackend

_SCHEMES = {
    StorageBackend.SQLITE: ("sqlite://", "sqlite+aiosqlite://"),
    StorageBackend.POSTGRES: ("postgresql://", "postgres://", "postgresql+asyncpg://"),
}
LEAST_PEPPER = 32
AES_KEY_BYTES = 32


def faults_of(settings: Settings) -> list[Fault]:
    """Everything that is wrong with settings that are right one by one."""
    return [
        *_storage(settings.storage),
        *_credential_keys(settings.security),
        *_pages(settings),
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


def _credential_keys(security: Security) -> Iterator[Fault]:
    for key in security.credential_keys.keys:
        try:
            size = len(base64.b64decode(key.secret.value, altchars=b"-_", validate=True))
        except binascii.Error:
            size = 0
        if size != AES_KEY_BYTES:
            yield Fault("CREDENTIAL_KEYS", f"key {key.id} must be 32 bytes in base64")


def _pages(settings: Settings) -> Iterator[Fault]:
    if settings.http.default_page_size > settings.http.max_page_size:
        yield Fault("DEFAULT_PAGE_SIZE", "must not be above MAX_PAGE_SIZE")


def _exposed(settings: Settings) -> Iterator[Fault]:
    security = settings.security
    environment = settings.application.environment
    rings = {
        "JWT_SECRET_KEYS": (security.jwt_secret_keys, security.jwt_algorithm.least_bytes),
        "PASSWORD_PEPPERS": (security.password_peppers, LEAST_PEPPER),
        "CREDENTIAL_KEYS": (security.credential_keys, 1),
    }
    for name, (ring, least) in rings.items():
        for key in ring.keys:
            if key.id == SAMPLE or SAMPLE in key.secret.value.lower():
                yield Fault(name, f"is the sample secret, which {environment} refuses")
            elif len(key.secret.value.encode()) < least:
                yield Fault(name, f"key {key.id} has less than {least} bytes")
    storage = settings.storage
    for name, url in (("DATABASE_URL", storage.database_url), ("MONGODB_URL", storage.mongodb_url)):
        if f":{SAMPLE}@" in url.value:
            yield Fault(name, f"has the sample password, which {environment} refuses")
    if settings.application.debug:
        yield Fault("DEBUG", f"must be off in {environment}")
