"""Mail: who carries it, who words it, and where its links lead."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from dishka import Provider, Scope, provide

from moniqo.adapters.mail.breaking_mailer import BreakingMailer
from moniqo.adapters.mail.message import Sender
from moniqo.adapters.mail.minijinja_mail_templates import MinijinjaMailTemplates
from moniqo.adapters.mail.outbox_folder_mailer import OutboxFolderMailer
from moniqo.application.mail.desk import Desk
from moniqo.application.mail.pace import Pace, PaceTerms
from moniqo.application.mail.pages import Pages
from moniqo.application.mail.ports import Mailer, MailTemplates
from moniqo.application.shared.system import Clock
from moniqo.domain.shared.errors import Unavailable
from moniqo.entrypoints.settings import Settings
from moniqo.entrypoints.settings.mail import MailDelivery
from moniqo.entrypoints.settings.values import MailBackend


class Mails(Provider):
    """Everything of the context `mail`."""

    scope = Scope.APP
    desk = provide(Desk)
    pace = provide(Pace)

    @provide
    def pace_terms(self, settings: Settings) -> PaceTerms:
        """By the settings."""
        return PaceTerms(settings.mail.mails_at_once_per_hour)

    @provide
    async def mailer(self, settings: Settings, clock: Clock) -> AsyncIterator[Mailer]:
        """By `MAIL_BACKEND`; its connections end with the container."""
        chosen, sender = settings.mail, _sender(settings)
        if chosen.mail_backend is MailBackend.RESEND:
            async with aclosing(_resend(chosen, sender, clock)) as mailer:
                yield BreakingMailer(mailer, clock)
        elif chosen.mail_backend is MailBackend.SMTP:
            yield BreakingMailer(_smtp(chosen, sender, clock), clock)
        else:
            yield OutboxFolderMailer(chosen.mail_folder, sender, clock)

    @provide
    def templates(self, settings: Settings) -> MailTemplates:
        """In the name of `APP_NAME`."""
        return MinijinjaMailTemplates(settings.application.app_name, settings.mail.admin_email)

    @provide
    def pages(self, settings: Settings) -> Pages:
        """Of `FRONTEND_URL`, or the API itself."""
        frontend = settings.mail.frontend_url
        if frontend:
            return Pages.of_frontend(frontend)
        return Pages.of_api(settings.http.base_url, documented=settings.shows_docs)


def _sender(settings: Settings) -> Sender:
    mail = settings.mail
    return Sender(mail.from_email, settings.application.app_name, mail.admin_email)


def _resend(chosen: MailDelivery, sender: Sender, clock: Clock) -> Any:
    try:
        from moniqo.adapters.mail.resend_mailer import ResendAccount, ResendMailer
    except ImportError as error:
        raise _lacking("resend") from error
    key = chosen.resend_api_key.value if chosen.resend_api_key else ""
    account = ResendAccount(key, chosen.resend_api_url, chosen.mail_timeout_seconds)
    return ResendMailer(account, sender, clock)


def _smtp(chosen: MailDelivery, sender: Sender, clock: Clock) -> Mailer:
    try:
        from moniqo.adapters.mail.smtp_mailer import SmtpMailer, SmtpServer
    except ImportError as error:
        raise _lacking("smtp") from error
    server = SmtpServer(
        host=chosen.smtp_host or "",
        port=chosen.smtp_port,
        tls=chosen.smtp_tls.value,
        user=chosen.smtp_user,
        password=chosen.smtp_password.value if chosen.smtp_password else None,
        seconds=chosen.mail_timeout_seconds,
    )
    return SmtpMailer(server, sender, clock)


def _lacking(extra: str) -> Unavailable:
    return Unavailable(
        f"MAIL_BACKEND={extra} needs its library. Run `pip install 'moniqo[{extra}]'`."
    )
