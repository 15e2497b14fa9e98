"""Settings of mails, and of the events that they tell of."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from moniqo.domain.shared.errors import Fault
from moniqo.entrypoints.settings.values import ApiKey, MailBackend, Passphrase, SmtpTls

NOBODY = "no-reply@moniqo.invalid"
"""The sender of mails that are not sent."""
_ADDRESS = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"


@dataclass(frozen=True, slots=True)
class MailDelivery:
    """Mail."""

    mail_backend: Annotated[
        MailBackend, Meta(description="outbox keeps mails as files in MAIL_FOLDER and sends none.")
    ] = MailBackend.OUTBOX
    mail_folder: Annotated[
        Path, Meta(description="For outbox; `moniqo mail preview` shows what is there.")
    ] = Path("data/mail")
    from_email: Annotated[
        str, Meta(pattern=_ADDRESS, description="The address that mails come from.")
    ] = NOBODY
    admin_email: Annotated[
        str | None, Meta(pattern=_ADDRESS, description="Whom users write to; gets their answers.")
    ] = None
    frontend_url: Annotated[
        str | None,
        Meta(
            pattern="^https?://[^/ ]+",
            description="Where links in mails lead; without it they lead to BASE_URL.",
        ),
    ] = None
    mails_at_once_per_hour: Annotated[
        int,
        Meta(
            ge=0,
            le=1000,
            description="Mails about notifications that a user gets one by one within an hour; "
            "more come in one digest when it is over.",
        ),
    ] = 5
    mail_timeout_seconds: Annotated[
        int, Meta(ge=1, le=15, description="How long the mail service may take for one mail.")
    ] = 10
    resend_api_key: Annotated[ApiKey | None, Meta(description="For resend.")] = None
    resend_api_url: Annotated[
        str, Meta(pattern="^https?://[^/ ]+", description="For resend; without a path.")
    ] = "https://api.resend.com"
    smtp_host: Annotated[str | None, Meta(description="For smtp.")] = None
    smtp_port: Annotated[int, Meta(ge=1, le=65535, description="For smtp.")] = 587
    smtp_tls: Annotated[
        SmtpTls, Meta(description="For smtp: encrypted after a greeting, from the start, or never.")
    ] = SmtpTls.STARTTLS
    smtp_user: Annotated[str | None, Meta(description="For smtp, if the server asks.")] = None
    smtp_password: Annotated[Passphrase | None, Meta(description="Theirs.")] = None


@dataclass(frozen=True, slots=True)
class Events:
    """How what happened is told: by notifications and by mail."""

    event_attempts: Annotated[
        int,
        Meta(ge=1, le=100, description="Times that an event is told in vain; then it is parked."),
    ] = 12
    event_concurrency: Annotated[
        int, Meta(ge=1, le=100, description="Events that one process tells at once.")
    ] = 8
    event_timeout_seconds: Annotated[
        int, Meta(ge=1, le=600, description="How long one event may take to be told.")
    ] = 20


def mail_faults(mail: MailDelivery, *, sheltered: bool) -> Iterator[Fault]:
    """What is missing for the backend, and what would go over the wire in clear."""
    if mail.mail_backend is MailBackend.OUTBOX:
        return
    because = f"because MAIL_BACKEND is {mail.mail_backend}"
    if mail.from_email == NOBODY:
        yield Fault("FROM_EMAIL", f"is needed {because}")
    if mail.mail_backend is MailBackend.RESEND:
        if mail.resend_api_key is None:
            yield Fault("RESEND_API_KEY", f"is needed {because}")
        if not (sheltered or mail.resend_api_url.startswith("https://")):
            yield Fault("RESEND_API_URL", "must begin with https://")
        return
    if mail.smtp_host is None:
        yield Fault("SMTP_HOST", f"is needed {because}")
    if (mail.smtp_user is None) != (mail.smtp_password is None):
        yield Fault("SMTP_PASSWORD", "goes with SMTP_USER: set both or neither")
    if mail.smtp_password and mail.smtp_tls is SmtpTls.NONE and not sheltered:
        yield Fault("SMTP_TLS", "must not be none: SMTP_PASSWORD would be sent in clear")
