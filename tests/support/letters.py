"""Mails put together on the memory backend: who gets which, and where its link leads."""

import re
from dataclasses import dataclass, field

from dishka import Provider, Scope, provide

from moniqo.adapters.mail.minijinja_mail_templates import MinijinjaMailTemplates
from moniqo.adapters.queue.stored import StoredTasks
from moniqo.adapters.security.hmac_mail_links import HmacMailLinks
from moniqo.application.identity.mail_tokens import MailTokens
from moniqo.application.mail.desk import Desk
from moniqo.application.mail.mail_event import MailEvent
from moniqo.application.mail.pace import Pace, PaceTerms
from moniqo.application.mail.pages import Pages
from moniqo.application.mail.ports import Mail, Mailer
from moniqo.application.shared.query import eq
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import AppError
from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import OutboxEventId
from moniqo.domain.shared.types import JsonObject
from support.factories import registered_user
from support.people import KEYS, People

_TOKEN = re.compile(r"\?token=(\S+)")


@dataclass
class Bag:
    """See `Mailer`: keeps each key's mail once; refuses with `problem` while there is one."""

    mails: dict[str, Mail] = field(default_factory=dict)
    problem: AppError | None = None
    handed_over: int = 0

    async def send(self, mail: Mail, *, key: str) -> None:
        """See `Mailer`."""
        self.handed_over += 1
        if self.problem is not None:
            raise self.problem
        self.mails.setdefault(key, mail)

    async def probe(self) -> str:
        """See `Mailer`."""
        return "a bag"


class Bags(Provider):
    """A bag instead of what the settings say."""

    scope = Scope.APP

    @provide
    def mailer(self) -> Mailer:
        """Empty at first."""
        return Bag()


@dataclass
class PostRoom:
    """People, and the mails that they get."""

    people: People = field(default_factory=People)
    bag: Bag = field(default_factory=Bag)
    at_once: int = 5

    @property
    def tokens(self) -> MailTokens:
        """What links prove."""
        return MailTokens(self.people.uow, self.people.clock, HmacMailLinks(keys=KEYS))

    @property
    def pace(self) -> Pace:
        """How many mails of notifications go out at once."""
        people = self.people
        queue = StoredTasks(people.clock, people.ids, {})
        return Pace(people.uow, people.clock, people.ids, queue, PaceTerms(self.at_once))

    @property
    def react(self) -> MailEvent:
        """The reaction."""
        pages = Pages.of_frontend("https://app.moniqo.test/")
        desk = Desk(self.people.uow, self.people.clock, self.tokens, pages, self.pace)
        return MailEvent(desk, MinijinjaMailTemplates("Moniqo"), self.bag)

    async def told(self, event: Event, event_id: OutboxEventId | None = None) -> Mail | None:
        """The mail that the event gave, if it gave one."""
        event_id = event_id or OutboxEventId(self.people.ids.new())
        await self.happened(event, event_id)
        self.bag.mails.pop(str(event_id), None)
        await self.react(event, event_id)
        return self.bag.mails.get(str(event_id))

    async def happened(self, event: Event, event_id: OutboxEventId) -> None:
        """The event is in the outbox from now on, unless it was already."""
        now = self.people.clock.now()
        async with self.people.uow() as tx:
            if await tx[OutboxEvent].first(eq("id", event_id)) is None:
                row = OutboxEvent(
                    id=event_id,
                    name=type(event).__name__,
                    payload=JsonObject({}),
                    occurred_at=now,
                )
                await tx[OutboxEvent].add(row)

    async def somebody(self, *, is_verified: bool = True, **names: str) -> tuple[User, Account]:
        """A user and their account."""
        user = await registered_user(self.people, **names)
        async with self.people.uow() as tx:
            account = await tx[Account].get(user.account_id)
            if not is_verified:
                account = await tx[Account].save(account.with_(is_verified=False))
        return user, account


def token_in(mail: Mail) -> str:
    """The token of the mail's link."""
    found = _TOKEN.search(mail.text)
    assert found is not None, mail.text
    return found[1]
