"""Each letter with made-up data. The links lead nowhere: their token is no token."""

from uuid import UUID

from moniqo.application.mail.letters import (
    DailyLetter,
    DigestLine,
    EmailChange,
    EmailWasChanged,
    FigureLine,
    Invitation,
    Letter,
    NewDevice,
    NoticeDigest,
    NotificationLetter,
    PasswordReset,
    PasswordWasChanged,
    ReportIsReady,
    SessionEnded,
    Verification,
    Welcome,
)
from moniqo.application.mail.pages import Pages
from moniqo.domain.files.file import FileId
from moniqo.domain.identity.mail_token import MailPurpose

NO_FILE = FileId(UUID(int=0))
NO_TOKEN = "sample"  # noqa: S105  (it opens nothing)


def samples(pages: Pages) -> tuple[Letter, ...]:
    """One of each kind."""
    verify = pages.link(MailPurpose.VERIFY, NO_TOKEN)
    reset = pages.link(MailPurpose.RESET, NO_TOKEN)
    change = pages.link(MailPurpose.EMAIL_CHANGE, NO_TOKEN)
    return (
        Welcome(name="Ada", link=pages.home),
        Verification(link=verify, lifetime="24 hours"),
        PasswordReset(name="Ada", link=reset, lifetime="1 hour"),
        Invitation(name="Ada", link=reset, lifetime="1 hour"),
        EmailChange(link=change, lifetime="24 hours"),
        EmailWasChanged(name="Ada"),
        PasswordWasChanged(name="Ada", link=pages.home),
        NewDevice(name="Ada", device="Firefox on Linux", address="203.0.113.7", link=pages.home),
        SessionEnded(name="Ada", link=pages.home),
        NotificationLetter(
            name="Ada",
            title="Position closed in BTC/USDT",
            description="It ended with a profit of 25 USDT, net of fees.",
            link=pages.home,
        ),
        *_of_many_lines(pages),
        ReportIsReady(
            name="Ada",
            start="2026-01-01 00:00 UTC",
            end="2026-02-01 00:00 UTC",
            rows="1,200",
            until="2026-02-08 09:00 UTC",
            link=pages.file(NO_FILE),
        ),
    )


def _of_many_lines(pages: Pages) -> tuple[Letter, ...]:
    return (
        NoticeDigest(
            name="Ada",
            count="9",
            lines=(
                DigestLine(title="Position closed in BTC/USDT", at="2026-01-05 12:40 UTC"),
                DigestLine(title="A run of a flow failed", at="2026-01-05 12:20 UTC"),
            ),
            more="7",
            link=pages.home,
        ),
        DailyLetter(
            name="Ada",
            day="2026-01-31",
            zone="Europe/Berlin",
            lines=(
                FigureLine(name="New users", count="12"),
                FigureLine(name="Subscriptions begun: Pro", count="3"),
            ),
            link=pages.home,
        ),
    )
