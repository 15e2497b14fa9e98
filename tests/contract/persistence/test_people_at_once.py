"""Many at once: one account per address, one successor per token, one active subscription."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.application.billing.cancel_subscription import CancelSubscription
from moniqo.application.billing.subscribe_plan import PlanChoice, SubscribePlan
from moniqo.application.identity.throttle import Allowance
from moniqo.application.shared.query import eq
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.billing.plan import Plan
from moniqo.domain.billing.subscription import Subscription, SubscriptionStatus
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Email, Username
from moniqo.domain.identity.role import Permission, Role
from moniqo.domain.identity.session import Session
from moniqo.domain.shared.errors import (
    EmailAlreadyRegistered,
    InvalidCredentials,
    Locked,
    RateLimited,
    RuleViolated,
    TokenReused,
    Unauthenticated,
    UsernameTaken,
)
from support.people import PASSWORD, People
from support.store import Place, prepared

pytestmark = pytest.mark.untraced


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def people(place: Place) -> AsyncIterator[People]:
    """On the module's backend, started by five processes at once."""
    async with prepared(place, REGISTRY) as backend:
        many = Allowance("everybody", 10_000, timedelta(hours=1))
        people = People(backend=backend, per_ip=many, mails_per_ip=10_000)
        await asyncio.gather(*(people.seed() for _ in range(5)))
        yield people


@pytest.fixture
def email(people: People) -> str:
    return f"{people.ids.new().hex}@example.com"


async def test_five_first_starts_at_once_made_everything_once(people: People) -> None:
    assert len(await people.all(Role)) == 4
    assert len(await people.all(Plan)) == 3
    assert len(await people.all(Permission)) == 31


async def test_one_address_is_registered_once(people: People, email: str) -> None:
    spellings = (email, email.upper())

    answers = await asyncio.gather(
        *(people.register(email=spellings[number % 2]) for number in range(20)),
        return_exceptions=True,
    )

    assert sum(isinstance(answer, EmailAlreadyRegistered) for answer in answers) == 19
    (account,) = await people.all(Account, eq("email", Email(email)))
    assert account.version == 1


async def test_one_username_is_taken_once(people: People, email: str) -> None:
    name = Username(people.ids.new().hex)

    answers = await asyncio.gather(
        *(people.register(email=f"{number}{email}", username=name) for number in range(10)),
        return_exceptions=True,
    )

    assert sum(isinstance(answer, UsernameTaken) for answer in answers) == 9


async def test_the_fifth_of_many_wrong_passwords_locks(people: People, email: str) -> None:
    await people.register(email=email)

    answers = await asyncio.gather(
        *(people.sign_in(email, "Wrong-horse-7") for _ in range(20)), return_exceptions=True
    )

    (account,) = await people.all(Account, eq("email", Email(email)))
    failed = (eq("action", AuditAction.LOGIN_FAILED), eq("entity_id", account.id))
    assert Counter(map(type, answers)) == {InvalidCredentials: 5, Locked: 15}
    assert account.failed_attempts == 5
    assert len(await people.all(AuditLog, *failed)) == 20


async def test_a_name_that_nobody_has_is_locked_alike(people: People, email: str) -> None:
    answers = await asyncio.gather(
        *(people.sign_in(email, "Wrong-horse-7") for _ in range(20)), return_exceptions=True
    )

    assert Counter(map(type, answers)) == {InvalidCredentials: 5, Locked: 15}


async def test_refusals_are_counted_by_address_whoever_is_meant(people: People) -> None:
    names = [people.ids.new().hex for _ in range(20)]
    crowded = replace(people, per_ip=Allowance("crowd", 12, timedelta(minutes=15)))

    answers = await asyncio.gather(
        *(crowded.sign_in(f"{name}@example.com", "Wrong-horse-7") for name in names),
        return_exceptions=True,
    )

    assert Counter(map(type, answers)) == {InvalidCredentials: 12, RateLimited: 8}


async def test_one_token_has_one_successor(people: People, email: str) -> None:
    await people.register(email=email)
    first = await people.sign_in(email, PASSWORD)

    answers = await asyncio.gather(*(people.refresh(first.refresh_token) for _ in range(20)))

    (session,) = await people.all(Session, eq("user_id", first.user.id))
    assert {answer.refresh_token for answer in answers} == {answers[0].refresh_token}
    assert (session.generation, session.revoked_at) == (1, None)


async def test_a_reused_token_ends_the_session_once(people: People, email: str) -> None:
    await people.register(email=email)
    first = await people.sign_in(email, PASSWORD)
    second = await people.refresh(first.refresh_token)
    await people.refresh(second.refresh_token)

    answers = await asyncio.gather(
        *(people.refresh(first.refresh_token) for _ in range(10)), return_exceptions=True
    )

    (session,) = await people.all(Session, eq("user_id", first.user.id))
    reuse = (eq("action", AuditAction.TOKEN_REUSED), eq("entity_id", session.id))
    assert all(isinstance(answer, Unauthenticated) for answer in answers)
    assert sum(isinstance(answer, TokenReused) for answer in answers) == 1
    assert len(await people.all(AuditLog, *reuse)) == 1
    assert not session.is_live(people.clock.now())


async def test_one_subscription_is_active_whoever_changes_it(people: People, email: str) -> None:
    user = await people.register(email=email)
    plans = await people.all(Plan)
    subscribe = SubscribePlan(people.uow, people.clock, people.ids)
    cancel = CancelSubscription(people.uow, people.clock, people.ids)
    (free,) = await people.all(Subscription, eq("user_id", user.id))

    answers = await asyncio.gather(
        cancel(user_id=user.id, subscription_id=free.id),
        *(
            subscribe(user_id=user.id, choice=PlanChoice(plans[number % 3].id))
            for number in range(15)
        ),
        return_exceptions=True,
    )

    history = await people.all(Subscription, eq("user_id", user.id))
    kept = [answer for answer in answers if isinstance(answer, Subscription)]
    active = [item for item in history if item.status is SubscriptionStatus.ACTIVE]
    assert len(active) == 1
    assert len(history) == 1 + len(kept)
    assert len(kept) == 16 or isinstance(answers[0], RuleViolated)
