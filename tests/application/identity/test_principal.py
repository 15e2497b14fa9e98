"""A caller may do what the role holds, and nothing else."""

from dataclasses import replace

import pytest

from moniqo.application.identity.principal import Principal
from moniqo.domain.shared.errors import Forbidden
from moniqo.domain.shared.ids import AccountId, SessionId, UserId
from support.store import CountingIds

IDS = CountingIds()
CALLER = Principal(
    user_id=UserId(IDS.new()),
    account_id=AccountId(IDS.new()),
    session_id=SessionId(IDS.new()),
    email="ada@example.com",
    role="User",
    permissions=frozenset({"agents:read"}),
)


def test_a_permission_that_is_held_is_granted() -> None:
    CALLER.require("agents:read")

    assert CALLER.may("agents:read")


@pytest.mark.parametrize(("role", "is_admin"), [("User", False), ("Admin", True)])
def test_administrators_keep_what_is_shared(role: str, *, is_admin: bool) -> None:
    assert replace(CALLER, role=role).is_admin is is_admin


@pytest.mark.parametrize("permission", ["agents:write", "agents", "", "agents:*"])
def test_any_other_is_refused(permission: str) -> None:
    assert not CALLER.may(permission)
    with pytest.raises(Forbidden):
        CALLER.require(permission)
