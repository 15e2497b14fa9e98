"""Commands of `moniqo` in processes of their own that need not import it first."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from support.servers.process import Account, launched

FORKING = Path(__file__).with_name("forking.py")
STEP_SECONDS = 0.01


class Forking:
    """The process that forks; it ends with the thread that made it, and its children with it."""

    def __init__(self) -> None:
        command = [sys.executable, str(FORKING)]
        self._lock = Lock()
        self._process = subprocess.Popen(  # noqa: S603  (our own program)
            launched(command, Account(), signal.SIGKILL),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **order: Any) -> Any:
        """Its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())


forking = cache(Forking)


@dataclass(slots=True)
class Forked:
    """A process, as `subprocess.Popen` shows it."""

    pid: int
    returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        if self.returncode is None:
            self.returncode = forking().ask(look=self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("moniqo", timeout or 0)
            time.sleep(STEP_SECONDS)
        return code

    def send_signal(self, number: int) -> None:
        """Signal it, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Bid it end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def forked(
    *arguments: str, env: Mapping[str, str], cwd: Path, out: Path, err: Path | None = None
) -> Forked:
    """`moniqo` with these arguments and nothing else in its environment; output is appended."""
    files = {"out": str(out), "err": str(err or out)}
    return Forked(forking().ask(run=arguments, env=dict(env), cwd=str(cwd), **files))
