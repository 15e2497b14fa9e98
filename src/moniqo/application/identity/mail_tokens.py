"""What mailed links are good for: made when the mail is written, used once."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from moniqo.application.identity.ports import MailLinks
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import Listing, eq
from moniqo.application.shared.system import Clock
from moniqo.domain.identity.credentials import Email
from moniqo.domain.identity.mail_token import MailPurpose, MailToken, MailTokenId
from moniqo.domain.shared.errors import AlreadyExists, InvalidToken, StaleVersion
from moniqo.domain.shared.ids import UserId
from moniqo.domain.shared.types import JsonObject


@dataclass(frozen=True, slots=True)
class LinkTerms:
    """How long links of each purpose are good."""

    verify: timedelta = timedelta(hours=24)
    reset: timedelta = timedelta(hours=1)
    email_change: timedelta = timedelta(hours=24)

    def of(self, purpose: MailPurpose) -> timedelta:
        """The lifetime for `purpose`."""
        lifetimes = {
            MailPurpose.VERIFY: self.verify,
            MailPurpose.RESET: self.reset,
            MailPurpose.EMAIL_CHANGE: self.email_change,
        }
        return lifetimes[purpose]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A link that somebody asked for at `asked_at`, to be mailed to `email`.

    Using it has `email` take the place of the address that it `replaces`, if it names one.
    """

    user_id: UserId
    purpose: MailPurpose
    email: Email
    asked_at: datetime
    replaces: Email | None = None

    @property
    def payload(self) -> JsonObject:
        """What of it is kept with the token."""
        replaces = self.replaces.value if self.replaces else None
        asked_at = self.asked_at.isoformat()
        return JsonObject({"email": self.email.value, "asked_at": asked_at, "replaces": replaces})


@dataclass(frozen=True, slots=True)
class MailTokens:
    """Makes and takes the tokens of mailed links. Only their hashes are kept."""

    uow: UnitOfWork
    clock: Clock
    links: MailLinks
    terms: LinkTerms = field(default_factory=LinkTerms)

    async def issue(self, *, token_id: MailTokenId, wish: Wish) -> str | None:
        """The text for the link in a mail; with the same id the same text again.

        It supersedes older ones of that user and purpose; None if one was asked for later.
        """
        return await settled(
            lambda: self._issue(token_id, wish), again_on=(StaleVersion, AlreadyExists)
        )

    async def _issue(self, token_id: MailTokenId, wish: Wish) -> str | None:
        link = self.links.issue(token_id, wish.purpose)
        async with self.uow() as tx:
            known = await tx[MailToken].first(eq("id", token_id), include_deleted=True)
            if known is not None:
                return (self.links.reissue(known) or link).text
            its_kind = (eq("user_id", wish.user_id), eq("purpose", wish.purpose))
            present = await tx[MailToken].first(*its_kind)
            if present is not None and present.asked_at > wish.asked_at:
                return None
            await withdraw(tx, wish.user_id, wish.purpose)
            token = MailToken(
                id=token_id,
                user_id=wish.user_id,
                purpose=wish.purpose,
                token_hash=link.hash,
                payload=wish.payload,
                expires_at=self.clock.now() + self.terms.of(wish.purpose),
            )
            await tx[MailToken].add(token)
        return link.text

    async def find(self, tx: Transaction, text: str, purpose: MailPurpose) -> MailToken:
        """The token, left as it is; raises `InvalidToken`, in the same words for every fault."""
        token_id = self.links.read(text, purpose)
        token = await tx[MailToken].first(eq("id", token_id)) if token_id else None
        if token is None or not token.is_good(self.clock.now()):
            raise invalid_link()
        return token

    async def redeem(self, tx: Transaction, text: str, purpose: MailPurpose) -> MailToken:
        """Use the token up and answer it; raises as `find` does.

        Raises `StaleVersion` if somebody uses it at the same time: the caller's unit of work is
        to be run by `settled`.
        """
        token = await self.find(tx, text, purpose)
        return await tx[MailToken].save(token.used(self.clock.now()))


async def withdraw(tx: Transaction, user_id: UserId, purpose: MailPurpose | None = None) -> None:
    """Make the user's tokens, of one purpose or of all, worthless from the commit on."""
    narrowed = () if purpose is None else (eq("purpose", purpose),)
    where = (eq("user_id", user_id), *narrowed)
    for token in (await tx[MailToken].page(Listing(where=where, limit=len(MailPurpose)))).items:
        await tx[MailToken].remove(token)


def invalid_link() -> InvalidToken:
    """What is told of every link that is not good, whatever is wrong with it."""
    return InvalidToken("This link is not valid, or not any more. Ask for a new one.")
