"""Where mails are composed: whom to write to, and links that prove who follows them."""

from dataclasses import dataclass
from datetime import datetime

from moniqo.application.identity.mail_tokens import MailTokens, Wish
from moniqo.application.identity.standing import holds
from moniqo.application.mail.letters import Letter, Linked
from moniqo.application.mail.pace import Pace
from moniqo.application.mail.pages import Pages, in_words
from moniqo.application.mail.recipients import Recipient, owner_of, recipient, wants_notices
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.application.shared.system import Clock
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.identity.credentials import Email
from moniqo.domain.identity.events import EmailChangeRequested
from moniqo.domain.identity.mail_token import MailToken, MailTokenId
from moniqo.domain.shared.ids import OutboxEventId, UserId


@dataclass(frozen=True, slots=True)
class Addressed:
    """A letter on its way to somebody."""

    to: Email
    letter: Letter


@dataclass(frozen=True, slots=True)
class Desk:
    """What composers need. Each call is a unit of work of its own."""

    uow: UnitOfWork
    clock: Clock
    tokens: MailTokens
    pages: Pages
    pace: Pace

    async def user(self, user_id: UserId) -> Recipient | None:
        """The user, if mail may go to them."""
        async with self.uow() as tx:
            return await recipient(tx, user_id)

    async def owner(self, email: Email) -> Recipient | None:
        """Who signs in with the address, if mail may go to them."""
        async with self.uow() as tx:
            return await owner_of(tx, email)

    async def reader(self, user_id: UserId) -> Recipient | None:
        """The user, if mail may go to them and they want notifications by mail."""
        async with self.uow() as tx:
            found = await recipient(tx, user_id)
            return found if found and await wants_notices(tx, user_id) else None

    async def holder(self, user_id: UserId, permission: str) -> Recipient | None:
        """The user, if mail may go to them and they hold the permission now."""
        async with self.uow() as tx:
            return await recipient(tx, user_id) if await holds(tx, user_id, permission) else None

    async def linked(
        self,
        kind: type[Linked],
        event_id: OutboxEventId,
        to: Recipient,
        *,
        name: str,
        change: EmailChangeRequested | None = None,
    ) -> Addressed | None:
        """A letter with a link, to the user's own address or to the one of a `change`.

        None if the link was used, superseded or too old by now: the event is told again late.
        """
        address = change.new_email if change else to.account.email
        token_id = MailTokenId(event_id)
        wish = Wish(
            user_id=to.user.id,
            purpose=kind.purpose,
            email=address,
            asked_at=await self._occurred(event_id),
            replaces=change.old_email if change else None,
        )
        text = await self.tokens.issue(token_id=token_id, wish=wish)
        async with self.uow() as tx:
            token = await tx[MailToken].first(eq("id", token_id))
        if text is None or token is None or not token.is_good(self.clock.now()):
            return None
        link = self.pages.link(kind.purpose, text)
        lifetime = in_words(self.tokens.terms.of(kind.purpose))
        return Addressed(address, kind(name=name, link=link, lifetime=lifetime))

    async def _occurred(self, event_id: OutboxEventId) -> datetime:
        async with self.uow() as tx:
            return (await tx[OutboxEvent].get(event_id)).occurred_at
