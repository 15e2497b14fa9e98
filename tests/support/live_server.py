"""`moniqo serve` as a process of its own, and the commands that go with it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from support.servers.process import free_port

COMMAND = str(Path(sys.executable).with_name("moniqo"))
STARTUP_SECONDS = 40


def moniqo(*arguments: str, env: Mapping[str, str], cwd: Path) -> dict[str, Any]:
    """Run a command with `--json`; its answer, or a failed test with what it said."""
    command = [COMMAND, *arguments, "--json"]
    done = subprocess.run(  # noqa: S603  (our own command)
        command, env={**_clean(), **env}, cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@contextmanager
def serving(*options: str, env: Mapping[str, str], cwd: Path) -> Iterator[httpx2.Client]:
    """A server on a free port until the block ends; the client speaks to `/api/v1`."""
    port = free_port()
    command = [COMMAND, "serve"]
    command += ["--host", "127.0.0.1", "--port", str(port), *options]
    log = cwd / f"serve-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  (our own command)
            command, env={**_clean(), **env}, cwd=cwd, stdout=output, stderr=output
        )
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                _await_ready(client, process, log)
                yield client
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await_ready(client: httpx2.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if client.get("/health/ready").status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"not ready within {STARTUP_SECONDS} s:\n{log.read_text()}")


def _clean() -> dict[str, str]:
    """The environment without settings of the machine that runs the tests."""
    keep = {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "SYSTEMROOT"}
    kept = {name: value for name, value in os.environ.items() if name in keep}
    coverage = {name: value for name, value in os.environ.items() if name.startswith("COV")}
    return {**kept, **coverage}
