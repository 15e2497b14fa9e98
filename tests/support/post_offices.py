"""Where mails end up in tests: real servers for SMTP and for Resend's API, and a folder."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope

from moniqo.adapters.mail.message import Sender
from moniqo.adapters.mail.outbox_folder_mailer import OutboxFolderMailer
from moniqo.adapters.mail.resend_mailer import ResendAccount, ResendMailer
from moniqo.adapters.mail.smtp_mailer import SmtpMailer, SmtpServer
from moniqo.application.mail.ports import Mail, Mailer
from moniqo.domain.identity.credentials import Email
from support.clock import SettableClock

SENDER = Sender("post@moniqo.test", "Möniqo, Inc.", reply_to="help@moniqo.test")
API_KEY = "re_canary_0123456789"
PASSWORD = "smtp-canary-0123456789"
SECONDS = 30.0
"""The time-out of mailers here, which a busy machine does not reach."""


KEY = "0190a1b2-0000-7000-8000-000000000001"
LINK = "https://app.moniqo.test/verify-email?token=" + "aB3-_" * 20


def a_mail(**fields: Any) -> Mail:
    """A mail with a link."""
    mail = {
        "to": Email("ada@example.com"),
        "subject": "Confirm your e-mail address",
        "text": f"Hello Ada,\n\nFollow {LINK}\n",
        "html": f'<p>Hello Ada,</p><p><a href="{LINK}">Confirm</a></p>\n',
    }
    return Mail(**mail | fields)


@dataclass(frozen=True, slots=True)
class Received:
    """A mail as it arrived. `key` is what tells that it is the same one."""

    key: str
    sender: str
    to: tuple[str, ...]
    reply_to: str
    subject: str
    text: str
    html: str
    headers: tuple[str, ...]


@dataclass
class PostOffice:
    """A mailer and what it delivered. `behaviour` says what the other side does instead."""

    mailer: Mailer
    mails: list[Received] = field(default_factory=list)
    behaviour: str = ""
    tries: int = 0
    port: int = 0

    @property
    def received(self) -> list[Received]:
        """Everything, in order."""
        return self.mails

    @property
    def kept(self) -> dict[str, Received]:
        """What remains where copies are known by their key."""
        return {mail.key: mail for mail in self.received}


@dataclass
class Folder(PostOffice):
    """Mails in files."""

    path: Path = Path()

    @property
    def received(self) -> list[Received]:
        return [of_message(path.read_bytes()) for path in sorted(self.path.glob("*.eml"))]


def of_message(content: bytes) -> Received:
    """A mail of RFC 5322."""
    message = message_from_bytes(content, EmailMessage, policy=policy.default)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    return Received(
        key=str(message["Message-ID"]).strip("<>").partition("@")[0],
        sender=str(message["From"]),
        to=tuple(address.addr_spec for address in message["To"].addresses),
        reply_to=str(message["Reply-To"]),
        subject=str(message["Subject"]),
        text=text.get_content().replace("\r\n", "\n"),
        html=html.get_content().replace("\r\n", "\n"),
        headers=tuple(name.lower() for name in message.keys()),  # noqa: SIM118  (repeated ones, too)
    )


@asynccontextmanager
async def folder(path: Path) -> AsyncIterator[PostOffice]:
    """Mails in a folder that is made when it is needed."""
    here = path / "deep" / "mail"
    yield Folder(OutboxFolderMailer(here, SENDER, SettableClock()), path=here)


# SMTP


class _Desk:
    """Takes mails, or does what the office behaves like."""

    def __init__(self, office: PostOffice) -> None:
        self._office = office

    async def handle_RCPT(  # noqa: N802  (the library's name)
        self, _server: object, _session: object, envelope: Envelope, address: str, _: list[str]
    ) -> str:
        refusals = {
            "later": "451 4.3.0 try again later",
            "never": f"550 5.1.1 <{address}>: no such person",
        }
        if self._office.behaviour in refusals:
            return refusals[self._office.behaviour]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:  # noqa: N802
        self._office.tries += 1
        assert envelope.mail_from == SENDER.address
        received = of_message(envelope.content)  # type: ignore[arg-type]
        assert list(received.to) == envelope.rcpt_tos
        self._office.mails.append(received)
        if self._office.behaviour == "stalls after it took it":
            await asyncio.sleep(3600)
        return "250 taken"


def _authenticator(_s: object, _session: object, _e: object, _m: str, data: Any) -> AuthResult:
    right = data.login == b"moniqo" and data.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)


@asynccontextmanager
async def smtp(_path: Path, **server: Any) -> AsyncIterator[PostOffice]:
    """A mail server that asks for a password; over TLS if given a context as `tls_context`."""
    office = PostOffice(mailer=None)  # type: ignore[arg-type]
    context = server.pop("tls_context", None)

    def protocol() -> SMTP:
        return SMTP(
            _Desk(office),
            authenticator=_authenticator,
            auth_required=True,
            auth_require_tls=server.get("tls") == "starttls",
            tls_context=context if server.get("tls") == "starttls" else None,
            hostname="mail.test",
            loop=asyncio.get_running_loop(),
        )

    listening = await asyncio.get_running_loop().create_server(
        protocol, "127.0.0.1", 0, ssl=context if server.get("tls") == "tls" else None
    )
    port = listening.sockets[0].getsockname()[1]
    chosen = {"tls": "none", "user": "moniqo", "password": PASSWORD, "seconds": SECONDS}
    place = SmtpServer("127.0.0.1", port, **chosen | server)
    office.mailer, office.port = SmtpMailer(place, SENDER, SettableClock()), port
    try:
        yield office
    finally:
        listening.close()


# Resend


@asynccontextmanager
async def resend(_path: Path, seconds: float = SECONDS) -> AsyncIterator[PostOffice]:
    """A server that speaks Resend's API, checks what it is asked, and knows copies by their key."""
    office = PostOffice(mailer=None)  # type: ignore[arg-type]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await _answer(office, reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    office.port = server.sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{office.port}/"
    mailer = ResendMailer(ResendAccount(API_KEY, url, seconds), SENDER, SettableClock())
    office.mailer = mailer
    try:
        yield office
    finally:
        await mailer.aclose()
        server.close()


