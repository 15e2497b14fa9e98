"""No call to the outside world while a unit of work is open."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import getmembers, isfunction, unwrap
from typing import Any, Protocol

import pytest

from moniqo.application.shared.outside import Outside
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from support.call_graph import outside_in_transaction, reaches_outside
from support.source_tree import is_port, modules, own_classes


def functions() -> dict[str, Callable[..., Any]]:
    """Every function and method of the application, ports aside."""
    owners = [
        *modules("application"),
        *(it for it in own_classes("application") if not is_port(it)),
    ]
    found = (unwrap(item) for owner in owners for _, item in getmembers(owner, isfunction))
    return {
        f"{it.__module__}.{it.__qualname__}": it
        for it in found
        if it.__module__.startswith("moniqo.application") and it.__code__.co_filename[0] != "<"
    }


class Post(Outside, Protocol):
    """An example of the outside."""

    async def send(self, text: str) -> None:
        """Send it."""


async def deliver(post: Post, text: str) -> None:
    await post.send(text)


async def deliver_within(tx: Transaction, post: Post) -> None:
    await post.send(str(tx))


@dataclass(frozen=True)
class Letters:
    uow: UnitOfWork
    posts: Mapping[str, Post]

    async def directly(self) -> None:
        async with self.uow():
            await self.posts["fast"].send("too early")

    async def by_a_local_name(self) -> None:
        post = self.choose()
        async with self.uow():
            await post.send("too early")

    async def through_a_function(self) -> None:
        async with self.uow():
            await deliver(self.choose(), "too early")

    async def afterwards(self) -> None:
        async with self.uow():
            chosen = self.choose()
        await chosen.send("in time")

    def choose(self) -> Post:
        return self.posts["slow"]


def test_no_unit_of_work_reaches_outside() -> None:
    found = {name: outside_in_transaction(function) for name, function in functions().items()}

    assert len(found) > 100
    assert {name: calls for name, calls in found.items() if calls} == {}


@pytest.mark.parametrize(
    "early", [Letters.directly, Letters.by_a_local_name, Letters.through_a_function, deliver_within]
)
def test_a_call_inside_is_noticed(early: Callable[..., Any]) -> None:
    assert outside_in_transaction(early) != []


def test_a_call_after_the_commit_is_right() -> None:
    assert reaches_outside(Letters.afterwards)
    assert outside_in_transaction(Letters.afterwards) == []
