"""Whatever people and operators do in whatever order, every token is worth what it should be."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from itertools import count
from typing import Any, TypeVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from moniqo.domain.identity.mail_token import MailPurpose
from support.asgi import Reply
from support.reception import AUTH, ME, WRONG, Reception, open_reception
from support.token_model import Login, Person, begun

pytestmark = pytest.mark.untraced
T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, T]], T]
UNLIMITED = 1_000_000
WHO = st.integers(0, 1)
WHICH = st.integers(0, 30)
NUMBERS = count()
WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""A failing history is told as it was found: each step of a shorter one costs many requests."""


def answer(reply: Reply) -> tuple[int, str | None]:
    """Status and code."""
    return reply.status, None if reply.status < 300 else reply.code


class Tokens(RuleBasedStateMachine):
    """Two people, their sessions, and an operator."""

    def __init__(self, reception: Reception, run: Run[Any]) -> None:
        super().__init__()
        self.reception = reception
        self.run = run
        number = next(NUMBERS)
        self.people = [Person(f"p{number}-{one}@example.com") for one in range(2)]
        self.logins: list[Login] = []

    @property
    def now(self) -> Any:
        return self.reception.clock.now()

    def post(self, path: str, payload: Any, token: str | None = None) -> Reply:
        return self.run(self.reception.post(path, payload, token))  # type: ignore[no-any-return]

    def link(self, who: Person, purpose: MailPurpose) -> str:
        return self.run(self.reception.link(purpose, who.email))  # type: ignore[no-any-return]

    def operate(self, method: str, path: str, payload: Any = None) -> None:
        operator = self.run(self.reception.tokens("root@example.com"))["access_token"]
        client = self.reception.nobody.signed_in(operator)
        call = client.put(path, payload) if method == "PUT" else client.post(path)
        assert self.run(call).status == 200

    def fresh_password(self) -> str:
        return f"Correct-Horse-{next(NUMBERS)}"

    def end(self, owner: Person, but: Login | None = None) -> None:
        for login in self.logins:
            if login.owner is owner and login is not but:
                login.revoked = True

    def some(self, which: int) -> Login:
        """Mostly one that goes on: of the others there are more and more."""
        live = [login for login in self.logins if login.is_live(self.now)]
        among = live if live and which % 5 else self.logins
        return among[which % len(among)]

    @initialize()
    def somebody_is_signed_in(self) -> None:
        self.register(0)
        self.verify(0)
        self.log_in(0, "right")
        self.log_in(0, "right")

    def register(self, who: int) -> None:
        person = self.people[who]
        password = self.fresh_password()
        names = {"first_name": "Grace", "last_name": "Hopper"}
        reply = self.post(
            f"{AUTH}/register", {"email": person.email, "password": password, **names}
        )
        if person.exists:
            assert answer(reply) == (400, "EMAIL_ALREADY_REGISTERED")
            return
        assert reply.status == 201
        person.user_id, person.password = reply.data["id"], password

    def verify(self, who: int) -> None:
        person = self.people[who]
        if person.exists:
            link = self.link(person, MailPurpose.VERIFY)
            reply = self.post(f"{AUTH}/verify-email", {"token": link})
            assert reply.status == (200 if person.is_active else 400)
            person.is_verified |= person.is_active

    @rule(who=WHO, typed=st.sampled_from(["right", "right", "right", "wrong"]))
    def log_in(self, who: int, typed: str) -> None:
        person = self.people[who]
        right = typed == "right"
        password = person.password if person.exists and right else WRONG
        reply = self.post(f"{AUTH}/login", {"email": person.email, "password": password})
        if not (person.exists and right):
            assert answer(reply) == (401, "INVALID_CREDENTIALS")
        elif not person.is_verified:
            assert answer(reply) == (403, "EMAIL_NOT_VERIFIED")
        elif not person.is_active:
            assert answer(reply) == (403, "ACCOUNT_INACTIVE")
        else:
            assert reply.status == 200
            login = begun(person, self.now)
            login.given(reply.data["access_token"], reply.data["refresh_token"], self.now)
            self.logins.append(login)

    @precondition(lambda self: self.logins)
    @rule(which=WHICH)
    def refresh(self, which: int) -> None:
        self.exchange(self.some(which), 1)

    @precondition(lambda self: self.logins)
    @rule(which=WHICH, back=st.sampled_from([2, 2, 3]))
    def refresh_by_an_older_one(self, which: int, back: int) -> None:
        self.exchange(self.some(which), back)

    @precondition(lambda self: self.logins)
    @rule(which=WHICH, seconds=st.sampled_from([0, 9, 10, 11]), back=st.sampled_from([2, 2, 3]))
    def renew_and_repeat(self, which: int, seconds: int, back: int) -> None:
        login = self.some(which)
        self.exchange(login, 1)
        self.reception.clock.advance(seconds=seconds)
        self.exchange(login, back)

    def exchange(self, login: Login, back: int) -> None:
        text = login.refresh[-min(back, len(login.refresh))]
        expected = login.refresh_answer(text, self.now)
        reply = self.run(self.reception.refresh(text))
        assert answer(reply) == expected
        if reply.status == 200:
            if text != login.refresh[-1]:
                assert reply.data["refresh_token"] == login.refresh[-1]
            login.given(reply.data["access_token"], reply.data["refresh_token"], self.now)
        login.revoked |= expected[1] == "TOKEN_REUSED"

    @precondition(lambda self: self.logins)
    @rule(which=WHICH, path=st.sampled_from(["logout", "logout-all"]))
    def log_out(self, which: int, path: str) -> None:
        login = self.some(which)
        token = login.access[-1]
        expected = login.access_answer(token, self.now)
        assert answer(self.post(f"{AUTH}/{path}", {}, token.text)) == expected
        if expected[0] == 200:
            login.revoked = True
            if path == "logout-all":
                self.end(login.owner)

    def reset(self, who: int) -> None:
        person, password = self.people[who], self.fresh_password()
        if person.exists:
            link = self.link(person, MailPurpose.RESET)
            reply = self.post(f"{AUTH}/reset-password", {"token": link, "password": password})
            assert reply.status == (200 if person.is_active else 400)
            if person.is_active:
                person.password, person.is_verified = password, True
                self.end(person)

    @precondition(lambda self: self.logins)
    @rule(which=WHICH)
    def change_password(self, which: int) -> None:
        login, password = self.some(which), self.fresh_password()
        token = login.access[-1]
        expected = login.access_answer(token, self.now)
        change = {"current_password": login.owner.password, "new_password": password}
        assert answer(self.post(f"{AUTH}/change-password", change, token.text)) == expected
        if expected[0] == 200:
            login.owner.password = password
            self.end(login.owner, but=login)

    @rule(who=WHO, what=st.sampled_from(["deactivate", "deactivate", "reset", "role"]))
    def shut_out(self, who: int, what: str) -> None:
        if what == "reset":
            self.reset(who)
        elif what == "role":
            self.change_role(who)
        else:
            self.deactivate(who)

    @rule(who=WHO)
    def let_in(self, who: int) -> None:
        # A link asked for at the very instant of a change may be from before it.
        self.reception.clock.advance(seconds=1)
        self.register(who)
        self.activate(who)
        self.verify(who)

    def deactivate(self, who: int) -> None:
        person = self.people[who]
        if person.exists:
            self.operate("POST", f"/api/v1/users/{person.user_id}/deactivate")
            person.is_active = False
            self.end(person)

    def activate(self, who: int) -> None:
        person = self.people[who]
        if person.exists:
            self.operate("POST", f"/api/v1/users/{person.user_id}/activate")
            person.is_active = True

    def change_role(self, who: int) -> None:
        person = self.people[who]
        role = "User" if person.role == "Moderator" else "Moderator"
        if person.exists:
            roles = self.run(self.reception.roles())
            path = f"/api/v1/users/{person.user_id}/role"
            self.operate("PUT", path, {"role_id": roles[role]})
            person.role = role
            self.end(person)

    @rule(seconds=st.sampled_from([1, 4, 9, 11]))
    def wait(self, seconds: int) -> None:
        self.reception.clock.advance(seconds=seconds)

    @rule(seconds=st.sampled_from([1_200, 1_200, 1_801, 86_400 * 3, 86_400 * 8]))
    def wait_long(self, seconds: int) -> None:
        self.reception.clock.advance(seconds=seconds)

    @invariant()
    def every_token_is_worth_what_it_should_be(self) -> None:
        self.run(self._everything())

    async def _everything(self) -> None:
        for login in self.logins:
            for token in login.access:
                reply = await self.reception.nobody.signed_in(token.text).get(ME)
                assert answer(reply) == login.access_answer(token, self.now)
                assert reply.status != 200 or reply.data["role"] == login.owner.role
            if login.standing(self.now)[0] != 200:
                for text in login.refresh:
                    reply = await self.reception.refresh(text)
                    assert answer(reply) == login.standing(self.now)


def test_every_token_ever_issued_answers_as_it_should() -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        context = open_reception(
            auto_verify=False,
            refreshes_per_hour=UNLIMITED,
            password_changes_per_hour=UNLIMITED,
            sign_in_failures_per_ip=UNLIMITED,
            lockout_attempts=UNLIMITED,
            mails_per_ip_per_hour=UNLIMITED,
            mails_per_address_per_hour=UNLIMITED,
        )
        reception = runner.run(stack.enter_async_context(context))
        runner.run(reception.house.made("root", "Superadmin"))

        run_state_machine_as_test(
            lambda: Tokens(reception, runner.run),
            settings=settings(max_examples=25, stateful_step_count=40, phases=WITHOUT_SHRINKING),
        )

        runner.run(stack.aclose())
