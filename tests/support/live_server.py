"""`moniqo serve` as a process of its own, and the commands that go with it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2

from support.servers.forked import Forked, forked
from support.servers.process import free_port

COMMAND = str(Path(sys.executable).with_name("moniqo"))
STARTUP_SECONDS = 40
COMMAND_SECONDS = 120
END_SECONDS = 20


def moniqo(*arguments: str, env: Mapping[str, str], cwd: Path) -> dict[str, Any]:
    """Run a command with `--json`; its answer, or a failed test with what it said."""
    with TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        command = (*arguments, "--json")
        process = forked(*command, env={**_clean(), **env}, cwd=cwd, out=out, err=err)
        code = process.wait(COMMAND_SECONDS)
        assert code == 0, f"{arguments}: {out.read_text()}\n{err.read_text()}"
        answer: dict[str, Any] = json.loads(out.read_text())
    return answer


@dataclass(slots=True)
class Server:
    """One process of `moniqo serve` on a port of its own; it dies with the process that began it.

    Its log is appended to `log`, however often it is begun again.
    """

    env: Mapping[str, str]
    cwd: Path
    options: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    process: Forked | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def arguments(self) -> tuple[str, ...]:
        """What is said to the command."""
        return ("serve", "--host", "127.0.0.1", "--port", str(self.port), *self.options)

    @property
    def log(self) -> Path:
        return self.cwd / f"serve-{self.port}.log"

    def begin(self) -> None:
        """Start it, without waiting until it takes requests."""
        env = {**_clean(), **self.env}
        self.process = forked(*self.arguments, env=env, cwd=self.cwd, out=self.log)

    def await_ready(self) -> None:
        """Return once it takes requests; a failed test with its log if it does not come up."""
        assert self.process is not None
        deadline = time.monotonic() + STARTUP_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            if self._answers():
                return
            time.sleep(0.1)
        raise AssertionError(f"not ready within {STARTUP_SECONDS} s:\n{self.log.read_text()}")

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def bid_end(self) -> None:
        """Ask it to stop, without waiting until it has."""
        if self.process is not None:
            self.process.terminate()

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Stop it, by `number` at first; it is gone when this returns."""
        if self.process is None:
            return
        self.process.send_signal(number)
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def restart(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Stop it and have it take requests again."""
        self.end(number)
        self.begin()
        self.await_ready()

    def memory(self) -> int:
        """Bytes that it holds in memory."""
        assert self.process is not None
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGESIZE")

    def lines(self) -> list[dict[str, Any]]:
        """What it logged."""
        return [json.loads(line) for line in self.log.read_bytes().split(b"\n") if line[:1] == b"{"]


@contextmanager
def serving(*options: str, env: Mapping[str, str], cwd: Path) -> Iterator[httpx2.Client]:
    """A server on a free port until the block ends; the client speaks to it."""
    server = Server(env, cwd, options)
    server.begin()
    try:
        server.await_ready()
        with httpx2.Client(base_url=server.url, timeout=30) as client:
            yield client
    finally:
        server.end()


def _clean() -> dict[str, str]:
    """The environment without settings of the machine that runs the tests."""
    keep = {"PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "TMPDIR", "VIRTUAL_ENV", "SYSTEMROOT"}
    kept = {name: value for name, value in os.environ.items() if name in keep}
    coverage = {name: value for name, value in os.environ.items() if name.startswith("COV")}
    return {**kept, **coverage}
