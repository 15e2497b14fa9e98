"""Many at once at the doors: links are used once, limits hold, of sessions the newest stay."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.application.identity.change_password import PasswordChange
from moniqo.application.identity.mail_tokens import Wish
from moniqo.application.identity.members import Profile
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.reset_password import PasswordReset
from moniqo.application.identity.signed_in import SessionTerms
from moniqo.application.identity.throttle import Allowance
from moniqo.application.shared.query import eq, is_null
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.identity.attempts import Attempts
from moniqo.domain.identity.credentials import Email, Password
from moniqo.domain.identity.mail_token import MailPurpose, MailToken, MailTokenId
from moniqo.domain.identity.session import Session
from moniqo.domain.shared.errors import InvalidCredentials, InvalidToken, RateLimited
from support.people import PASSWORD, People
from support.store import Place, prepared

pytestmark = pytest.mark.untraced

HOUR = timedelta(hours=1)
PLENTY = Allowance("plenty", 10_000, HOUR)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def people(place: Place) -> AsyncIterator[People]:
    """On the module's backend."""
    async with prepared(place, REGISTRY) as backend:
        people = People(backend=backend, per_ip=PLENTY)
        await people.seed()
        yield people


@pytest_asyncio.fixture(loop_scope="session")
async def ada(people: People) -> Profile:
    return await people.register(email=f"{people.ids.new().hex}@example.com")


async def mailed(people: People, user: Profile) -> str:
    text = await people.mail_tokens.issue(
        token_id=MailTokenId(people.ids.new()), wish=wish(people, user)
    )
    assert text is not None
    return text


def wish(people: People, user: Profile) -> Wish:
    return Wish(
        user_id=user.id,
        purpose=MailPurpose.RESET,
        email=Email(user.email.value),
        asked_at=people.clock.now(),
    )


async def test_s22_a_link_is_used_once(people: People, ada: Profile) -> None:
    link = await mailed(people, ada)
    resets = [PasswordReset(link, Password(f"Battery-staple-{one}")) for one in range(20)]

    answers = await asyncio.gather(
        *(people.reset_password(reset=reset) for reset in resets), return_exceptions=True
    )

    assert Counter(map(type, answers)) == {type(None): 1, InvalidToken: 19}
    kept = resets[answers.index(None)].password.value
    assert (await people.sign_in(ada.email.value, kept)).user.id == ada.id


async def test_of_many_links_mailed_at_once_one_is_good(people: People, ada: Profile) -> None:
    links = await asyncio.gather(*(mailed(people, ada) for _ in range(10)))

    of_hers = (eq("user_id", ada.id),)
    assert len(set(links)) == 10
    assert len(await people.all(MailToken, *of_hers)) == 1


async def test_a_mail_told_twice_at_once_has_one_link(people: People, ada: Profile) -> None:
    token_id = MailTokenId(people.ids.new())

    links = await asyncio.gather(
        *(people.mail_tokens.issue(token_id=token_id, wish=wish(people, ada)) for _ in range(10))
    )

    assert len(set(links)) == 1


async def test_a_limit_holds_to_the_last(people: People) -> None:
    seven = Allowance("upload", 7, HOUR)
    key = people.ids.new().hex

    answers = await asyncio.gather(
        *(people.throttle.take(seven, key) for _ in range(20)), return_exceptions=True
    )

    assert Counter(map(type, answers)) == {type(None): 7, RateLimited: 13}
    assert [kept.count for kept in await people.all(Attempts, eq("kind", "upload"))] == [7]


async def test_s49_the_number_of_sessions_holds(people: People, ada: Profile) -> None:
    few = replace(people, terms=SessionTerms(at_most=3))

    await asyncio.gather(*(few.sign_in(ada.email.value, PASSWORD) for _ in range(12)))

    of_hers = (eq("user_id", ada.id),)
    assert len(await people.all(Session, *of_hers)) == 12
    assert len(await people.all(Session, *of_hers, is_null("revoked_at"))) == 3


async def test_a_password_is_changed_once(people: People, ada: Profile) -> None:
    signed_in = await people.sign_in(ada.email.value, PASSWORD)
    caller = await people.authenticate(token=signed_in.access_token)

    answers = await asyncio.gather(
        *(changed(people, caller, f"Battery-staple-{one}") for one in range(10)),
        return_exceptions=True,
    )

    told = [
        event
        for event in await people.all(OutboxEvent, eq("name", "PasswordChanged"))
        if event.payload["user_id"] == str(ada.id)
    ]
    kinds = Counter(map(type, answers))
    assert (kinds[type(None)], len(told)) == (1, 1)
    assert kinds.keys() <= {type(None), InvalidCredentials, RateLimited}


async def changed(people: People, caller: Principal, password: str) -> None:
    change = PasswordChange(Password(PASSWORD), Password(password))
    await people.change_password(caller=caller, change=change)
