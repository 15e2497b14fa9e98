"""Types of settings that are more than a text or a number."""

import re
from dataclasses import dataclass
from enum import StrEnum

from moniqo.domain.files.kind import PICTURES, FileKind
from moniqo.domain.shared.scalar import Secret

_HOST = r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])"
_ORIGIN = re.compile(rf"(?:https://{_HOST}(?!:443$)|http://{_HOST}(?!:80$))(?::[1-9][0-9]{{0,4}})?")
_KEY = re.compile(r"([A-Za-z0-9._-]{1,32}):(\S+)")


class StorageBackend(StrEnum):
    """Where everything is kept."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"
    MONGO = "mongo"
    MEMORY = "memory"


class CacheBackend(StrEnum):
    """Where answers are kept."""

    AUTO = "auto"
    OFF = "off"
    REDIS = "redis"
    MEMORY = "memory"


class Environment(StrEnum):
    """Whom this process serves."""

    LOCAL = "local"
    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"

    @property
    def sheltered(self) -> bool:
        """Whether sample secrets will do, because nobody else's data is at stake."""
        return self in {Environment.LOCAL, Environment.DEVELOPMENT}


class MailBackend(StrEnum):
    """Who takes mails."""

    OUTBOX = "outbox"
    RESEND = "resend"
    SMTP = "smtp"


class SmtpTls(StrEnum):
    """How the way to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class LogLevel(StrEnum):
    """The least severity that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class PasswordPolicy(StrEnum):
    """What a new password must have beside its length."""

    CLASSES = "classes"
    LENGTH = "length"


class SigningAlgorithm(StrEnum):
    """How access tokens are signed."""

    HS256 = "HS256"
    HS384 = "HS384"
    HS512 = "HS512"

    @property
    def least_bytes(self) -> int:
        """The shortest key that is as strong as the hash (RFC 7518, section 3.2)."""
        return int(self[2:]) // 8


class ConnectionUrl(Secret):
    """A service's address, which may hold its password."""

    __slots__ = ()


class ApiKey(Secret):
    """What a service knows us by."""

    __slots__ = ()


class Passphrase(Secret):
    """A password given by the operator."""

    __slots__ = ()


class KeySecret(Secret):
    """The secret half of a key."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Origins:
    """Where pages may come from: scheme, host and, if it is not the usual one, port."""

    origins: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Origins":
        """Read `https://app.example.com,…`; raises `ValueError` for anything but an origin."""
        found = tuple(part.strip() for part in text.split(","))
        for origin in found:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"{origin!r} is no origin: write https://app.example.com, in lower case, "
                    "without a path, a pattern or a port that goes without saying"
                )
        return cls(found)

    @property
    def encoded(self) -> frozenset[bytes]:
        """Each as it stands in a request."""
        return frozenset(origin.encode() for origin in self.origins)

    def __str__(self) -> str:
        return ",".join(self.origins)


@dataclass(frozen=True, slots=True)
class PictureTypes:
    """Media types of pictures that are taken."""

    kinds: frozenset[FileKind] = PICTURES

    @classmethod
    def parse(cls, text: str) -> "PictureTypes":
        """Read `image/jpeg,…`; raises `ValueError` for what is no picture that is known here."""
        known = {kind.value: kind for kind in PICTURES}
        named = [part.strip().lower() for part in text.split(",")]
        if not set(named) <= set(known):
            raise ValueError(f"must be of {', '.join(sorted(known))}, parted by commas")
        return cls(frozenset(known[name] for name in named))

    def __str__(self) -> str:
        return ",".join(sorted(self.kinds))


@dataclass(frozen=True, slots=True)
class NamedKey:
    """One key of a ring; the id is for those who look after keys."""

    id: str
    secret: KeySecret


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys in order: the first is used for new things, every one for old things."""

    keys: tuple[NamedKey, ...]

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """Read `id:secret,id:secret`; raises `ValueError` without telling the text."""
        keys = []
        for part in text.split(","):
            found = _KEY.fullmatch(part.strip())
            if found is None:
                raise ValueError("must be id:secret pairs, parted by commas, without spaces")
            keys.append(NamedKey(found[1], KeySecret(found[2])))
        if len({key.id for key in keys}) < len(keys):
            raise ValueError("must not use one key id twice")
        return cls(tuple(keys))

    @property
    def current(self) -> NamedKey:
        """The key for new things."""
        return self.keys[0]

    @property
    def named(self) -> dict[str, bytes]:
        """Every secret by its key's id, in order."""
        return {key.id: key.secret.value.encode() for key in self.keys}

    @property
    def secrets(self) -> tuple[bytes, ...]:
        """Every secret in order, for the adapter that uses them."""
        return tuple(key.secret.value.encode() for key in self.keys)
