"""What every command has in common: `--json`, one place for output, one for errors."""

import functools
import json
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import rich_click as click

from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.exits import Exit
from moniqo.entrypoints.cli.failures import failure_of

Body = Callable[..., Answer | Coroutine[Any, Any, Answer]]


def operation(body: Body) -> Callable[..., None]:
    """Make a command's callback of a function, async or not, that answers; adds `--json`."""

    @functools.wraps(body)
    def run(*, as_json: bool, **arguments: Any) -> None:
        sys.exit(_run(body, arguments, as_json=as_json))

    return click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")(run)


def _answer(body: Body, arguments: dict[str, Any]) -> Answer:
    import asyncio

    found = body(**arguments)
    return found if isinstance(found, Answer) else asyncio.run(found)


def _run(body: Body, arguments: dict[str, Any], *, as_json: bool) -> Exit:
    try:
        answer = _answer(body, arguments)
    except (KeyboardInterrupt, click.Abort):
        return Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001  (the last one to know what to say of it)
        failure = failure_of(error)
        failure.tell(as_json=as_json)
        return failure.exit
    if as_json:
        click.echo(json.dumps(answer.data, ensure_ascii=False, indent=2))
    elif isinstance(answer.text, str):
        click.echo(answer.text)
    else:
        answer.text()
    return answer.exit
