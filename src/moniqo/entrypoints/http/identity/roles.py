"""Roles, and what they hold."""

from moniqo.application.identity.create_role import CreateRole
from moniqo.application.identity.grant_permissions import GrantPermissions
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.remove_role import RemoveRole
from moniqo.application.identity.revoke_permission import RevokePermission
from moniqo.application.identity.role_drafts import Grant, RoleDraft
from moniqo.application.identity.update_role import UpdateRole
from moniqo.application.shared.access import Browse, Fetch
from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.query import Listing, Page
from moniqo.domain.identity.role import Role
from moniqo.domain.shared.ids import PermissionId, RoleId
from moniqo.entrypoints.http.arguments import Changes
from moniqo.entrypoints.http.endpoint import DELETE, GET, PATCH, POST, PUT, Controller, endpoint
from moniqo.entrypoints.http.lists import Lists


class RoleController(Controller):
    """`/roles`."""

    path = "/api/v1/roles"
    tag = "Roles and permissions"

    @endpoint(
        GET,
        summary="List roles",
        needs="roles:read",
        lists=Lists(
            Role,
            sort=("name", "created_at"),
            filters=("name", "is_system", "created_after", "created_before"),
            default=("name",),
            deleted="roles:delete",
        ),
    )
    async def index(self, caller: Principal, listing: Listing, browse: Browse[Role]) -> Page[Role]:
        """The roles by name."""
        return await browse(user_id=caller.user_id, listing=listing)

    @endpoint(
        POST, summary="Create a role", needs="roles:write", status=201, message="Role created."
    )
    async def create(self, caller: Principal, data: RoleDraft, create: CreateRole) -> Role:
        """Of permissions that you hold yourself."""
        return await create(caller=caller, draft=data)

    @endpoint(GET, "/{role_id}", summary="Get a role", needs="roles:read")
    async def fetch(self, caller: Principal, role_id: RoleId, fetch: Fetch[Role]) -> Role:
        """One role with the permissions that it holds."""
        return await fetch(user_id=caller.user_id, entity_id=role_id)

    @endpoint(
        PUT, "/{role_id}", summary="Replace a role", needs="roles:write", message="Role changed."
    )
    async def replace(
        self, caller: Principal, role_id: RoleId, data: RoleDraft, update: UpdateRole
    ) -> Role:
        """Change every field; felt by its holders at once. System roles stay as they are."""
        return await update(caller=caller, role_id=role_id, changes=replacement(data))

    @endpoint(
        PATCH,
        "/{role_id}",
        summary="Change a role",
        needs="roles:write",
        message="Role changed.",
        example={"description": "Looks after users."},
    )
    async def change(
        self, caller: Principal, role_id: RoleId, changes: Changes[RoleDraft], update: UpdateRole
    ) -> Role:
        """Change the fields that are sent; felt by its holders at once."""
        return await update(caller=caller, role_id=role_id, changes=changes)

    @endpoint(
        DELETE,
        "/{role_id}",
        summary="Delete a role",
        needs="roles:delete",
        message="Role deleted.",
    )
    async def remove(self, role_id: RoleId, remove: RemoveRole) -> None:
        """Refused while somebody has it, and for system roles."""
        await remove(role_id=role_id)

    @endpoint(
        POST,
        "/{role_id}/permissions",
        summary="Give a role permissions",
        needs="roles:write",
        message="Permissions granted.",
    )
    async def grant(
        self, caller: Principal, role_id: RoleId, data: Grant, grant: GrantPermissions
    ) -> Role:
        """Permissions that you hold yourself, beside those that it has."""
        return await grant(caller=caller, role_id=role_id, wanted=data)

    @endpoint(
        DELETE,
        "/{role_id}/permissions/{permission_id}",
        summary="Take a permission from a role",
        needs="roles:write",
        message="Permission revoked.",
    )
    async def revoke(
        self, permission_id: PermissionId, role_id: RoleId, revoke: RevokePermission
    ) -> None:
        """Felt by the role's holders at once."""
        await revoke(role_id=role_id, permission_id=permission_id)
