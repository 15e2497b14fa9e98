"""Who calls: each way to read it says the same, and notices every change at once."""

from typing import Any

import pytest
import pytest_asyncio

from moniqo.adapters.persistence.principals import StoredPrincipals, principals_of
from moniqo.application.identity.ports import PrincipalReader, SessionState
from moniqo.application.shared.query import eq
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.role import Permission, Role
from moniqo.domain.identity.session import RevokeReason, Session
from moniqo.domain.identity.user import User
from moniqo.domain.shared.ids import SessionId
from support.people import PASSWORD, People


@pytest.fixture(params=["fastest", "generic"])
def reader(request: pytest.FixtureRequest, people: People) -> PrincipalReader:
    if request.param == "generic":
        return StoredPrincipals(people.uow)
    return principals_of(people.backend, people.uow)


@pytest_asyncio.fixture(loop_scope="session")
async def session(people: People) -> Session:
    """Of somebody new."""
    email = f"{people.ids.new().hex}@example.com"
    profile = await people.register(email=email)
    await people.sign_in(email, PASSWORD)
    (found,) = await people.all(Session, eq("user_id", profile.id))
    return found  # type: ignore[no-any-return]


async def one(people: People, entity: type[Any], field: str, value: object) -> Any:
    (found,) = await people.all(entity, eq(field, value))
    return found


async def test_everything_that_decides_is_read(
    people: People, reader: PrincipalReader, session: Session
) -> None:
    user = await one(people, User, "id", session.user_id)
    account = await one(people, Account, "id", user.account_id)
    role = await one(people, Role, "id", user.role_id)
    known = {item.id: item.key for item in await people.all(Permission)}

    state = await reader.by_session(session.id)

    assert state == SessionState(
        session_id=session.id,
        user_id=user.id,
        account_id=account.id,
        email=account.email.value,
        role="User",
        permissions=frozenset(known[key] for key in role.permission_ids),
        is_active=True,
        is_verified=True,
        is_revoked=False,
        expires_at=session.expires_at,
    )


async def test_an_unknown_session_has_no_state(people: People, reader: PrincipalReader) -> None:
    assert await reader.by_session(SessionId(people.ids.new())) is None


async def test_a_revoked_session_says_so(
    people: People, reader: PrincipalReader, session: Session
) -> None:
    now = people.clock.now()
    await people.save(session.revoked(RevokeReason.LOGOUT, now).with_(absolute_expires_at=now))

    state = await reader.by_session(session.id)

    assert state is not None
    assert (state.is_revoked, state.expires_at) == (True, now)


async def test_a_deactivated_or_unverified_account_says_so(
    people: People, reader: PrincipalReader, session: Session
) -> None:
    user = await one(people, User, "id", session.user_id)
    account = await one(people, Account, "id", user.account_id)
    account = await people.save(account.with_(is_active=False))
    deactivated = await reader.by_session(session.id)
    await people.save(account.with_(is_active=True, is_verified=False))
    unverified = await reader.by_session(session.id)

    assert deactivated is not None
    assert unverified is not None
    assert (deactivated.is_active, deactivated.is_verified) == (False, True)
    assert (unverified.is_active, unverified.is_verified) == (True, False)


@pytest.mark.parametrize("entity", [Session, User, Account])
async def test_what_was_removed_has_no_state(
    people: People, reader: PrincipalReader, session: Session, entity: type[Any]
) -> None:
    user = await one(people, User, "id", session.user_id)
    ids = {Session: session.id, User: user.id, Account: user.account_id}
    await people.remove(await one(people, entity, "id", ids[entity]))

    assert await reader.by_session(session.id) is None


async def test_a_role_of_few_or_no_rights_grants_no_more(
    people: People, reader: PrincipalReader, session: Session
) -> None:
    right = await people.add(
        Permission(id=people.ids.new(), resource="things", action=f"a{people.ids.new().hex}")
    )
    role = await people.add(
        Role(id=people.ids.new(), name=people.ids.new().hex, permission_ids=(right.id,))
    )
    user = await one(people, User, "id", session.user_id)
    await people.save(user.with_(role_id=role.id))

    with_one = await reader.by_session(session.id)
    await people.remove(right)
    with_none = await reader.by_session(session.id)
    await people.remove(role)
    without_role = await reader.by_session(session.id)

    assert with_one is not None
    assert with_none is not None
    assert (with_one.role, with_one.permissions) == (role.name, {right.key})
    assert with_none.permissions == frozenset()
    assert without_role is None
