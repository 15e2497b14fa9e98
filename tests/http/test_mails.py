"""What people get by mail for what they do over HTTP, and what happens if it cannot be sent."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from dishka import Provider, Scope, provide

from moniqo.adapters.persistence.telling import Bell
from moniqo.application.mail.ports import Mailer
from moniqo.application.notifications.relay_outbox import RELAY_OUTBOX, RelayTerms
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import Unavailable
from support.asgi import Reply
from support.house import PASSWORD, House, house_settings, open_house
from support.letters import Bag, token_in

AUTH = "/api/v1/auth"
ADA = "ada@example.com"


class Impatient(Provider):
    """What could not be told is told again at once."""

    scope = Scope.APP

    @provide
    def terms(self) -> RelayTerms:
        """No pauses."""
        return RelayTerms(first_pause=timedelta(milliseconds=1))


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """An application in which addresses are to be verified."""
    async with open_house(house_settings(auto_verify_email=False), Impatient()) as opened:
        yield opened


async def register(house: House, email: str = ADA, **names: str) -> Reply:
    person = {"first_name": "Ada", "last_name": "Lovelace"} | names
    return await house.client.post(
        f"{AUTH}/register", {"email": email, "password": PASSWORD} | person
    )


async def log_in(house: House, password: str = PASSWORD) -> int:
    reply = await house.client.post(f"{AUTH}/login", {"email": ADA, "password": password})
    return reply.status


async def bag_of(house: House) -> Bag:
    bag = await house.container.get(Mailer)
    assert isinstance(bag, Bag)
    return bag


async def test_whoever_registers_follows_the_mailed_link_and_is_in(house: House) -> None:
    await register(house)
    before = await log_in(house)
    (mail,) = await house.mails(ADA)

    followed = await house.client.get(f"{AUTH}/verify-email?token={token_in(mail)}")

    assert (before, followed.status, await log_in(house)) == (403, 200, 200)


async def test_whoever_forgot_the_password_chooses_another_by_the_mailed_link(
    house: House,
) -> None:
    await register(house)
    await house.client.get(f"{AUTH}/verify-email?token={token_in((await house.mails(ADA))[0])}")
    await house.client.post(f"{AUTH}/forgot-password", {"email": ADA})
    reset = (await house.mails(ADA))[-1]

    chosen = {"token": token_in(reset), "password": "Other-Horse-8"}
    answer = await house.client.post(f"{AUTH}/reset-password", chosen)

    subjects = [mail.subject for mail in await house.mails(ADA)]
    assert answer.status == 200
    assert await log_in(house, "Other-Horse-8") == 200
    assert subjects[1:4] == [
        "Welcome to Moniqo",
        "Reset your password",
        "Your password was changed",
    ]


async def test_S14_fifty_registrations_at_once_mail_once(house: House) -> None:  # noqa: N802
    answers = await asyncio.gather(*(register(house) for _ in range(50)))

    assert sorted(answer.status for answer in answers) == [201] + [400] * 49
    assert len(await house.mails(ADA)) == 1


async def test_S15_whoever_registers_while_mail_is_down_gets_it_later(  # noqa: N802
    house: House,
) -> None:
    bag = await bag_of(house)
    bag.problem = Unavailable("Down.")
    answer = await register(house)
    await house.quiet()
    (waiting,) = await house.all(OutboxEvent)
    bag.problem = None

    await asyncio.sleep(0.01)
    await (await house.container.get(Bell)).ring(RELAY_OUTBOX)

    assert answer.status == 201
    assert (waiting.done_at, waiting.error) == (None, "Unavailable: Down.")
    assert len(await house.mails(ADA)) == 1


async def test_S20_an_address_that_nobody_has_gets_nothing(house: House) -> None:  # noqa: N802
    for route in ("forgot-password", "resend-verification"):
        answer = await house.client.post(f"{AUTH}/{route}", {"email": ADA})
        assert answer.status == 200

    assert (await bag_of(house)).handed_over == 0
    assert await house.mails(ADA) == []


async def test_S43_whoever_was_deactivated_gets_no_mail_any_more(house: House) -> None:  # noqa: N802
    await register(house)
    (user,) = await house.all(User)
    before = len(await house.mails(ADA))
    await house.deactivated(user.id)

    await house.client.post(f"{AUTH}/forgot-password", {"email": ADA})
    await house.client.post(f"{AUTH}/resend-verification", {"email": ADA})

    assert len(await house.mails(ADA)) == before


@pytest.mark.parametrize(
    "name", ["Eve\r\nBcc: x@evil.test", "<img src=x onerror=alert(1)>", "{{7*7}}", "=1+1"]
)
async def test_S26_a_name_breaks_no_mail(house: House, name: str) -> None:  # noqa: N802
    answer = await register(house, first_name=name)
    if answer.status == 422:
        assert "\r\n" in name
        return
    (account,) = await house.all(Account)
    await house.client.get(f"{AUTH}/verify-email?token={token_in((await house.mails(ADA))[0])}")
    await house.client.post(f"{AUTH}/forgot-password", {"email": account.email.value})

    mail = (await house.mails(ADA))[-1]

    assert mail.text.startswith(f"Hello {name},")
    assert "<img" not in mail.html
    assert mail.subject == "Reset your password"


async def test_no_request_waits_for_a_mail(house: House) -> None:
    bag = await bag_of(house)
    finish = asyncio.Event()

    async def slow(_: object, *, key: str) -> None:
        assert key
        await finish.wait()

    bag.send = slow  # type: ignore[method-assign,assignment]
    answer = await asyncio.wait_for(register(house), 5)
    finish.set()

    assert answer.status == 201
