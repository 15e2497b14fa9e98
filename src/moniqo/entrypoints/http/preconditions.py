"""`If-Match`: the versions that a change is meant for."""

from dataclasses import replace
from uuid import UUID

from moniqo.application.shared.caller import current_call
from moniqo.domain.shared.errors import PreconditionFailed
from moniqo.entrypoints.http.etags import Expected


def expect(expected: Expected | None, subject: UUID | None, *, replaces: bool) -> None:
    """Let the store refuse other versions; raises `PreconditionFailed` if none can be meant.

    `subject` is the entity that the path names, if it names one. What `replaces` or removes
    something that its path does not name must meet one of the expected versions.
    """
    if expected is None:
        return
    named = {entity_id for entity_id, _ in expected}
    if not named or (subject is not None and subject not in named):
        raise PreconditionFailed("If-Match does not name the current version.")
    current_call.set(replace(current_call.get(), expected=expected, expects_one=replaces))
