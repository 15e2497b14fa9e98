"""Real servers for tests and benchmarks, run from wheels: no container and no root needed.

`with postgres() as url:` and its like start one on a free port of 127.0.0.1 with a data
folder of its own and take both away at the end. Everything in them is thrown away, so
they are set for speed and not for keeping data.
"""

from support.servers.databases import fresh_mongo, fresh_postgres
from support.servers.mongo import local_mongo, mongo
from support.servers.postgres import postgres
from support.servers.process import ServerFailed
from support.servers.valkey import valkey

__all__ = [
    "ServerFailed",
    "fresh_mongo",
    "fresh_postgres",
    "local_mongo",
    "mongo",
    "postgres",
    "valkey",
]
