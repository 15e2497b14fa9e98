"""Whether the time of an answer tells who has an account.

`python benchmarks/timing.py [sqlite|postgres] [SAMPLES]`: starts one real server process on a
store of its own with limits out of the way, signs a user up, and asks for the same thing in the
name of that user and of nobody, in an order that is drawn. Prints the medians and how far
they lie apart; ends with 1 if they do by 5 % or more.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))
sys.path.insert(0, str(HERE))

from http_reads import wait_until_ready  # noqa: E402  (found through the lines above)
from support.servers import postgres  # noqa: E402  (the same)
from support.servers.process import free_port  # noqa: E402  (the same)

SAMPLES = 200
COST = "8"
"""Of a password's hash: low, so that whatever else a sign-in does can be seen beside it."""
MOST = 5.0
"""Percent between the medians."""
PAUSE = 0.02
"""Seconds for what goes on after an answer, so that it does not slow the next one down."""
KNOWN, UNKNOWN = "known.person@example.com", "nobody.at.all@example.com"
PASSWORD = "Correct-Horse-7"  # noqa: S105  (of a user that lives for a minute)
LIMITS = (
    "LOCKOUT_ATTEMPTS",
    "SIGN_IN_FAILURES_PER_IP",
    "MAILS_PER_ADDRESS_PER_HOUR",
    "MAILS_PER_IP_PER_HOUR",
    "RATE_LIMIT_PER_MINUTE",
)
EXPECTED = (200, 201, 401)
ROUTES: dict[str, dict[str, str]] = {
    "login": {"password": "Wrong-Horse-7"},
    "forgot-password": {},
    "resend-verification": {},
}


@contextmanager
def serving(store: dict[str, str]) -> Iterator[int]:
    """A server on its own store; the port that it listens on."""
    port = free_port()
    unlimited = dict.fromkeys(LIMITS, "1000000")
    chosen = {"PORT": str(port), "LOG_LEVEL": "error", "BCRYPT_COST": COST}
    chosen["AUTO_VERIFY_EMAIL"] = "true"
    settings = store | unlimited | chosen
    command = str(Path(sys.executable).with_name("moniqo"))
    with tempfile.TemporaryDirectory() as folder:
        place: dict[str, Any] = {"cwd": folder, "env": os.environ | settings}
        subprocess.run([command, "init"], check=True, stdout=sys.stderr, **place)  # noqa: S603  (our own program)
        server = subprocess.Popen([command, "serve"], stdout=sys.stderr, **place)  # noqa: S603  (the same)
        try:
            wait_until_ready(port, server)
            yield port
        finally:
            server.terminate()
            server.wait(20)


def milliseconds(line: HTTPConnection, route: str, body: dict[str, str]) -> float:
    """How long one answer took, from the first byte sent to the last one read."""
    payload = json.dumps(body)
    began = time.perf_counter()
    line.request("POST", f"/api/v1/auth/{route}", payload, {"Content-Type": "application/json"})
    answer = line.getresponse()
    text = answer.read()
    took = 1000 * (time.perf_counter() - began)
    if answer.status not in EXPECTED:
        raise SystemExit(f"{route} answered {answer.status}: {text.decode()}")
    return took


def measured(line: HTTPConnection, route: str, samples: int) -> tuple[float, float]:
    """The medians for who exists and who does not."""
    times: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    # In no order at all: what one answer leaves behind must not meet one of the two more often.
    for email in random.sample((KNOWN, UNKNOWN) * samples, 2 * samples):
        body = {"email": email, **ROUTES[route]}
        times[email].append(milliseconds(line, route, body))
        time.sleep(PAUSE)
    return median(times[KNOWN]), median(times[UNKNOWN])


def main() -> None:
    """Measure and print a table."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "sqlite"
    samples = int(sys.argv[2]) if len(sys.argv) > 2 else SAMPLES
    worst = 0.0
    with ExitStack() as opened:
        store = {"STORAGE_BACKEND": kind}
        if kind == "postgres":
            store["DATABASE_URL"] = opened.enter_context(postgres())
        line = HTTPConnection("127.0.0.1", opened.enter_context(serving(store)), timeout=30)
        person = {"email": KNOWN, "password": PASSWORD, "first_name": "Ada", "last_name": "Known"}
        milliseconds(line, "register", person)
        print(f"{'route':<22}{'known ms':>10}{'unknown ms':>12}{'apart %':>9}")
        for route in ROUTES:
            measured(line, route, 10)
            known, unknown = measured(line, route, samples)
            apart = 100 * (known - unknown) / unknown
            worst = max(worst, abs(apart))
            print(f"{route:<22}{known:>10.2f}{unknown:>12.2f}{apart:>9.2f}", flush=True)
    if worst >= MOST:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
