"""What mailed links are good for: made when the mail is written, used once."""

from dataclasses import dataclass, field
from datetime import timedelta

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


@dataclass(frozen=True, slots=True)
class MailTokens:
    """Makes and takes the tokens of mailed links. Only their hashes are kept."""

    uow: UnitOfWork
    clock: Clock
    links: MailLinks
    terms: LinkTerms = field(default_factory=LinkTerms)

    async def issue(
        self, *, token_id: MailTokenId, user_id: UserId, purpose: MailPurpose, email: Email
    ) -> str:
        """The text for the link in a mail to `email`; with the same id the same text again.

        It supersedes older ones of that user and purpose.
        """
        return await settled(
            lambda: self._issue(token_id, user_id, purpose, email),
            again_on=(StaleVersion, AlreadyExists),
        )

    async def _issue(
        self, token_id: MailTokenId, user_id: UserId, purpose: MailPurpose, email: Email
    ) -> str:
        link = self.links.issue(token_id, purpose)
        async with self.uow() as tx:
            known = await tx[MailToken].first(eq("id", token_id), include_deleted=True)
            if known is not None:
                return (self.links.reissue(known) or link).text
            await withdraw(tx, user_id, purpose)
            token = MailToken(
                id=token_id,
                user_id=user_id,
                purpose=purpose,
                token_hash=link.hash,
                payload=JsonObject({"email": email.value}),
                expires_at=self.clock.now() + self.terms.of(purpose),
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
