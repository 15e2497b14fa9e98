"""Changes that the caller means for one version of an entity only."""

from dataclasses import replace
from uuid import UUID

from moniqo.application.shared.caller import current_call
from moniqo.domain.shared.entity import Entity


class Preconditions:
    """What the current call expects, as far as one unit of work has met it.

    An entity is held against it when it is loaded by its id, and when it is replaced. Once met
    and something was committed an expectation is over: the version is then the call's own.
    """

    def __init__(self) -> None:
        self._met: frozenset[UUID] = frozenset()

    def fail(self, entity: Entity) -> bool:
        """Whether the caller expects another version than this one."""
        expected = current_call.get().expected
        if not expected:
            return False
        versions = [version for entity_id, version in expected if entity_id == entity.id]
        if not versions or entity.id in self._met:
            return False
        self._met |= {entity.id}
        return entity.version not in versions

    @property
    def missed(self) -> bool:
        """Whether the caller expects one of some entities, and none of them was met."""
        call = current_call.get()
        return call.expects_one and bool(call.expected) and not self._met

    def committed(self) -> None:
        """Forget what was met."""
        if self._met:
            call = current_call.get()
            left = tuple(pair for pair in call.expected if pair[0] not in self._met)
            current_call.set(replace(call, expected=left))
