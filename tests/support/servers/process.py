"""One server process: its folder, its port, its start and its certain end."""

import importlib.util
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LAUNCH = Path(__file__).with_name("launch.py")
PREFIX = "moniqo-server-"
START_SECONDS = 60


class ServerFailed(RuntimeError):
    """A server that the tests need could not be started; the message says why."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the machine that a server runs as; -1 is whoever runs the tests."""

    uid: int = -1
    gid: int = -1


def unprivileged() -> Account:
    """An account for a server that refuses to run as root: our own unless we are root."""
    if os.getuid() != 0:
        return Account()
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


def package(name: str, wheel: str, variable: str) -> Path:
    """The folder of an installed package; raises `ServerFailed` with what to do."""
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        spec = None
    if spec is None or spec.origin is None:
        raise ServerFailed(
            f"{name} is missing: install {wheel} (group dev), or name a server in {variable}"
        )
    return Path(spec.origin).parent


def free_port() -> int:
    """A port that nobody listens on, below those that the system hands out by itself."""
    for port in random.sample(range(20_000, 32_000), 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServerFailed("no free port between 20000 and 32000")


@contextmanager
def workspace(account: Account | None = None) -> Iterator[Path]:
    """A folder owned by `account`, gone at the end; those of dead runs are swept first."""
    for old in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = old.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    try:
        if account is not None and account.uid >= 0:
            os.chown(folder, account.uid, account.gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def launched(command: list[str], account: Account, end: signal.Signals) -> list[str]:
    """The command wrapped so that it runs as `account` and gets `end` when we die."""
    prelude = [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), str(int(end))]
    return [*prelude, str(account.uid), str(account.gid), *command]


@contextmanager
def running(
    command: list[str],
    folder: Path,
    ready: Callable[[], bool],
    *,
    account: Account | None = None,
    end: signal.Signals = signal.SIGKILL,
) -> Iterator[None]:
    """Run a server in `folder` until the block ends; raises `ServerFailed` with its log.

    `end` stops it at once, its children too. Call from a thread that lives as long as the
    server has to: the kernel ends it with the thread that started it.
    """
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  (binaries of our own wheels)
            launched(command, account or Account(), end),
            cwd=folder,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _await(process, Path(command[0]).name, log, ready)
        yield
    finally:
        _stop(process, end)


def _await(
    process: subprocess.Popen[bytes], name: str, log: Path, ready: Callable[[], bool]
) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        code = process.poll()
        if code is not None or time.monotonic() > deadline:
            state = f"ended with {code}" if code is not None else f"silent for {START_SECONDS} s"
            tail = log.read_text(errors="replace")[-2000:]
            raise ServerFailed(f"{name} could not be started ({state}):\n{tail}")
        time.sleep(0.02)


def _stop(process: subprocess.Popen[bytes], end: signal.Signals) -> None:
    for attempt in (end, signal.SIGKILL):
        try:
            os.killpg(process.pid, attempt)
            process.wait(10)
        except ProcessLookupError:
            process.wait()
        except subprocess.TimeoutExpired:
            continue
        return
