"""Logging: one JSON object a line, or plain lines for a human at a terminal; never a secret.

The code logs through the standard library; what it passes as `extra` becomes fields.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import msgspec
import structlog
from structlog.typing import EventDict, Processor

from moniqo.adapters.codec import instant_text
from moniqo.application.shared.caller import current_call
from moniqo.domain.shared.errors import Fault
from moniqo.entrypoints.log_files import DailyFile
from moniqo.entrypoints.redaction import redacted
from moniqo.entrypoints.request_lines import RequestLine
from moniqo.entrypoints.settings import WrongSettings
from moniqo.entrypoints.settings.model import Application

_DUPLICATE = "color_message"
"""A field of uvicorn that says the message again, with terminal codes."""
_TALKATIVE = (
    *("aiosqlite", "asyncio", "pymongo", "sqlalchemy.engine", "httpcore", "httpx"),
    # A line for each ringing.
    "taskiq.receiver",
)


def configure(application: Application, stream: TextIO | None = None) -> None:
    """Send every log line of the process to `stream` (standard error) and to the log files.

    Raises `WrongSettings` if that cannot be written.
    """
    stream = sys.stderr if stream is None else stream
    handlers: list[logging.Handler] = [logging.StreamHandler(stream)]
    handlers[0].setFormatter(formatter(pretty=stream.isatty()))
    if application.log_file_path is not None:
        handlers.append(_file(application.log_file_path, application.log_file_days))
    # A line that cannot be written must not be shown as it was before it was redacted.
    logging.raiseExceptions = False
    logging.basicConfig(level=application.log_level.upper(), handlers=handlers, force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _file(path: Path, days: int) -> logging.Handler:
    try:
        handler = DailyFile(path, days)
    except OSError as error:
        fault = Fault("LOG_FILE_PATH", f"cannot be written: {error.strerror}")
        raise WrongSettings((fault,)) from error
    handler.setFormatter(formatter(pretty=False))
    return handler


class _Lines(structlog.stdlib.ProcessorFormatter):
    """JSON lines; that of a request, which holds no secret, goes past all processors."""

    _encode = msgspec.json.Encoder().encode

    def format(self, record: logging.LogRecord) -> str:
        line = record.__dict__.get("line")
        if type(line) is RequestLine:
            text = self._encode(line).decode()
            # To some who read the log, a line ends at more than a line feed.
            return text if text.isascii() else json.dumps(json.loads(text))
        return super().format(record)


def formatter(*, pretty: bool) -> logging.Formatter:
    """What makes a line of a log record, whichever library it comes from."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _unfolded,
        _stamped,
        _caller,
        structlog.processors.format_exc_info,
        _redacted,
    ]
    last: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        *_rendering(pretty=pretty),
    ]
    kind = structlog.stdlib.ProcessorFormatter if pretty else _Lines
    return kind(foreign_pre_chain=shared, processors=last)


def _rendering(*, pretty: bool) -> list[Processor]:
    if pretty:
        return [_harmless, structlog.dev.ConsoleRenderer()]
    return [structlog.processors.EventRenamer("message"), structlog.processors.JSONRenderer()]


def _unfolded(_logger: object, _method: str, event: EventDict) -> EventDict:
    line = event.pop("line", None)
    return event if line is None else {**event, **msgspec.structs.asdict(line)}


def _stamped(_logger: object, _method: str, event: EventDict) -> EventDict:
    event["timestamp"] = instant_text(datetime.fromtimestamp(event["_record"].created, UTC))
    return event


def _caller(_logger: object, _method: str, event: EventDict) -> EventDict:
    call = current_call.get()
    if call.request_id:
        event["request_id"] = call.request_id
    if call.actor_id is not None:
        event["user_id"] = str(call.actor_id)
    return event


def _redacted(_logger: object, _method: str, event: EventDict) -> EventDict:
    return {
        key: value if key.startswith("_") else redacted(key, value)
        for key, value in event.items()
        if key != _DUPLICATE
    }


def _harmless(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Terminal codes in what users sent are shown, not obeyed."""
    return {
        key: value.translate(_SHOWN) if isinstance(value, str) and key != "exception" else value
        for key, value in event.items()
    }


_SHOWN = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code != ord("\t")}
