"""What `doctor` looks at."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from moniqo.adapters.cache.redis_probe import ping
from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.queue.bell_probe import answers
from moniqo.application.files.ports import Storage
from moniqo.application.mail.ports import Mailer
from moniqo.domain.shared.errors import AppError
from moniqo.entrypoints.cli.exits import Exit
from moniqo.entrypoints.cli.failures import MigrationsPending, failure_of
from moniqo.entrypoints.cli.readiness import pending_on
from moniqo.entrypoints.cli.session import parts
from moniqo.entrypoints.cli.tables import table
from moniqo.entrypoints.providers.jobs import open_bell
from moniqo.entrypoints.settings import Settings, WrongSettings, load
from moniqo.entrypoints.settings.model import EMBEDDED, SAMPLE

SECONDS = 15
"""The longest that one service is waited for."""


@dataclass(frozen=True, slots=True)
class Finding:
    """How one thing is."""

    name: str
    message: str
    exit: Exit = Exit.DONE

    @property
    def ok(self) -> bool:
        """Whether nothing need be done."""
        return self.exit is Exit.DONE


async def examine() -> list[Finding]:
    """Everything that can be looked at; wrong settings hide the rest."""
    try:
        settings = load()
    except WrongSettings as error:
        return [
            Finding("settings", f"{fault.field}: {fault.message}", Exit.SETTINGS)
            for fault in error.faults
        ]
    return [
        Finding("settings", _settings(settings)),
        *await _store(settings),
        await _files(settings),
        await _mail(settings),
        *await _services(settings),
    ]


def _settings(settings: Settings) -> str:
    if settings.security.jwt_secret_keys.current.id == SAMPLE:
        return "good for this machine only: secrets are samples; `moniqo init` makes fresh ones"
    return f"good for {settings.application.environment}"


async def _store(settings: Settings) -> list[Finding]:
    kind = settings.storage.storage_backend
    pending: list[str] = []
    async with parts(settings) as container:

        async def reach() -> None:
            pending.extend(await pending_on(await container.get(Backend)))

        reached = await _tried("storage", f"{kind} answers", reach)
    if not reached.ok:
        return [reached]
    if pending:
        return [reached, _failed("migrations", MigrationsPending(tuple(pending)))]
    return [reached, Finding("migrations", "all applied")]


async def _services(settings: Settings) -> list[Finding]:
    found, url = [], settings.storage.redis_url
    if url is not None:
        found.append(await _tried("redis", "answers", lambda: ping(url.value)))
    queue = settings.jobs.queue_url
    if queue != EMBEDDED:
        found.append(await _tried("queue", "can be rung", lambda: answers(open_bell(queue))))
    return found


async def _files(settings: Settings) -> Finding:
    bucket = settings.files.aws_s3_bucket_name
    good = f"bucket {bucket} answers" if bucket else f"{settings.files.storage_url} can be used"

    async with parts(settings) as container:

        async def look() -> None:
            await (await container.get(Storage)).check()

        return await _tried("files", good, look)


async def _mail(settings: Settings) -> Finding:
    told: list[str] = []
    async with parts(settings) as container:

        async def ask() -> None:
            told.append(await (await container.get(Mailer)).probe())

        asked = await _tried("mail", "", ask)
    return replace(asked, message=told[0]) if told else asked


async def _tried(name: str, good: str, call: Callable[[], Awaitable[None]]) -> Finding:
    try:
        async with asyncio.timeout(SECONDS):
            await call()
    except TimeoutError:
        return Finding(name, f"no answer within {SECONDS} s", Exit.UNAVAILABLE)
    except AppError as error:
        return _failed(name, error)
    return Finding(name, good)


def _failed(name: str, error: Exception) -> Finding:
    failure = failure_of(error)
    return Finding(name, failure.message, failure.exit)


def exit_of(findings: list[Finding]) -> Exit:
    """The first thing that is wrong."""
    return next((finding.exit for finding in findings if not finding.ok), Exit.DONE)


def show(findings: list[Finding]) -> None:
    """Print the findings as a table."""
    marks = {True: "ok", False: "WRONG"}
    table(("", "what", "how it is"), [(marks[it.ok], it.name, it.message) for it in findings])
