"""A bell in RabbitMQ."""

from taskiq import AsyncBroker
from taskiq_aio_pika import AioPikaBroker, Exchange, Queue

NAME = "moniqo.bell"


def amqp_bell(url: str) -> AsyncBroker:
    """Heard by one of the processes on the same server; nothing that counts is in it."""
    exchange = Exchange(name=NAME)
    return AioPikaBroker(url, exchange=exchange).with_queue(Queue(name=NAME))
