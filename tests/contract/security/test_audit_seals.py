"""Seals of audit entries: nobody without the key can make one that fits."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from moniqo.adapters.security.hmac_audit_seals import HmacAuditSeals
from moniqo.application.audit.ports import AuditSeals
from moniqo.domain.audit.audit_log import AuditAction, AuditLog, AuditStatus
from moniqo.domain.shared.ids import AuditLogId
from moniqo.domain.shared.types import JsonObject

NEW, OLD = b"n" * 32, b"o" * 32
LATER = datetime(2026, 1, 2, tzinfo=UTC)
ROW = AuditLog(
    id=AuditLogId(UUID(int=1)),
    user_id=UUID(int=2),
    action=AuditAction.UPDATE,
    entity_type="Agent",
    entity_id=UUID(int=3),
    old_values=JsonObject({"a": 1, "b": None}),
    seq=7,
    previous_hash="k:00",
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)


def seals(*keys: bytes) -> AuditSeals:
    return HmacAuditSeals(keys=keys or (NEW,))


def sealed(row: AuditLog = ROW, *keys: bytes) -> AuditLog:
    return row.with_(hash=seals(*keys).seal(row))


def test_a_seal_matches_its_entry_every_time() -> None:
    assert seals().matches(sealed())
    assert sealed() == sealed()
    assert 1 <= len(sealed().hash or "") <= 128


@pytest.mark.parametrize(
    "changes",
    [
        {"id": AuditLogId(UUID(int=9))},
        {"user_id": None},
        {"action": AuditAction.DELETE},
        {"entity_type": "agent"},
        {"entity_id": None},
        {"old_values": JsonObject({"a": 1})},
        {"new_values": JsonObject({})},
        {"description": "x"},
        {"ip_address": "192.0.2.1"},
        {"user_agent": "x"},
        {"status": AuditStatus.FAILURE},
        {"error_message": ""},
        {"metadata": JsonObject({})},
        {"request_id": "r"},
        {"seq": 8},
        {"previous_hash": "k:01"},
        {"created_at": LATER},
        {"created_by": UUID(int=2)},
        {"deleted_at": LATER},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_whatever_an_entry_tells_is_covered(changes: dict[str, Any]) -> None:
    assert not seals().matches(replace(sealed(), **changes))


def test_the_order_of_a_free_objects_keys_says_nothing() -> None:
    turned = replace(sealed(), old_values=JsonObject({"b": None, "a": 1}))

    assert seals().matches(turned)


def test_the_book_keeping_of_the_sealing_is_outside() -> None:
    stamped = replace(sealed(), version=2, updated_at=LATER, updated_by=UUID(int=5))

    assert seals().matches(stamped)


def test_old_keys_still_verify_and_the_first_one_seals() -> None:
    old = sealed(ROW, OLD)

    assert seals(NEW, OLD).matches(old)
    assert seals(NEW, OLD).knows(old.hash or "")
    assert sealed(ROW, NEW, OLD) == sealed(ROW, NEW)


@pytest.mark.parametrize("seal", [":", "nobody:00", "é"])
def test_a_seal_of_an_unknown_key_is_known_as_such(seal: str) -> None:
    row = replace(ROW, hash=seal)

    assert not seals().knows(seal)
    assert not seals().matches(row)


def test_an_entry_without_a_seal_matches_nothing() -> None:
    assert not seals().matches(ROW)
    assert not seals().matches(replace(ROW, hash=(sealed().hash or "") + "é"))


def test_short_keys_are_refused() -> None:
    with pytest.raises(ValueError, match="audit trail"):
        seals(b"short")
