"""Users, as operators see and change them."""

from moniqo.application.identity.activate_user import ActivateUser
from moniqo.application.identity.assign_role import AssignRole, RoleChoice
from moniqo.application.identity.deactivate_user import DeactivateUser
from moniqo.application.identity.end_user_sessions import EndUserSessions
from moniqo.application.identity.get_user import GetUser
from moniqo.application.identity.invite_user import InviteUser
from moniqo.application.identity.list_users import ListUsers
from moniqo.application.identity.members import Profile
from moniqo.application.identity.people import Person, mentioning
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.profile_drafts import ProfileDraft
from moniqo.application.identity.registration import Invitation
from moniqo.application.identity.remove_user import RemoveUser
from moniqo.application.identity.restore_user import RestoreUser
from moniqo.application.identity.update_profile import UpdateProfile
from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.query import Condition, Listing, Page
from moniqo.domain.shared.errors import EmailAlreadyRegistered, Forbidden, UsernameTaken
from moniqo.domain.shared.ids import UserId
from moniqo.entrypoints.http.arguments import Changes
from moniqo.entrypoints.http.endpoint import DELETE, GET, PATCH, POST, PUT, Controller, endpoint
from moniqo.entrypoints.http.lists import Filter, Lists


def found_by(_field: str, value: object) -> Condition:
    """Only those who have this in their name, address or username; A to Z in either case."""
    return mentioning(str(value))


class UserController(Controller):
    """`/users`."""

    path = "/api/v1/users"
    tag = "Users"

    @endpoint(
        GET,
        summary="List users",
        needs="users:read",
        lists=Lists(
            Person,
            sort=("created_at", "email", "username", "first_name", "last_name", "last_login_at"),
            filters=(
                "email",
                "username",
                "role_id",
                "is_active",
                "is_verified",
                Filter("q", "first_name", found_by),
                "created_after",
                "created_before",
            ),
            deleted="users:delete",
        ),
    )
    async def index(self, listing: Listing, list_users: ListUsers) -> Page[Profile]:
        """Everybody, the newest first."""
        return await list_users(listing=listing)

    @endpoint(
        POST,
        summary="Invite a user",
        needs="users:write",
        status=201,
        message="User created.",
        refuses=(EmailAlreadyRegistered, UsernameTaken),
        example={"email": "grace@example.com", "first_name": "Grace", "last_name": "Hopper"},
    )
    async def create(self, caller: Principal, data: Invitation, invite: InviteUser) -> Profile:
        """A verified user, who is mailed a link by which to choose a password.

        Without `role_id` they are ordinary users. Any other role needs `users:manage_roles`, and
        every permission that the role holds.
        """
        return await invite(caller=caller, invitation=data)

    @endpoint(GET, "/{user_id}", summary="Get a user")
    async def fetch(self, caller: Principal, user_id: UserId, get_user: GetUser) -> Profile:
        """Yourself; with `users:read` anybody, which is audited."""
        return await get_user(caller=caller, user_id=user_id)

    @endpoint(
        PUT, "/{user_id}", summary="Replace a profile", needs="users:write", message="User changed."
    )
    async def replace(
        self, caller: Principal, user_id: UserId, data: ProfileDraft, update: UpdateProfile
    ) -> Profile:
        """Change every field of the profile; not of somebody who may do what you may not."""
        return await update(caller=caller, user_id=user_id, changes=replacement(data))

    @endpoint(
        PATCH,
        "/{user_id}",
        summary="Change a profile",
        needs="users:write",
        message="User changed.",
        example={"first_name": "Ada"},
    )
    async def change(
        self,
        caller: Principal,
        user_id: UserId,
        changes: Changes[ProfileDraft],
        update: UpdateProfile,
    ) -> Profile:
        """Change the fields that are sent; not of somebody who may do what you may not."""
        return await update(caller=caller, user_id=user_id, changes=changes)

    @endpoint(
        DELETE,
        "/{user_id}",
        summary="Remove a user",
        needs="users:delete",
        message="User removed.",
    )
    async def remove(self, caller: Principal, user_id: UserId, remove: RemoveUser) -> None:
        """Every session ends, nothing of theirs runs any more; they can be restored."""
        await remove(caller=caller, user_id=user_id)

    @endpoint(
        POST,
        "/{user_id}/restore",
        summary="Restore a user",
        needs="users:delete",
        message="User restored.",
    )
    async def restore(self, caller: Principal, user_id: UserId, restore: RestoreUser) -> Profile:
        """Refused if somebody else has their address or username by now."""
        return await restore(caller=caller, user_id=user_id)

    @endpoint(
        POST,
        "/{user_id}/deactivate",
        summary="Deactivate a user",
        needs="users:write",
        message="User deactivated.",
    )
    async def deactivate(
        self, caller: Principal, user_id: UserId, deactivate: DeactivateUser
    ) -> Profile:
        """From now on they cannot sign in, their sessions are over and nothing of theirs runs."""
        return await deactivate(caller=caller, user_id=user_id)

    @endpoint(
        POST,
        "/{user_id}/activate",
        summary="Activate a user",
        needs="users:write",
        message="User activated.",
    )
    async def activate(self, caller: Principal, user_id: UserId, activate: ActivateUser) -> Profile:
        """They may sign in again; what was ended stays so."""
        return await activate(caller=caller, user_id=user_id)

    @endpoint(
        DELETE,
        "/{user_id}/sessions",
        summary="End a user's sessions",
        needs="users:write",
        message="Sessions ended.",
    )
    async def end_sessions(self, caller: Principal, user_id: UserId, end: EndUserSessions) -> None:
        """Their tokens are refused from the next request on; they may sign in again."""
        await end(caller=caller, user_id=user_id)

    @endpoint(
        PUT,
        "/{user_id}/role",
        summary="Give a user a role",
        needs="users:manage_roles",
        message="Role changed.",
        refuses=(Forbidden,),
    )
    async def assign(
        self, caller: Principal, user_id: UserId, data: RoleChoice, assign: AssignRole
    ) -> Profile:
        """Needs every permission that the role holds, and ends the user's sessions."""
        return await assign(caller=caller, user_id=user_id, choice=data)
