"""Mails by SMTP."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from aiosmtplib import SMTP, SMTPException, SMTPRecipientsRefused, SMTPResponseException

from moniqo.adapters.mail.message import Sender, message_of
from moniqo.adapters.mail.replies import quoted
from moniqo.application.mail.ports import Mail
from moniqo.application.shared.system import Clock
from moniqo.domain.shared.errors import AppError, Unavailable, Undeliverable

GOODBYE_SECONDS = 2
_PERMANENT = range(500, 600)


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mails are handed over. `tls` is `tls` from the start, `starttls`, or `none`.

    `seconds` bounds one mail from connecting to the server's last word. Certificates are checked
    by `trust`, by default against what the machine trusts.
    """

    host: str
    port: int = 587
    tls: str = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    seconds: float = 10
    trust: ssl.SSLContext | None = None

    @property
    def place(self) -> str:
        """For errors."""
        return f"{self.host}:{self.port}"


class SmtpMailer:
    """See `Mailer`. Each mail has a connection of its own; its key is in its Message-ID."""

    def __init__(self, server: SmtpServer, sender: Sender, clock: Clock) -> None:
        self._server = server
        self._sender = sender
        self._clock = clock

    async def send(self, mail: Mail, *, key: str) -> None:
        """See `Mailer`."""
        message = message_of(mail, self._sender, key=key, now=self._clock.now())
        async with self._connected() as client:
            await client.send_message(
                message, sender=self._sender.address, recipients=[mail.to.value]
            )

    async def probe(self) -> str:
        """See `Mailer`."""
        try:
            async with self._connected() as client:
                await client.noop()
        except Undeliverable as refusal:
            raise Unavailable(refusal.message) from refusal
        return f"{self._server.place} answers"

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[SMTP]:
        client = self._client()
        try:
            async with asyncio.timeout(self._server.seconds):
                await client.connect()
                yield client
        except (SMTPException, OSError, ValueError) as error:
            raise self._translated(error) from error
        else:
            # What was taken stays taken, however the server says goodbye.
            with suppress(SMTPException, OSError):
                await client.quit(timeout=GOODBYE_SECONDS)
        finally:
            client.close()

    def _client(self) -> SMTP:
        server = self._server
        return SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
            tls_context=server.trust,
            timeout=server.seconds,
        )

    def _translated(self, error: Exception) -> AppError:
        place = self._server.place
        if isinstance(error, SMTPRecipientsRefused):
            error = error.recipients[0]
        if isinstance(error, SMTPResponseException):
            said = quoted(error.message, self._server.password or "")
            if error.code in _PERMANENT:
                return Undeliverable(f"The mail server {place} refused: {error.code} {said}.")
            return Unavailable(f"The mail server {place} has no time now: {error.code} {said}.")
        reason = "no answer in time" if isinstance(error, TimeoutError) else quoted(error)
        return Unavailable(
            f"The mail server {place} cannot be used ({reason or type(error).__name__}). "
            "Is it running, and are SMTP_HOST, SMTP_PORT and SMTP_TLS right?"
        )