async def _answer(
    office: PostOffice, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (it.partition(": ") for it in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    office.tries += 1
    if office.behaviour == "stalls":
        await asyncio.sleep(3600)
    if office.behaviour == "hangs up":
        writer.transport.abort()
        raise ConnectionResetError
    if office.behaviour == "goes on for ever":
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n")
        while True:
            writer.write(b" " * 65_536)
            await writer.drain()
    status, more, content = PRESET.get(office.behaviour) or _taken(office, first, headers, body)
    payload = content if isinstance(content, bytes) else json.dumps(content).encode()
    kept = {"content-type": "application/json", "content-length": str(len(payload))} | more
    shown = "".join(f"{name}: {value}\r\n" for name, value in kept.items())
    reason = HTTPStatus(status).phrase
    writer.write(f"HTTP/1.1 {status} {reason}\r\n{shown}\r\n".encode() + payload)
    await writer.drain()


def _refusal(status: int, name: str, **headers: str) -> tuple[int, dict[str, str], Any]:
    said = f"{name} for ada@example.com by {API_KEY}\r\nand more"
    return status, headers, {"statusCode": status, "name": name, "message": said}


PRESET: dict[str, tuple[int, dict[str, str], Any]] = {
    "500": _refusal(500, "application_error"),
    "503 with HTML": (503, {"content-type": "text/html"}, b"<h1>Busy</h1>"),
    "429": _refusal(429, "rate_limit_exceeded", **{"Retry-After": "7"}),
    "429 until noon": _refusal(
        429, "daily_quota_exceeded", **{"Retry-After": "Thu, 15 Jan 2026 12:01:30 GMT"}
    ),
    "429 in a riddle": _refusal(429, "rate_limit_exceeded", **{"Retry-After": "soon"}),
    "busy with the same": _refusal(409, "concurrent_idempotent_requests"),
    "known in other words": _refusal(409, "invalid_idempotent_request"),
    "422": _refusal(422, "validation_error"),
    "403": _refusal(403, "invalid_api_key"),
    "sends only": _refusal(401, "restricted_api_key"),
    "400 with HTML": (400, {"content-type": "text/html"}, b"<h1>No</h1>"),
    "garbage": (200, {}, b"\xff\xfe{"),
    "HTML": (200, {"content-type": "text/html"}, b"<h1>Welcome</h1>"),
    "a list": (200, {}, [1, 2]),
    "null": (200, {}, None),
    "no id": (200, {}, {"object": "email"}),
    "an odd status inside": (200, {}, {"statusCode": [], "message": "?"}),
    "sends elsewhere": (307, {"location": "http://127.0.0.1:9/stolen"}, b"{}"),
}
"""What the server may answer instead."""


def _taken(
    office: PostOffice, first: str, headers: dict[str, str], body: bytes
) -> tuple[int, dict[str, str], Any]:
    if headers.get("authorization") != f"Bearer {API_KEY}":
        return _refusal(403, "invalid_api_key")
    if first.startswith("GET /domains"):
        return 200, {}, {"data": []}
    assert first == "POST /emails HTTP/1.1"
    asked = json.loads(body)
    assert headers["content-type"] == "application/json"
    fields = {"from", "to", "subject", "text", "html", "headers"}
    assert asked.keys() - {"reply_to"} == fields
    office.mails.append(
        Received(
            key=headers["idempotency-key"],
            sender=asked["from"],
            to=tuple(asked["to"]),
            reply_to=asked.get("reply_to", ""),
            subject=asked["subject"],
            text=asked["text"],
            html=asked["html"],
            headers=tuple(name.lower() for name in asked["headers"]),
        )
    )
    return 200, {}, {"id": f"mail-{headers['idempotency-key']}"}


OFFICES = {"outbox": folder, "smtp": smtp, "resend": resend}
