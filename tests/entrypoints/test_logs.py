import io
import json
import logging
import time
from dataclasses import replace
from uuid import UUID

import pytest

from moniqo.application.shared.caller import CallContext, current_call
from moniqo.domain.shared.scalar import Secret
from moniqo.entrypoints.logs import configure, formatter
from moniqo.entrypoints.request_lines import tell
from moniqo.entrypoints.settings import WrongSettings
from moniqo.entrypoints.settings.model import Application
from moniqo.entrypoints.settings.values import LogLevel


def line_of(message, *arguments, pretty=False, **extra):
    record = logging.LogRecord("shop", logging.INFO, __file__, 1, message, arguments, None)
    record.__dict__ |= extra
    return formatter(pretty=pretty).format(record)


def logged(message, *arguments, **extra):
    return json.loads(line_of(message, *arguments, **extra))


def test_a_line_is_one_json_object_with_its_fields():
    line = logged("sold %d", 3, symbol="BTC/USDT")

    assert line.pop("timestamp").endswith("Z")
    assert line == {"message": "sold 3", "level": "info", "logger": "shop", "symbol": "BTC/USDT"}


def test_a_line_names_the_request_and_the_user():
    token = current_call.set(CallContext(actor_id=UUID(int=7), request_id="r-1"))
    try:
        line = logged("sold")
    finally:
        current_call.reset(token)

    assert (line["request_id"], line["user_id"]) == ("r-1", str(UUID(int=7)))


@pytest.mark.parametrize(
    "extra",
    [
        {"password": "canary"},
        {"headers": {"Authorization": "canary", "Cookie": "canary"}},
        {"rows": [{"api_key": "canary"}]},
        {"owner": Secret("canary")},
        {"owners": (Secret("canary"),)},
        {"url": "postgresql://moniqo:canary@db/moniqo"},
        {"path": "/verify-email?token=canary&x=1"},
        {"header": "Bearer canary-canary"},
        {"header": "eyJcanarycanary.canary.canary"},
        {"body": "grant=x&refresh_token=canary&client_secret=canary"},
        {"body": '{"password": "canary \\"canary", "new_password":"canary'},
        {"body": "{'api_key': 'canary', 'credentials': 'canary'}"},
        {"error": "set AWS_SECRET_ACCESS_KEY=canary or X-Api-Key: canary"},
        {"error": "Authorization: Basic canary canary"},
        {"error": "Cookie: session=canary; other=canary"},
        {"error": "wrong key sk-canary-0123456789abcdef"},
        {"path": "/files/content?link=canary0123456789abcdef"},
        {"url": "https://bucket/x?X-Amz-Signature=canary&X-Amz-Expires=9"},
        {"url": "postgresql://moniqo:can/canary@db/moniqo"},
        {"error": ValueError("password=canary")},
        {"body": b"token=canary"},
        {"passphrase": "canary", "pwd": "canary", "x-api-key": "canary", "signature": "canary"},
    ],
)
def test_no_secret_reaches_a_line(extra):
    assert "canary" not in line_of("signed in", **extra)


@pytest.mark.parametrize("piece", ["token", "a:", "://", "'", "password='", "bearer ", "sk-", "x"])
def test_no_text_takes_long_to_look_through(piece):
    began = time.perf_counter()

    line_of("called", body=piece * (200_000 // len(piece)))

    assert time.perf_counter() - began < 1


def test_what_is_no_secret_is_told():
    told = {"count": 3, "share": 0.5, "found": True, "nothing": None}
    prose = "The access token is not valid. See https://a.example:443/x and a@b.example: a key."

    line = logged(prose, **told)

    assert line["message"] == prose
    assert told.items() <= line.items()


def test_a_secret_in_the_message_or_in_a_traceback_is_withheld():
    try:
        raise ConnectionError("postgresql://moniqo:canary@db refused")
    except ConnectionError as error:
        failure = (type(error), error, error.__traceback__)

    line = line_of("failed: %s", "redis://:canary@h", exc_info=failure)

    assert "canary" not in line
    assert "ConnectionError" in line


def test_a_message_cannot_forge_a_line_or_command_a_terminal():
    nasty = 'x\n{"level":"critical"}\x1b[2J'

    assert line_of(nasty).count("\n") == 0
    assert "\x1b[2J" not in line_of(nasty)
    assert "\x1b[2J" not in line_of(nasty, pretty=True)


def test_a_pretty_line_is_no_json():
    assert "sold" in line_of("sold", pretty=True)
    assert not line_of("sold", pretty=True).startswith("{")


def test_lines_below_the_level_are_dropped_and_the_file_gets_the_same(tmp_path):
    stream, file = io.StringIO(), tmp_path / "logs" / "moniqo.log"
    application = replace(Application(), log_level=LogLevel.WARNING, log_file_path=file)

    configure(application, stream)
    logging.getLogger("shop").info("not told")
    logging.getLogger("shop").warning("told")
    logging.getLogger().handlers[1].close()

    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["told"]
    assert file.read_text() == stream.getvalue()


def test_a_bell_that_is_rung_leaves_no_line():
    stream = io.StringIO()

    configure(Application(), stream)
    logging.getLogger("taskiq.receiver.receiver").info("Executing task look")

    assert stream.getvalue() == ""


def test_a_log_file_that_cannot_be_written_is_a_wrong_setting(tmp_path):
    (tmp_path / "file").touch()
    application = replace(Application(), log_file_path=tmp_path / "file" / "moniqo.log")

    with pytest.raises(WrongSettings) as caught:
        configure(application, io.StringIO())

    assert [fault.field for fault in caught.value.faults] == ["LOG_FILE_PATH"]


@pytest.mark.parametrize("pretty", [False, True])
def test_a_request_leaves_a_line_with_who_what_and_how_long(pretty):
    call = CallContext(actor_id=UUID(int=7), request_id="r-1")
    record = caught(
        lambda: tell(
            call,
            method="GET",
            route="/things/{id}",
            path="/things/1\n\x1b[2J",
            status=404,
            seconds=0.0015,
        )
    )

    line = formatter(pretty=pretty).format(record)

    assert "\n" not in line
    assert "\x1b[2J" not in line
    if not pretty:
        told = json.loads(line)
        assert told.pop("timestamp").endswith("Z")
        assert told == {
            "message": "request",
            "level": "info",
            "logger": "moniqo.requests",
            "request_id": "r-1",
            "user_id": str(UUID(int=7)),
            "method": "GET",
            "route": "/things/{id}",
            "path": "/things/1\n\x1b[2J",
            "status": 404,
            "milliseconds": 1.5,
        }


def test_the_line_of_a_request_shows_no_token_of_a_path_and_tells_of_our_faults():
    record = caught(
        lambda: tell(
            CallContext(),
            method="GET",
            route=None,
            path="/token=canary/eyJcanarycanary.canary.canary",
            status=500,
            seconds=0,
        )
    )

    line = formatter(pretty=False).format(record)

    assert "canary" not in line
    assert json.loads(line)["level"] == "error"


def caught(call):
    """The record that a call logs at INFO or above."""
    records = []
    logger = logging.getLogger("moniqo.requests")
    handler = logging.Handler()
    handler.emit = records.append
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        call()
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    (record,) = records
    return record
