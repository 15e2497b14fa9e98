"""Who gets which answer where: compared with a table that every route must stand in.

Each request is well-formed, names nothing that exists, and is made in a new session.
"""

from collections.abc import AsyncIterator
from itertools import count

import pytest

from support.access_matrix import ENDING, MATRIX_ROLES, path_of, rows
from support.asgi import Client
from support.described import body_of, described_routes, headers_of
from support.house import House, open_house

OUTSIDE = ("/docs", "/docs/start.js", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css")
CALLERS = ("anonymous", *MATRIX_ROLES, "deactivated", "unverified")
_numbers = count(1)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


def routes() -> list[str]:
    """Every route that is served."""
    return [*described_routes(), "GET /openapi.json", *(f"GET {path}" for path in OUTSIDE)]


async def caller_of(house: House, who: str) -> Client:
    """Somebody new in a session of their own."""
    if who == "anonymous":
        return house.client
    name = f"{who.lower()}-{next(_numbers)}"
    user_id = await house.made(name, who if who in MATRIX_ROLES else "User")
    client = await house.signed_in(name)
    if who == "deactivated":
        await house.deactivated(user_id)
    if who == "unverified":
        await house.unverified(user_id)
    return client


async def status_of(client: Client, route: str) -> str:
    method, template = route.split()
    body, headers = body_of(route), headers_of(route)
    reply = await client.send(method, path_of(template), body=body, headers=headers)
    return str(reply.status)


def test_every_route_stands_in_the_matrix_and_no_other() -> None:
    assert list(rows()) == routes()


def test_every_registered_path_is_known_to_the_matrix(house: House) -> None:
    served = {
        route.path_format for route in house.client.app.routes if route.path_format is not None
    }

    assert served == {route.split()[1] for route in routes()}


@pytest.mark.parametrize("who", CALLERS)
async def test_everybody_gets_the_answers_of_the_matrix(house: House, who: str) -> None:
    client = await caller_of(house, who)
    found = {}

    for route in routes():
        found[route] = await status_of(client, route)
        if route in ENDING and who in MATRIX_ROLES:
            client = await caller_of(house, who)

    assert found == {route: row[who] for route, row in rows().items()}
