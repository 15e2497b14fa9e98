"""Commands that take MongoDB too long are told."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from moniqo.adapters.persistence.slow_queries import SlowQueries

_TELLING = ("filter", "query", "pipeline", "updates", "deletes", "sort", "q")
"""What of a command says how it is worked on."""
_MOST = 50
_MICROSECONDS = 1_000_000


class SlowCommands(CommandListener):
    """Told by the driver of every command; keeps those that are under way."""

    def __init__(self, slow: SlowQueries) -> None:
        self._slow = slow
        self._begun: dict[int, Mapping[str, Any]] = {}

    def started(self, event: CommandStartedEvent) -> None:
        """See `CommandListener`."""
        self._begun[event.request_id] = event.command

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """See `CommandListener`."""
        self._ended(event.request_id, event.command_name, event.duration_micros)

    def failed(self, event: CommandFailedEvent) -> None:
        """See `CommandListener`."""
        self._ended(event.request_id, event.command_name, event.duration_micros)

    def _ended(self, request_id: int, name: str, micros: int) -> None:
        command = self._begun.pop(request_id, {})
        if micros >= self._slow.seconds * _MICROSECONDS:
            shapes = {key: _shape(command[key]) for key in _TELLING if key in command}
            self._slow.took(f"{name} {command.get(name, '')} {shapes}", micros / _MICROSECONDS)


def _shape(value: object) -> object:
    """The names in a part of a command, with `?` for every value."""
    if isinstance(value, Mapping):
        return {str(key): _shape(item) for key, item in islice(value.items(), _MOST)}
    if isinstance(value, (list, tuple)):
        return [_shape(item) for item in islice(value, _MOST)]
    return "?"
