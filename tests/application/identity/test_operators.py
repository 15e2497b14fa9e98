"""Operators and the accounts of others, where the API alone does not lead."""

from collections.abc import Awaitable, Callable

import pytest

from moniqo.adapters.security.bcrypt_hasher import BcryptPasswordHasher
from moniqo.application.identity.assign_role import AssignRole, RoleChoice
from moniqo.application.identity.create_permission import CreatePermission
from moniqo.application.identity.create_role import CreateRole
from moniqo.application.identity.deactivate_user import DeactivateUser
from moniqo.application.identity.invite_user import InviteUser
from moniqo.application.identity.ports import Verdict
from moniqo.application.identity.registration import Invitation
from moniqo.application.identity.remove_permission import RemovePermission
from moniqo.application.identity.remove_user import RemoveUser
from moniqo.application.identity.role_drafts import PermissionDraft, RoleDraft
from moniqo.application.identity.roles import require_reach
from moniqo.application.shared.query import eq
from moniqo.domain.audit.audit_log import AuditAction, AuditLog, AuditStatus
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Password, PasswordHash
from moniqo.domain.identity.mail_token import MailPurpose, MailToken
from moniqo.domain.identity.role import Role
from moniqo.domain.identity.session import Session
from moniqo.domain.shared.errors import (
    AccountInactive,
    Forbidden,
    Invalid,
    RuleViolated,
    Unavailable,
)
from support.people import KEYS, People, open_people


class InterruptedHasher(BcryptPasswordHasher):
    """Something happens while a password is being checked."""

    def __init__(self) -> None:
        super().__init__(peppers=KEYS, cost=4)
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    async def verify(self, password: Password, stored: PasswordHash | None) -> Verdict:
        verdict = await super().verify(password, stored)
        if self.meanwhile is not None:
            await self.meanwhile()
        return verdict


async def test_an_account_shut_while_its_password_is_checked_gets_no_session() -> None:
    hasher = InterruptedHasher()
    people = await open_people(hasher=hasher)
    ada = await people.made(email="ada@example.com")
    king = await people.made("Superadmin")

    async def shut() -> None:
        deactivate = DeactivateUser(people.operating, people.clock)
        await deactivate(caller=king, user_id=ada.user_id)

    hasher.meanwhile = shut

    with pytest.raises(AccountInactive):
        await people.sign_in()

    (row,) = await people.all(AuditLog, eq("action", AuditAction.LOGIN_FAILED))
    assert await people.all(Session) == ()
    assert row.status is AuditStatus.FAILURE


async def test_leaving_withdraws_mailed_links_and_tells_of_it_once() -> None:
    people = await open_people()
    ada, king = await people.made(), await people.made("Superadmin")
    token = await people.add(
        MailToken(
            id=people.ids.new(),
            user_id=ada.user_id,
            purpose=MailPurpose.RESET,
            token_hash=people.refresh_tokens.issue(people.ids.new(), 0).hash,
            expires_at=people.clock.now(),
        )
    )
    deactivate = DeactivateUser(people.operating, people.clock)

    shut = [await deactivate(caller=king, user_id=ada.user_id) for _ in range(2)]

    told = await people.all(OutboxEvent, eq("name", "UserSuspended"))
    assert [profile.is_active for profile in shut] == [False, False]
    assert token.id not in {item.id for item in await people.all(MailToken)}
    assert [event.payload for event in told] == [{"user_id": str(ada.user_id)}]


async def test_a_refusal_is_in_the_trail_and_nothing_else_of_it_is_kept() -> None:
    people = await open_people()
    king = await people.made("Superadmin")
    before = await people.all(Account)

    with pytest.raises(RuleViolated):
        await RemoveUser(people.operating, people.clock)(caller=king, user_id=king.user_id)

    (row,) = await people.all(AuditLog, eq("status", AuditStatus.FAILURE))
    assert (row.action, row.entity_type, row.entity_id) == ("delete", "User", king.user_id)
    assert row.error_message == "The last Superadmin stays: make another one first."
    assert await people.all(Account) == before


async def test_an_unverified_superadmin_does_not_count() -> None:
    people = await open_people()
    king, queen = [await people.made("Superadmin") for _ in range(2)]
    (account,) = await people.all(Account, eq("id", queen.account_id))
    await people.save(account.with_(is_verified=False))

    with pytest.raises(RuleViolated):
        await RemoveUser(people.operating, people.clock)(caller=king, user_id=king.user_id)


async def test_what_everybody_may_does_not_put_anybody_out_of_reach() -> None:
    people = await open_people()
    moderator, user = await people.made("Moderator"), await people.made()

    require_reach(moderator, user.permissions)
    require_reach(moderator, moderator.permissions)
    with pytest.raises(Forbidden):
        require_reach(user, moderator.permissions)


async def test_a_permission_is_looked_for_in_every_role() -> None:
    people = await open_people()
    king = await people.made("Superadmin")
    create = CreateRole(people.operating, people.ids)
    made = await CreatePermission(people.operating, people.ids)(
        draft=PermissionDraft(resource="signals", action="read")
    )
    for number in range(30):
        await create(caller=king, draft=RoleDraft(name=f"Role {number}"))
    able = await people.caller(king.user_id)
    await create(caller=able, draft=RoleDraft(name="Last", permission_ids=(made.id,)))

    with pytest.raises(RuleViolated, match="The role Last holds this permission"):
        await RemovePermission(people.operating)(permission_id=made.id)


async def test_a_next_start_leaves_superadmins_what_was_made_since() -> None:
    people = await open_people()
    made = await CreatePermission(people.operating, people.ids)(
        draft=PermissionDraft(resource="signals", action="read")
    )

    await people.seed()

    (superadmin,) = await people.all(Role, eq("name", "Superadmin"))
    (admin,) = await people.all(Role, eq("name", "Admin"))
    assert made.id in superadmin.permission_ids
    assert made.id not in admin.permission_ids


async def test_before_the_first_start_nobody_is_invited() -> None:
    people = People()
    other = await open_people()
    king = await other.made("Superadmin")
    new = Invitation(email="a@example.com", first_name="A", last_name="B")

    with pytest.raises(Unavailable, match="moniqo init"):
        await InviteUser(people.operating, people.enrolment)(caller=king, invitation=new)


async def test_a_role_that_was_removed_is_given_to_nobody() -> None:
    people = await open_people()
    king, ada = await people.made("Superadmin"), await people.made()
    create = CreateRole(people.operating, people.ids)
    role = await people.remove(await create(caller=king, draft=RoleDraft(name="Gone")))
    assign = AssignRole(people.operating, people.clock)

    with pytest.raises(Invalid, match="role_id"):
        await assign(caller=king, user_id=ada.user_id, choice=RoleChoice(role.id))
