"""What every command has in common."""

import json

import pytest
import rich_click as click
from click.testing import CliRunner

from moniqo.domain.shared.errors import AlreadyExists, Fault
from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.exits import Exit
from moniqo.entrypoints.cli.operation import operation


def ran(error: BaseException, *words: str, **environ: str):
    @click.command()
    @operation
    async def fail() -> Answer:
        raise error

    return CliRunner().invoke(fail, words, env=environ)


@pytest.mark.usefixtures("folder")
def test_a_refusal_is_one_line_and_one_for_each_detail():
    faults = (Fault("email", "is taken"), Fault("name", "is long"))

    result = ran(AlreadyExists("Account exists.", faults=faults))

    assert result.exit_code == Exit.CONFLICT
    assert result.stderr == "error: Account exists.\n  email: is taken\n  name: is long\n"
    assert result.stdout == ""


@pytest.mark.usefixtures("folder")
def test_a_refusal_is_one_json_object_for_programs():
    result = ran(AlreadyExists("Taken.", faults=(Fault("email", "is taken"),)), "--json")

    assert json.loads(result.stderr) == {
        "error": {
            "code": "CONFLICT",
            "message": "Taken.",
            "details": [{"field": "email", "message": "is taken"}],
        }
    }


@pytest.mark.usefixtures("folder")
def test_a_fault_of_ours_shows_its_place_only_when_asked_for():
    quiet = ran(ZeroDivisionError("inner"))
    loud = ran(ZeroDivisionError("inner"), DEBUG="true")

    assert quiet.exit_code == loud.exit_code == Exit.FAULT
    assert quiet.stderr == "error: An unexpected ZeroDivisionError. Set DEBUG=true to see where.\n"
    assert "Traceback" in loud.stderr


@pytest.mark.usefixtures("folder")
def test_a_fault_of_ours_is_told_even_with_wrong_settings():
    assert "ZeroDivisionError" in ran(ZeroDivisionError(), PORT="x").stderr


@pytest.mark.parametrize("end", [KeyboardInterrupt(), click.Abort()])
def test_an_interruption_ends_without_a_word(end):
    result = ran(end)

    assert result.exit_code == Exit.INTERRUPTED
    assert result.stderr == ""
