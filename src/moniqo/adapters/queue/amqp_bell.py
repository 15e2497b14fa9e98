"""A bell in RabbitMQ."""

from typing import Any

from taskiq import AsyncBroker
from taskiq_aio_pika import AioPikaBroker, Exchange, Queue, QueueType

NAME = "moniqo.bell"
LONGEST = 1_000
"""Ringings that are kept while nobody listens: more would say no more."""
CONNECT_SECONDS = 5
"""A server that is just coming up may take a connection and never answer on it."""


def amqp_bell(url: str) -> AsyncBroker:
    """Heard by one of the processes on the same server; nothing that counts is in it."""
    broker = AioPikaBroker(
        url,
        exchange=Exchange(name=NAME, durable=False),
        dead_letter_queue=_queue(f"{NAME}.dead", {}),
        timeout=CONNECT_SECONDS,
        reconnect_interval=1,
    )
    return broker.with_queue(_queue(NAME, {"x-max-length": LONGEST, "x-overflow": "drop-head"}))


def _queue(name: str, arguments: dict[str, Any]) -> Queue:
    return Queue(name=name, type=QueueType.CLASSIC, durable=False, arguments=arguments)
