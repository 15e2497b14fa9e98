"""Whether or not somebody exists, a refusal costs the same reads and writes."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from moniqo.adapters.identity.email_addresses import ValidatedEmailAddresses
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.application.identity.addressee import Addressee
from moniqo.application.identity.credentials import Credentials
from moniqo.application.identity.forgot_password import ForgotPassword
from moniqo.application.identity.resend_verification import ResendVerification
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Password, Username
from moniqo.domain.shared.errors import AppError
from support.people import People, open_people

CALLS = ("find", "find_and_count", "count", "insert", "update", "delete", "commit")
WRITES = ("insert", "update")


@dataclass
class CountingBackend:
    """Memory that counts what is asked of its sessions."""

    inner: MemoryBackend = field(default_factory=lambda: MemoryBackend(REGISTRY))
    calls: Counter[str] = field(default_factory=Counter)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def session(self) -> Any:
        return _CountingSession(self.inner.session(), self.calls)


class _CountingSession:
    def __init__(self, inner: Any, calls: Counter[str]) -> None:
        self._inner = inner
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        if name in CALLS:
            self._calls["write" if name in WRITES else name] += 1
        return getattr(self._inner, name)


async def crowd() -> tuple[People, Counter[str]]:
    """One of each, and what is asked of the store."""
    backend = CountingBackend()
    people = await open_people(backend=backend)
    states: dict[str, dict[str, bool]] = {
        "new": {"is_verified": False},
        "off": {"is_active": False},
    }
    for name in ("ada", "new", "off", "gone"):
        await people.register(email=f"{name}@example.com", username=Username(name))
    for account in await people.all(Account):
        name = account.username.value
        if name == "gone":
            await people.remove(account)
        else:
            await people.save(account.with_(**states.get(name, {})))
    return people, backend.calls


async def work(calls: Counter[str], attempt: Any) -> Counter[str]:
    calls.clear()
    with suppress(AppError):
        await attempt
    return Counter(calls)


@pytest.mark.parametrize("known", ["ada", "new", "off", "gone"])
@pytest.mark.parametrize("field", ["email", "username"])
async def test_wrong_passwords_cost_the_same_for_everybody(known: str, field: str) -> None:
    people, calls = await crowd()

    def attempt(name: str) -> Any:
        named = {field: f"{name}@example.com" if field == "email" else name}
        return people.log_in(credentials=Credentials(**named, password=Password("Wrong-horse-7")))

    # Up to the lock and beyond it.
    for _ in range(7):
        assert await work(calls, attempt(known)) == await work(calls, attempt("nobody"))


@pytest.mark.parametrize("known", ["ada", "new", "off", "gone"])
@pytest.mark.parametrize("use_case", [ForgotPassword, ResendVerification])
async def test_asking_for_mail_costs_the_same_for_everybody(known: str, use_case: Any) -> None:
    people, calls = await crowd()
    ask = use_case(ValidatedEmailAddresses(), people.mail_requests)

    # Up to the limit and beyond it.
    for _ in range(5):
        mine, theirs = [
            await work(calls, ask(addressee=Addressee(f"{name}@example.com")))
            for name in (known, "nobody")
        ]
        assert mine == theirs
