"""What there is to be permitted, and the roles that every installation has."""

from moniqo.application.identity.members import ADMIN, MODERATOR, ORDINARY, SUPERADMIN

ACTIONS = {
    "users": ("read", "write", "delete", "manage_roles"),
    "roles": ("read", "write", "delete"),
    "permissions": ("read", "write", "delete"),
    "plans": ("read", "write", "delete"),
    "agents": ("read", "write", "execute"),
    "prompts": ("read", "write"),
    "flows": ("read", "write", "execute"),
    "trades": ("read", "write"),
    "wallets": ("read", "write"),
    "notifications": ("read", "write"),
    "audit": ("read",),
    "reports": ("write",),
    "tasks": ("read", "write"),
}
"""Every permission made at first start: the actions of each resource."""

PERMISSIONS = tuple(f"{resource}:{action}" for resource, all_ in ACTIONS.items() for action in all_)
_NOT_FOR_ADMINS = {"roles:write", "roles:delete", "permissions:write", "permissions:delete"}
_OWN_THINGS = ("agents:", "prompts:", "flows:", "trades:", "notifications:")

SYSTEM_ROLES: dict[str, tuple[str, tuple[str, ...]]] = {
    SUPERADMIN: ("May do everything.", PERMISSIONS),
    ADMIN: (
        "May do everything but change roles and permissions.",
        tuple(key for key in PERMISSIONS if key not in _NOT_FOR_ADMINS),
    ),
    MODERATOR: ("Looks after users.", ("users:read", "users:write", "audit:read")),
    ORDINARY: (
        "Trades with what is their own, shared or public.",
        (
            "plans:read",
            "wallets:read",
            *(key for key in PERMISSIONS if key.startswith(_OWN_THINGS)),
        ),
    ),
}
"""Each system role: what it is for, and what it may do."""
