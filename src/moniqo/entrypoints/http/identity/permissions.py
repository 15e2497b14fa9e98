"""What there is to be permitted."""

from moniqo.application.identity.create_permission import CreatePermission
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.remove_permission import RemovePermission
from moniqo.application.identity.role_drafts import PermissionDraft
from moniqo.application.identity.update_permission import UpdatePermission
from moniqo.application.shared.access import Browse, Fetch
from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.query import Listing, Page
from moniqo.domain.identity.role import Permission
from moniqo.domain.shared.ids import PermissionId
from moniqo.entrypoints.http.arguments import Changes
from moniqo.entrypoints.http.endpoint import DELETE, GET, PATCH, POST, PUT, Controller, endpoint
from moniqo.entrypoints.http.lists import Lists

EXAMPLE = {"resource": "signals", "action": "read"}


class PermissionController(Controller):
    """`/permissions`."""

    path = "/api/v1/permissions"
    tag = "Roles and permissions"

    @endpoint(
        GET,
        summary="List permissions",
        needs="permissions:read",
        lists=Lists(
            Permission,
            sort=("resource", "action", "created_at"),
            filters=("resource", "action", "created_after", "created_before"),
            default=("resource", "action"),
            deleted="permissions:delete",
        ),
    )
    async def index(
        self, caller: Principal, listing: Listing, browse: Browse[Permission]
    ) -> Page[Permission]:
        """The permissions by name."""
        return await browse(user_id=caller.user_id, listing=listing)

    @endpoint(
        POST,
        summary="Create a permission",
        needs="permissions:write",
        status=201,
        message="Permission created.",
        example=EXAMPLE,
    )
    async def create(self, data: PermissionDraft, create: CreatePermission) -> Permission:
        """Superadmins hold it at once, and can give it to roles."""
        return await create(draft=data)

    @endpoint(GET, "/{permission_id}", summary="Get a permission", needs="permissions:read")
    async def fetch(
        self, caller: Principal, permission_id: PermissionId, fetch: Fetch[Permission]
    ) -> Permission:
        """One permission."""
        return await fetch(user_id=caller.user_id, entity_id=permission_id)

    @endpoint(
        PUT,
        "/{permission_id}",
        summary="Replace a permission",
        needs="permissions:write",
        message="Permission changed.",
        example=EXAMPLE,
    )
    async def replace(
        self, permission_id: PermissionId, data: PermissionDraft, update: UpdatePermission
    ) -> Permission:
        """Change every field; those of the system keep their names."""
        return await update(permission_id=permission_id, changes=replacement(data))

    @endpoint(
        PATCH,
        "/{permission_id}",
        summary="Change a permission",
        needs="permissions:write",
        message="Permission changed.",
        example={"description": "May see signals."},
    )
    async def change(
        self,
        permission_id: PermissionId,
        changes: Changes[PermissionDraft],
        update: UpdatePermission,
    ) -> Permission:
        """Change the fields that are sent; those of the system keep their names."""
        return await update(permission_id=permission_id, changes=changes)

    @endpoint(
        DELETE,
        "/{permission_id}",
        summary="Delete a permission",
        needs="permissions:delete",
        message="Permission deleted.",
    )
    async def remove(self, permission_id: PermissionId, remove: RemovePermission) -> None:
        """Refused while a role holds it, that of the Superadmins aside, and for the system's."""
        await remove(permission_id=permission_id)
