"""Changing what is known of a person."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from moniqo.application.identity.members import Member, Profile, member_of, profile_of
from moniqo.application.identity.personal_rules import PersonalRules
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.profile_drafts import checked_details
from moniqo.application.identity.recorded_changes import RecordedChanges
from moniqo.application.identity.roles import require_reach
from moniqo.application.shared.persistence import Transaction
from moniqo.domain.audit.audit_log import AuditAction
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.user import User
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class UpdateProfile:
    """Change the caller's own profile, or that of somebody who may do no more than the caller.

    `changes` are fields of `ProfileDraft`. Raises `NotFound`, `Forbidden`, `Invalid`, and
    `AlreadyExists` naming `username` if somebody else has it.
    """

    changes: RecordedChanges
    rules: PersonalRules

    async def __call__(
        self, *, caller: Principal, user_id: UserId, changes: Mapping[str, Any]
    ) -> Profile:
        """The profile as it is now."""
        details = checked_details(self.rules, changes)

        async def change(tx: Transaction) -> Profile:
            member = await member_of(tx, user_id)
            if user_id != caller.user_id:
                require_reach(caller, member.permissions)
            return profile_of(await _saved(tx, member, details))

        return await self.changes.make(change, AuditAction.UPDATE, ("User", user_id))


async def _saved(tx: Transaction, member: Member, details: dict[str, Any]) -> Member:
    own = {name: value for name, value in details.items() if name != "username"}
    # Saved even if nothing of it changes: the profile's version is the user's.
    user = await tx[User].save(member.user.with_(**own))
    account = member.account
    if details.get("username", account.username) != account.username:
        account = await tx[Account].save(account.with_(username=details["username"]))
    return replace(member, user=user, account=account)
