"""Birthdays are real and past; people have names."""

from datetime import date
from uuid import UUID

import pytest

from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Email, PasswordHash
from moniqo.domain.identity.role import Permission, Role
from moniqo.domain.identity.user import Birthday, PhoneNumber, User
from moniqo.domain.shared.errors import Invalid, RuleViolated
from moniqo.domain.shared.ids import AccountId, PermissionId, RoleId, UserId
from support.clock import SettableClock
from support.store import CountingIds

IDS = CountingIds()
TODAY = date(2026, 2, 28)
NOW = SettableClock().now()


def user(**changes: object) -> User:
    fields: dict[str, object] = {"first_name": "Ada", "last_name": "Lovelace"}
    named = fields | changes
    return User(
        id=UserId(IDS.new()),
        account_id=AccountId(IDS.new()),
        role_id=RoleId(IDS.new()),
        **named,  # type: ignore[arg-type]
    )


def test_a_day_that_no_calendar_has_is_refused() -> None:
    assert Birthday(29, 2, 2024)
    with pytest.raises(Invalid) as refused:
        Birthday(29, 2, 2023)

    assert refused.value.faults[0].field == "day"


@pytest.mark.parametrize("birthday", [Birthday(27, 2, 2026), Birthday(28, 2, 1876)])
def test_a_past_day_is_plausible(birthday: Birthday) -> None:
    birthday.require_plausible(TODAY)


@pytest.mark.parametrize(
    "birthday", [Birthday(28, 2, 2026), Birthday(1, 1, 2027), Birthday(27, 2, 1876)]
)
def test_today_the_future_and_long_ago_are_not(birthday: Birthday) -> None:
    with pytest.raises(Invalid, match="birthday"):
        birthday.require_plausible(TODAY)


def test_150_years_are_counted_from_a_leap_day_too() -> None:
    leap_day = date(2024, 2, 29)

    Birthday(1, 3, 1874).require_plausible(leap_day)
    with pytest.raises(Invalid):
        Birthday(28, 2, 1874).require_plausible(leap_day)


def test_a_full_name_is_both_names() -> None:
    assert user().full_name == "Ada Lovelace"


@pytest.mark.parametrize("name", ["", "   ", "Eve\r\nBcc: x@evil.test", "a\x1b[31m", "x" * 101])
def test_a_name_is_one_visible_line(name: str) -> None:
    with pytest.raises(Invalid):
        user(first_name=name)


def test_a_phone_number_has_both_its_parts() -> None:
    assert PhoneNumber("+49", "15112345678")
    for parts in (("", "15112345678"), ("+0", "15112345678"), ("+49", ""), ("+49", "0151/123")):
        with pytest.raises(Invalid):
            PhoneNumber(*parts)


def test_a_permission_is_written_as_resource_and_action() -> None:
    permission = Permission(id=PermissionId(IDS.new()), resource="agents", action="write")

    assert permission.key == "agents:write"


def test_a_sign_in_clears_what_failures_counted() -> None:
    account = Account(
        id=AccountId(IDS.new()),
        email=Email("ada@example.com"),
        password_hash=PasswordHash("old"),
        password_changed_at=NOW,
    )

    failed = account.sign_in_failed(NOW).sign_in_failed()
    after = failed.signed_in(NOW, PasswordHash("new"))

    assert (failed.failed_attempts, failed.locked_until) == (2, NOW)
    assert (after.failed_attempts, after.last_login_at) == (0, NOW)
    assert after.locked_until is None
    assert after.password_hash.value == "new"
    assert failed.signed_in(NOW, None).password_hash.value == "old"


def test_a_role_gains_each_permission_once_and_loses_one() -> None:
    first, second = PermissionId(UUID(int=1)), PermissionId(UUID(int=2))
    role = Role(id=RoleId(UUID(int=3)), name="Analyst", permission_ids=(first,))

    more = role.granting((second, first, second))

    assert more.permission_ids == (first, second)
    assert more.without(first).permission_ids == (second,)
    role.require_changeable()


def test_a_system_role_is_not_to_be_changed() -> None:
    role = Role(id=RoleId(UUID(int=3)), name="Admin", is_system=True)

    with pytest.raises(RuleViolated, match="Admin is a system role"):
        role.require_changeable()
