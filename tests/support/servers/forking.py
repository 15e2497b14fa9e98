"""Becomes `moniqo` by forking, as often as it is asked to: to import it all takes seconds.

Each line of the input is a JSON object, and so is the answer: `{"run": arguments, "env": …,
"cwd": …, "out": file, "err": file}` is answered with the new process's id, `{"look": id}` with
its exit code, null while it runs.
"""

import ctypes
import gc
import json
import os
import signal
import sys
import threading
from importlib import import_module
from typing import Any

PR_SET_PDEATHSIG = 1

EVERYTHING = (
    "moniqo.entrypoints.cli.root",
    "moniqo.entrypoints.cli.init",
    "moniqo.entrypoints.cli.serve",
    "moniqo.entrypoints.serving",
    "moniqo.adapters.persistence.mongo.backend",
    "moniqo.adapters.persistence.sql.backend",
    "alembic.command",
    "aiosqlite",
    "asyncpg",
    "redis.asyncio",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
)


def main() -> None:
    """Answer until the input ends; a new process leaves this function and never comes back."""
    for name in EVERYTHING:
        import_module(name)
    assert threading.active_count() == 1, "a thread would not be there after a fork"
    gc.freeze()
    codes: dict[int, int] = {}
    for line in sys.stdin:
        order = json.loads(line)
        if "look" in order:
            answer = _looked(order["look"], codes)
        else:
            answer = os.fork()
            if answer == 0:
                _become(order)
                return import_module("moniqo.entrypoints.cli").main()
        print(json.dumps(answer), flush=True)  # noqa: T201
    return None


def _looked(process: int, codes: dict[int, int]) -> int | None:
    if process not in codes:
        found, status = os.waitpid(process, os.WNOHANG)
        if found == process:
            codes[process] = os.waitstatus_to_exitcode(status)
    return codes.get(process)


def _become(order: dict[str, Any]) -> None:
    """Take on arguments, environment and files; end with the parent, by force."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    appended = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(order["out"], appended), 1)
    os.dup2(os.open(order["err"], appended), 2)
    sys.argv[:] = ["moniqo", *order["run"]]


if __name__ == "__main__":
    main()
