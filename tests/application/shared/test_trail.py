"""Audit entries are made by the current caller, and whatever is in a text, they can be kept."""

import pytest

from moniqo.application.shared.caller import CallContext, current_call
from moniqo.application.shared.printable import printable
from moniqo.application.shared.trail import audit_entry, read_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog, AuditStatus
from support.store import CountingIds

IDS = CountingIds()


def entry_in(call: CallContext, **more: object) -> AuditLog:
    token = current_call.set(call)
    try:
        return audit_entry(IDS.new(), AuditAction.LOGIN, entity=("Session", None), **more)
    finally:
        current_call.reset(token)


def test_an_entry_names_the_caller_and_where_they_call_from() -> None:
    actor = IDS.new()

    made = entry_in(CallContext(actor, "r-1", "192.0.2.1", "agent/1"))

    assert (made.user_id, made.request_id) == (actor, "r-1")
    assert (made.ip_address, made.user_agent) == ("192.0.2.1", "agent/1")
    assert (made.status, made.error_message) == (AuditStatus.SUCCESS, None)


def test_a_refusal_is_an_entry_of_failure() -> None:
    made = entry_in(CallContext(), refusal="INVALID_CREDENTIALS")

    assert (made.status, made.error_message) == (AuditStatus.FAILURE, "INVALID_CREDENTIALS")


def test_texts_that_are_too_long_are_cut_and_controls_are_shown() -> None:
    hostile = "a\r\nb\x1b[31m\x00\u2028\ud800" + "\x07" * 900

    made = entry_in(
        CallContext(None, hostile, hostile, hostile), refusal=hostile, description=hostile
    )

    texts = (made.request_id, made.ip_address, made.user_agent, made.description)
    assert [len(text) for text in texts] == [128, 64, 500, 500]
    assert len(made.error_message or "") == 500
    assert made.user_agent.startswith("a\\x0d\\x0ab\\x1b[31m\\x00\\u2028?\\x07")
    assert all(text.isprintable() for text in texts)


@pytest.mark.parametrize("text", ["", "plain", "Zoë 字 🜚 −", "a\u202eb"])
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert printable(text, 100) == text


def test_a_look_at_what_is_somebody_elses_is_an_entry_of_reading() -> None:
    user_id = IDS.new()

    made = read_entry(IDS.new(), entity=("User", user_id), what="profile")

    assert (made.action, made.entity_type, made.entity_id) == (AuditAction.READ, "User", user_id)
    assert made.description == "profile"
