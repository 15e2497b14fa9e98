"""A worker that is begun again whenever it is killed, as a service manager would.

It does what every worker does, and tasks of the kinds `KINDS` as well: each writes a row and asks
a server at `COUNTING_URL` for something. One of the kind `ENDLESS` never ends. The id of each new
process goes to the standard output.
"""

import asyncio
import ctypes
import gc
import os
import signal
from dataclasses import replace

import httpx2
from dishka import Provider, Scope, decorate

from moniqo.adapters.queue.kinds import TaskKind
from moniqo.adapters.queue.worker import Terms
from moniqo.adapters.system import Uuid7Ids
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.tasks import TaskContext
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.shared.ids import PromptId
from moniqo.domain.shared.types import JsonObject
from moniqo.entrypoints.container import build_container
from moniqo.entrypoints.logs import configure
from moniqo.entrypoints.settings import load
from moniqo.entrypoints.working import work

KINDS = ("count here", "count there")
ENDLESS = "wait"
PR_SET_PDEATHSIG = 1


class Counting:
    """See `TaskHandler`."""

    def __init__(self, url: str) -> None:
        self._client = httpx2.AsyncClient(base_url=url, timeout=10, trust_env=False)
        self._ids = Uuid7Ids()

    async def __call__(self, context: TaskContext) -> JsonObject:
        name = str(context.task.id)

        async def write(tx: Transaction) -> JsonObject:
            row = Prompt(id=PromptId(self._ids.new()), owner_id=None, title=name, prompt="Count.")
            await tx[Prompt].add(row)
            return JsonObject({"row": str(row.id)})

        async def call(key: str) -> JsonObject:
            headers = {"Intent": name, "Idempotency-Key": key}
            answer = await self._client.post("", headers=headers)
            answer.raise_for_status()
            return JsonObject({"status": answer.status_code})

        return JsonObject(
            {**await context.step("row", write), **await context.effect("call", call)}
        )


async def wait(_: TaskContext) -> None:
    """For ever."""
    await asyncio.Event().wait()


class AlsoCounts(Provider):
    """Adds the kinds to what the worker does."""

    scope = Scope.APP

    @decorate
    def terms(self, terms: Terms) -> Terms:
        counting = TaskKind(Counting(os.environ.get("COUNTING_URL", "")))
        also = {**dict.fromkeys(KINDS, counting), ENDLESS: TaskKind(wait)}
        return replace(terms, kinds={**terms.kinds, **also})


async def _work() -> None:
    settings = load()
    configure(settings.application)
    await work(build_container(settings, AlsoCounts()))


def main() -> None:
    """Have a worker at work until one is told to stop."""
    gc.freeze()
    parent, killed = os.getpid(), True
    while killed:
        worker = os.fork()
        if worker == 0:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() == parent:
                asyncio.run(_work())
            os._exit(0)
        print(worker, flush=True)  # noqa: T201  (what is asked of it)
        killed = os.WIFSIGNALED(os.waitpid(worker, 0)[1])


if __name__ == "__main__":
    main()
