"""Every setting: the variable is the field's name in capitals, the default works on a laptop."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from moniqo import __version__
from moniqo.entrypoints.settings.accounts import Accounts
from moniqo.entrypoints.settings.files import Files
from moniqo.entrypoints.settings.http import Http, Limits
from moniqo.entrypoints.settings.mail import Events, MailDelivery
from moniqo.entrypoints.settings.superadmin import Superadmin
from moniqo.entrypoints.settings.values import (
    CacheBackend,
    ConnectionUrl,
    Environment,
    KeyRing,
    LogLevel,
    PasswordPolicy,
    SigningAlgorithm,
    StorageBackend,
)
from moniqo.entrypoints.settings.zones import NAMED_UTC

SQLITE_FILE = ConnectionUrl("sqlite:///data/moniqo.sqlite3")
LOCAL_MONGO = ConnectionUrl("mongodb://127.0.0.1:27017/?replicaSet=rs0")
EMBEDDED = ConnectionUrl("embedded")
SAMPLE = "sample"
"""The key id of every secret that a default holds."""


def _sample(secret: str) -> Callable[[], KeyRing]:
    return lambda: KeyRing.parse(f"{SAMPLE}:{secret}")


@dataclass(frozen=True, slots=True)
class Application:
    """The process as a whole."""

    app_name: Annotated[
        str, Meta(min_length=1, max_length=100, description="Name in documentation and tokens.")
    ] = "Moniqo"
    app_version: Annotated[
        str, Meta(min_length=1, max_length=50, description="Version in documentation and health.")
    ] = __version__
    environment: Annotated[
        Environment,
        Meta(description="Sample secrets are refused outside local and development."),
    ] = Environment.LOCAL
    debug: Annotated[
        bool, Meta(description="Tracebacks on the terminal and in logs; not for production.")
    ] = False
    log_level: Annotated[LogLevel, Meta(description="The least severity that is logged.")] = (
        LogLevel.INFO
    )
    log_file_path: Annotated[
        Path | None,
        Meta(description="Every log line too, as JSON, in a file a day: this name and the date."),
    ] = None
    log_file_days: Annotated[
        int, Meta(ge=1, le=3650, description="How many days log files are kept.")
    ] = 14
    log_requests: Annotated[bool, Meta(description="A log line for each request.")] = True
    market_data_dir: Annotated[
        Path | None,
        Meta(description="Where `market import` and `demo` look for a file that is not here."),
    ] = None


@dataclass(frozen=True, slots=True)
class Storage:
    """Stores and the services beside them."""

    storage_backend: Annotated[StorageBackend, Meta(description="Where everything is kept.")] = (
        StorageBackend.SQLITE
    )
    database_url: Annotated[
        ConnectionUrl, Meta(description="For sqlite and postgres: sqlite:///… or postgresql://…")
    ] = SQLITE_FILE
    mongodb_url: Annotated[
        ConnectionUrl, Meta(description="For mongo; the server must be in a replica set.")
    ] = LOCAL_MONGO
    mongodb_db_name: Annotated[
        str, Meta(pattern="^[A-Za-z0-9_-]{1,63}$", description="The database, for mongo.")
    ] = "moniqo"
    redis_url: Annotated[
        ConnectionUrl | None, Meta(description="Redis or Valkey; `doctor` asks whether it answers.")
    ] = None
    cache: Annotated[
        CacheBackend,
        Meta(
            description="Where answers of lists and details are kept; the same for all processes. "
            "auto: in memory if the store is, else in Redis if there is one."
        ),
    ] = CacheBackend.AUTO
    redis_ttl_seconds: Annotated[
        int, Meta(ge=1, le=3600, description="The longest that an answer is kept.")
    ] = 60
    cache_megabytes: Annotated[
        int, Meta(ge=1, le=65_536, description="The most that is kept, if it is kept in memory.")
    ] = 64
    slow_query_ms: Annotated[
        int,
        Meta(ge=0, le=60_000, description="Statements that take longer are logged; 0: none is."),
    ] = 500


@dataclass(frozen=True, slots=True)
class Security:
    """Secrets, tokens and passwords."""

    jwt_secret_keys: Annotated[
        KeyRing, Meta(description="id:secret,…; the first signs access tokens, each is believed.")
    ] = field(
        default_factory=_sample("sample-signing-key-for-local-use-only-0123456789abcdef0123456789")
    )
    jwt_algorithm: Annotated[
        SigningAlgorithm, Meta(description="How access tokens are signed.")
    ] = SigningAlgorithm.HS256
    access_token_expire_minutes: Annotated[
        int, Meta(ge=1, le=1440, description="Life of an access token.")
    ] = 30
    refresh_token_expire_days: Annotated[
        int, Meta(ge=1, le=30, description="Life of an unused refresh token.")
    ] = 7
    auto_verify_email: Annotated[
        bool, Meta(description="Treat addresses as verified; for set-ups that send no mail.")
    ] = False
    password_policy: Annotated[
        PasswordPolicy,
        Meta(description="classes: upper, lower, digit and special; length: its length alone."),
    ] = PasswordPolicy.CLASSES
    password_peppers: Annotated[
        KeyRing, Meta(description="id:secret,…; mixed into password hashes; the first is in use.")
    ] = field(default_factory=_sample("sample-pepper-for-local-use-only-0123456789abcdef"))
    credential_keys: Annotated[
        KeyRing,
        Meta(description="id:secret,…; the first encrypts exchange credentials, each opens them."),
    ] = field(default_factory=_sample("sample-credential-key-for-local-use-only-0123456789ab"))
    audit_keys: Annotated[
        KeyRing,
        Meta(description="id:secret,…; the first seals the audit trail, each verifies it."),
    ] = field(default_factory=_sample("sample-audit-key-for-local-use-only-0123456789abcdef01"))
    bcrypt_cost: Annotated[
        int, Meta(ge=4, le=16, description="Work of a password hash, doubling with each step.")
    ] = 12
    hashing_threads: Annotated[
        int, Meta(ge=1, le=64, description="Passwords hashed at once; past it, callers wait.")
    ] = 2


@dataclass(frozen=True, slots=True)
class Jobs:
    """Work that goes on after the answer."""

    queue_url: Annotated[
        ConnectionUrl,
        Meta(
            description=(
                "embedded: servers do the work themselves; or the bell that calls `moniqo worker`: "
                "redis://… or amqp://…"
            )
        ),
    ] = EMBEDDED
    job_concurrency: Annotated[
        int,
        Meta(
            ge=1,
            le=1000,
            description="Tasks that one process does at once, backtests and reports aside.",
        ),
    ] = 16
    backtest_concurrency: Annotated[
        int, Meta(ge=1, le=64, description="Backtests that one process runs at once.")
    ] = 1
    max_unfinished_backtests: Annotated[
        int, Meta(ge=1, le=10_000, description="Backtests of one user that wait or run at once.")
    ] = 10
    report_concurrency: Annotated[
        int, Meta(ge=1, le=64, description="Reports that one process makes at once.")
    ] = 1
    max_unfinished_reports: Annotated[
        int, Meta(ge=1, le=10_000, description="Reports of one user that wait or are made at once.")
    ] = 20
    report_timezone: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=100,
            description="Whose clocks the daily report goes by, at 09:00: UTC, Europe/Berlin, …",
        ),
    ] = NAMED_UTC
    report_days: Annotated[
        int, Meta(ge=1, le=3650, description="Days that a report can be downloaded.")
    ] = 7
    job_lease_seconds: Annotated[
        int,
        Meta(ge=1, le=3600, description="How long a silent process keeps others from its work."),
    ] = 30
    job_sweep_seconds: Annotated[
        int,
        Meta(ge=1, le=3600, description="How often events, schedules and orders are looked for."),
    ] = 5
    task_lease_seconds: Annotated[
        int,
        Meta(ge=2, le=3600, description="How long a silent worker keeps others from its tasks."),
    ] = 6


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the operator decided. Its text shows no secret."""

    application: Application = field(default_factory=Application)
    http: Http = field(default_factory=Http)
    limits: Limits = field(default_factory=Limits)
    storage: Storage = field(default_factory=Storage)
    security: Security = field(default_factory=Security)
    accounts: Accounts = field(default_factory=Accounts)
    mail: MailDelivery = field(default_factory=MailDelivery)
    events: Events = field(default_factory=Events)
    files: Files = field(default_factory=Files)
    jobs: Jobs = field(default_factory=Jobs)
    superadmin: Superadmin = field(default_factory=Superadmin)

    @property
    def shows_docs(self) -> bool:
        """Whether the API's documentation can be read at /docs."""
        in_production = self.application.environment is Environment.PRODUCTION
        return self.http.docs_in_production or not in_production
