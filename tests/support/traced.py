"""Coverage is paid for only where its figures come from: a tracer takes as long as the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import coverage
import greenlet
import pytest


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Where greenlets are not told apart, which is much faster, there must be none."""
    controller = _controller(session.config)
    if controller is not None and "greenlet" not in controller.cov.config.concurrency:
        greenlet.settrace(_refuse)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[object]:
    """Trace the test, or do not."""
    controller = _controller(item.config)
    if controller is not None and controller.started is _is_untraced(item):
        (controller.pause if controller.started else controller.resume)()
    return (yield)


def _refuse(event: str, _: object) -> None:
    raise RuntimeError(
        f"greenlet {event}: tests of SQL belong where `make test` tells greenlets apart"
    )


def _is_untraced(item: pytest.Item) -> bool:
    return item.get_closest_marker("untraced") is not None


def _controller(config: pytest.Config) -> Any:
    """What starts and stops the tracer of this process; None where nothing is traced."""
    plugin = config.pluginmanager.get_plugin("_cov")
    controller = getattr(plugin, "cov_controller", None)
    return controller if getattr(controller, "cov", None) is not None else None


@contextmanager
def resting() -> Iterator[None]:
    """What is done in the block was traced before."""
    traced = coverage.Coverage.current()
    if traced is not None:
        traced.stop()
    yield
    if traced is not None:
        traced.start()
