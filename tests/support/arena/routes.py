"""Every route of the API's description, and ways to fill in what it takes."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

from support.described import DOCUMENT

JSON = "application/json"
AT_ONCE = 16
Steps = tuple[str | int, ...]
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Field:
    """A place in a body, and what the description says of it."""

    steps: Steps
    schema: dict[str, Any]

    @property
    def name(self) -> str:
        return ".".join(map(str, self.steps))

    @property
    def types(self) -> set[str]:
        found = self.schema.get("type", ())
        return {found} if isinstance(found, str) else set(found)

    def put(self, body: Any, value: object) -> Any:
        """A copy of a body with a value in this place."""
        copy = deepcopy(body)
        at = copy
        for step in self.steps[:-1]:
            at = at[step]
        at[self.steps[-1]] = value
        return copy


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path."""

    method: str
    template: str
    operation: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.template}"

    @property
    def path(self) -> str:
        """The path with ids that name nothing."""
        parts = self.template.split("/")
        return "/".join(str(uuid4()) if part.startswith("{") else part for part in parts)

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        """Its query parameters by name."""
        found = map(resolved, self.operation.get("parameters", ()))
        return {item["name"]: item["schema"] for item in found if item["in"] == "query"}

    @property
    def takes_json(self) -> bool:
        return JSON in self.operation.get("requestBody", {}).get("content", {})

    @property
    def needs_body(self) -> bool:
        return bool(self.operation.get("requestBody", {}).get("required"))

    @property
    def body(self) -> Any:
        """A body that it takes."""
        return deepcopy(self.operation["requestBody"]["content"][JSON]["example"])

    @property
    def fields(self) -> list[Field]:
        """Every place in its body that the example can be given a value in."""
        schema = self.operation["requestBody"]["content"][JSON]["schema"]
        return list(_fields((), schema, self.body))


def routes() -> list[Route]:
    """Every described route."""
    return [
        Route(method.upper(), path, operation)
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    ]


def json_routes() -> list[Route]:
    """Those that take JSON."""
    return [route for route in routes() if route.takes_json]


def list_routes() -> list[Route]:
    """Those that answer pages."""
    return [route for route in routes() if "limit" in route.parameters]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """What a reference leads to; of alternatives the first that is more than null."""
    if "$ref" in schema:
        found: Any = DOCUMENT
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return resolved(found)
    for option in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        if option != {"type": "null"}:
            return resolved(option)
    return schema


def _fields(steps: Steps, schema: dict[str, Any], example: object) -> Iterator[Field]:
    found = resolved(schema)
    if steps:
        yield Field(steps, found)
    if isinstance(example, dict):
        for name, inner in found.get("properties", {}).items():
            yield from _fields((*steps, name), inner, example.get(name))
    if isinstance(example, list) and example and "items" in found:
        yield from _fields((*steps, 0), found["items"], example[0])


async def each(
    items: Iterable[T], call: Callable[[T], Awaitable[R]], at_once: int = AT_ONCE
) -> AsyncIterator[tuple[T, R]]:
    """Each item with what the call made of it, a few at a time."""
    turns = asyncio.Semaphore(at_once)

    async def one(item: T) -> tuple[T, R]:
        async with turns:
            return item, await call(item)

    for done in asyncio.as_completed([one(item) for item in items]):
        yield await done


def text_of(body: object, name: str, literal: str) -> bytes:
    """JSON in which the value of the field that holds `name` is `literal`, as it stands."""
    return json.dumps(body).replace(json.dumps(name), literal, 1).encode("utf-8", "surrogatepass")
