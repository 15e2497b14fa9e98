"""A bounded load on one path of a server on this machine, as a process of its own.

`load.py PORT PATH CONNECTIONS REQUESTS SECONDS` reads a bearer token from standard input (an
empty line: none), keeps CONNECTIONS busy with one request each until REQUESTS were answered or
SECONDS have passed, and prints requests per second and latencies as JSON.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from statistics import median, quantiles

import httptools
import uvloop

HOST = "127.0.0.1"
"""The only address that is ever loaded."""
MAX_REQUESTS = 200_000
MAX_SECONDS = 60.0


@dataclass
class Load:
    """What is left to send, and what came back."""

    request: bytes
    requests: int
    ends_at: float
    latencies: list[float] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)

    def over(self) -> bool:
        """Whether nothing more is to be sent."""
        answered = len(self.latencies) + len(self.failures)
        return answered >= self.requests or time.perf_counter() >= self.ends_at


class Connection(asyncio.Protocol):
    """One request after another; `closed` is done at the end."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.closed = asyncio.get_running_loop().create_future()
        self._parser = httptools.HttpResponseParser(self)
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._send()

    def data_received(self, data: bytes) -> None:
        """Hand on; the parser calls `on_message_complete`."""
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """Take the time and go on."""
        status = self._parser.get_status_code()
        if status == 200:
            self.load.latencies.append(time.perf_counter() - self._sent_at)
        else:
            self.load.failures.append(status)
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits."""
        if exc is None:
            self.closed.set_result(None)
        else:
            self.closed.set_exception(exc)

    def _send(self) -> None:
        if self.load.over():
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(self.load.request)


def request(port: int, path: str, token: str) -> bytes:
    """The bytes of one GET."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}:{port}", "Accept: application/json"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join([*lines, "", ""]).encode()


async def run(port: int, load: Load, connections: int) -> dict[str, float]:
    """Load the server and answer the figures; raises if any answer was not 200."""
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    opened = [
        await loop.create_connection(lambda: Connection(load), HOST, port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(protocol.closed for _, protocol in opened))
    elapsed = time.perf_counter() - began
    if load.failures:
        raise SystemExit(f"{len(load.failures)} answers were not 200, the first {load.failures[0]}")
    return {
        "requests": len(load.latencies),
        "per_second": round(len(load.latencies) / elapsed, 1),
        "p50_ms": round(median(load.latencies) * 1000, 2),
        "p99_ms": round(quantiles(load.latencies, n=100)[-1] * 1000, 2),
    }


def main() -> None:
    """Read the arguments, run, print."""
    port, path, connections, requests, seconds = sys.argv[1:]
    ends_at = time.perf_counter() + min(float(seconds), MAX_SECONDS)
    message = request(int(port), path, sys.stdin.readline().strip())
    load = Load(message, min(int(requests), MAX_REQUESTS), ends_at)
    print(json.dumps(uvloop.run(run(int(port), load, int(connections)))))


if __name__ == "__main__":
    main()
