"""Somebody outside, who counts by which keys they are asked for what."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread


class Tally:
    """The keys of each intent in the order they came."""

    def __init__(self, seed: str) -> None:
        self.url = ""
        self.keys: dict[str, list[str]] = {}
        self._lock, self._dice = Lock(), random.Random(seed)  # noqa: S311  (a test's own chance)

    def note(self, intent: str, key: str) -> float:
        """Count the call; the seconds that its answer takes."""
        with self._lock:
            self.keys.setdefault(intent, []).append(key)
            return self._dice.uniform(0, 0.04)

    @property
    def heard(self) -> int:
        """Intents that were asked for at least once."""
        return len(self.keys)


@contextmanager
def counting_server(seed: str) -> Iterator[Tally]:
    """It takes a POST with the headers `Intent` and `Idempotency-Key` and no body."""
    tally = Tally(seed)

    class Counter(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            intent = self.headers["Intent"]
            time.sleep(tally.note(intent, self.headers["Idempotency-Key"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 100

        def handle_error(self, *_: object) -> None:
            """Who is killed hangs up."""

    with Server(("127.0.0.1", 0), Counter) as server:
        tally.url = f"http://127.0.0.1:{server.server_port}/"
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield tally
        finally:
            server.shutdown()
            thread.join()
