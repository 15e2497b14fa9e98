"""Who may read roles and permissions: whoever has the permission to; rows make no difference."""

from moniqo.application.shared.access import Access
from moniqo.domain.identity.role import Permission, Role

ROLES = Access(Role, readable=lambda _: (), writable=lambda _: ())
PERMISSIONS = Access(Permission, readable=lambda _: (), writable=lambda _: ())
