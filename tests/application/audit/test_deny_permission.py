import pytest

from moniqo.application.audit.deny_permission import DenyPermission
from moniqo.application.shared.caller import CallContext, current_call
from moniqo.domain.audit.audit_log import AuditAction, AuditLog, AuditStatus
from moniqo.domain.shared.errors import Forbidden
from support.people import People


async def test_a_refusal_is_kept_and_then_made() -> None:
    people = People()
    deny = DenyPermission(people.uow, people.ids)
    actor = people.ids.new()
    token = current_call.set(CallContext(actor))

    with pytest.raises(Forbidden):
        await deny(permission="roles:write", method="PUT", route="/roles/{role_id}")
    current_call.reset(token)

    (entry,) = await people.all(AuditLog)
    assert (entry.user_id, entry.action) == (actor, AuditAction.PERMISSION_DENIED)
    assert (entry.status, entry.entity_type) == (AuditStatus.FAILURE, "Route")
    assert entry.description == "PUT /roles/{role_id} needs roles:write"
