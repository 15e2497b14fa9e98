"""Devices are told in words that their owner knows."""

import pytest

from moniqo.domain.identity.device import device_of

_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (f"{_WINDOWS} {_CHROME} Edg/142.0.0.0", "Edge on Windows"),
        (f"{_WINDOWS} {_CHROME} OPR/120.0.0.0", "Opera on Windows"),
        (f"{_WINDOWS} {_CHROME}", "Chrome on Windows"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/142.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5.0", "curl"),
        ("python-httpx/0.28.1", "python-httpx"),
        ("Firefox/1", "Firefox"),
        ("x" * 500, "x" * 40),
        ("", "Unknown device"),
        ("/", "Unknown device"),
    ],
)
def test_a_device_is_named_by_its_program_and_system(agent: str, device: str) -> None:
    assert device_of(agent) == device
