"""The brokers that a bell may hang on; RabbitMQ's turn is `make test-rabbitmq`."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from taskiq import AsyncBroker

from moniqo.adapters.queue.amqp_bell import amqp_bell
from moniqo.adapters.queue.bells import InProcessBell
from moniqo.adapters.queue.redis_bell import RedisBell
from support.belfry import Belfry
from support.servers.process import free_port
from support.servers.rabbitmq import rabbitmq, rabbitmq_on
from support.servers.valkey import valkey_on

BROKERS = ("amqp",) if os.environ.get("TEST_BELLS") == "amqp" else ("embedded", "redis")
_databases = count(200)
Start = Callable[[], AbstractContextManager[str]]


@pytest.fixture(scope="module", params=BROKERS)
def kind(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


@pytest.fixture(scope="module")
def url(kind: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Where the broker is."""
    if kind == "amqp":
        with rabbitmq() as found:
            yield found
    elif kind == "redis":
        yield request.getfixturevalue("valkey_server")
    else:
        yield "embedded"


def broker_at(kind: str, url: str) -> AsyncBroker:
    made = {"amqp": partial(amqp_bell, url), "redis": partial(RedisBell, url)}
    return made.get(kind, InProcessBell)()


@pytest.fixture
async def belfry(kind: str, url: str) -> AsyncIterator[Callable[[], Belfry]]:
    """Processes that hear the bell."""
    made: list[Belfry] = []
    if kind == "redis":
        # Nobody else's ringing, and no listener that the server has not missed yet.
        url = f"{url}/{next(_databases)}"

    def make() -> Belfry:
        made.append(Belfry(broker_at(kind, url), is_local=kind == "embedded"))
        return made[-1]

    yield make
    for each in made:
        await each.close()


@pytest.fixture
def mortal(kind: str, tmp_path: Path) -> Start:
    """Starts a server of its own, again and again on the same port."""
    on, port = (rabbitmq_on if kind == "amqp" else valkey_on), free_port()

    @contextmanager
    def start() -> Iterator[str]:
        with on(port, tmp_path) as address:
            yield address

    return start
