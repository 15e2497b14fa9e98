"""Sign-ins, refusals and rights are in the log once they are in the trail, and by ids alone."""

import logging
from collections.abc import Iterator
from uuid import UUID

import pytest

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.application.shared.caller import CallContext, current_call
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.shared.ids import UserId
from support.store import Store

USER = UserId(UUID(int=7))


@pytest.fixture(autouse=True)
def somebody(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.INFO, "moniqo.security")
    token = current_call.set(CallContext(ip_address="192.0.2.7", user_agent="canary"))
    yield
    current_call.reset(token)


async def written(action: AuditAction, refusal: str | None = None, *, fail: bool = False) -> None:
    store = Store(MemoryBackend(REGISTRY), REGISTRY)
    entry = audit_entry(
        store.ids.new(), action, entity=("Account", UUID(int=8)), user_id=USER, refusal=refusal
    )
    async with store.uow() as tx:
        await tx[AuditLog].add(entry)
        if fail:
            raise ConnectionError


@pytest.mark.parametrize(
    ("action", "refusal", "level"),
    [
        (AuditAction.LOGIN, None, logging.INFO),
        (AuditAction.LOGOUT, None, logging.INFO),
        (AuditAction.LOGIN_FAILED, "ACCOUNT_LOCKED", logging.WARNING),
        (AuditAction.TOKEN_REUSED, "TOKEN_REUSED", logging.WARNING),
        (AuditAction.UPDATE, "LAST_SUPERADMIN", logging.WARNING),
    ],
)
async def test_what_was_committed_is_told(
    caplog: pytest.LogCaptureFixture, action: AuditAction, refusal: str | None, level: int
) -> None:
    await written(action, refusal)

    (record,) = caplog.records
    assert (record.name, record.levelno, record.message) == ("moniqo.security", level, action)
    assert (record.user_id, record.entity_id) == (str(USER), str(UUID(int=8)))
    assert record.__dict__.get("refusal") == refusal
    assert "canary" not in str(record.__dict__)


async def test_mere_changes_and_what_was_not_kept_are_not_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    await written(AuditAction.CREATE)
    with pytest.raises(ConnectionError):
        await written(AuditAction.LOGIN, fail=True)

    assert caplog.records == []
