"""Mails by Resend's HTTP API."""

from dataclasses import dataclass, field
from typing import Any

import resend
from resend.exceptions import NoContentError, ResendError

from moniqo.adapters.mail.message import Sender, required
from moniqo.adapters.mail.replies import quoted, retry_after
from moniqo.adapters.mail.resend_transport import BoundedTransport
from moniqo.application.mail.ports import Mail
from moniqo.application.shared.system import Clock
from moniqo.domain.shared.errors import AppError, Unavailable, Undeliverable

_PASSING = {408, 425, 429}
_BUSY = "concurrent_idempotent_requests"
_KNOWN_ALREADY = "invalid_idempotent_request"
_NO_ANSWER = "HttpClientError"
_SENDS_ONLY = "restricted_api_key"


@dataclass(frozen=True, slots=True)
class ResendAccount:
    """Where the API is, by which key, and how long one request may take."""

    api_key: str = field(repr=False)
    api_url: str = "https://api.resend.com"
    seconds: float = 10


class ResendMailer:
    """See `Mailer`. Resend remembers keys for a day: a mail sent again in it is sent once."""

    def __init__(self, account: ResendAccount, sender: Sender, clock: Clock) -> None:
        self._account = account
        self._sender = sender
        self._clock = clock
        self._transport = BoundedTransport(account.seconds)

    async def send(self, mail: Mail, *, key: str) -> None:
        """See `Mailer`."""
        options: Any = {"idempotency_key": required(key)}
        params = self._params(mail)
        self._prepare()
        try:
            answer = await resend.Emails.send_async(params, options)
        except (ResendError, NoContentError) as error:
            if _name(error) == _KNOWN_ALREADY:
                # It was taken before, worded otherwise: its recipient changed names, say.
                return
            raise self._translated(error) from error
        if not isinstance(answer, dict) or not answer.get("id"):
            raise Unavailable("Resend answered with something that is no receipt.")

    async def probe(self) -> str:
        """See `Mailer`."""
        self._prepare()
        try:
            await resend.Domains.list_async()
        except (ResendError, NoContentError) as error:
            if _name(error) != _SENDS_ONLY:
                raise Unavailable(
                    f"{self._translated(error).message} "
                    "Are RESEND_API_KEY and RESEND_API_URL right?"
                ) from error
        return f"Resend answers at {self._account.api_url}"

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._transport.aclose()

    def _prepare(self) -> None:
        # The library keeps these for the whole process, and reads them before a request first
        # waits: set right before each, they are the ones of this mailer.
        resend.api_key = self._account.api_key
        resend.api_url = self._account.api_url.rstrip("/")
        resend.default_async_http_client = self._transport

    def _params(self, mail: Mail) -> Any:
        params = {
            "from": self._sender.mailbox,
            "to": [mail.to.value],
            "subject": mail.subject,
            "text": mail.text,
            "html": mail.html,
            "headers": {"Auto-Submitted": "auto-generated"},
        }
        if self._sender.reply_to is not None:
            params["reply_to"] = self._sender.reply_to
        return params

    def _translated(self, error: ResendError | NoContentError) -> AppError:
        if isinstance(error, NoContentError):
            return Unavailable("Resend answered with nothing.")
        if error.error_type == _NO_ANSWER:
            reason = quoted(error.message) or type(error.__context__).__name__
            return Unavailable(f"Resend cannot be reached ({reason}).")
        status = int(error.code) if str(error.code).isdecimal() else 500
        said = quoted(error.message, self._account.api_key)
        told = f"Resend answered {status}: {said or 'nothing readable'}."
        if 400 <= status < 500 and status not in _PASSING and _name(error) != _BUSY:  # noqa: PLR2004  (client errors)
            return Undeliverable(told)
        return Unavailable(told, retry_after=retry_after(error.headers, self._clock.now()))


def _name(error: ResendError | NoContentError) -> str:
    return str(error.error_type) if isinstance(error, ResendError) else ""
