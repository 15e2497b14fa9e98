"""S100: routes on their way out say so, in answers and in the API's description."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest

from moniqo.entrypoints.http.app import create_app
from moniqo.entrypoints.http.deprecations import DEPRECATIONS, Deprecation
from moniqo.entrypoints.http.endpoint import endpoints_of
from moniqo.entrypoints.http.routes import CONTROLLERS
from support.asgi import Client, served
from support.house import house_settings
from support.workshop import OpenController, ToolController, workshop_container

SINCE, SUNSET = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
OLD = Deprecation(SINCE, SUNSET, "https://example.com/instead")
HEADERS = ("deprecation", "sunset", "link")


@pytest.fixture
async def api() -> AsyncIterator[Client]:
    """The workshop, whose list of tools is on its way out."""
    app = create_app(
        workshop_container(),
        house_settings(),
        (ToolController, OpenController),
        deprecations={"GET /api/v1/tools": OLD},
    )
    async with served(app) as client:
        yield client


@pytest.mark.parametrize(("token", "status"), [("alice", 200), ("nobody", 401)])
async def test_s100_a_deprecated_route_says_since_and_until_when(
    api: Client, token: str, status: int
) -> None:
    reply = await api.signed_in(token).get("/api/v1/tools")

    assert reply.status == status
    assert reply.header("deprecation") == f"@{int(SINCE.timestamp())}"
    assert parsedate_to_datetime(reply.header("sunset") or "") == SUNSET
    assert (reply.header("sunset") or "").endswith(" GMT")
    assert (
        reply.header("link") == '<https://example.com/instead>; rel="deprecation"; type="text/html"'
    )


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/api/v1/tools"), ("GET", "/api/v1/open/search?word=a")]
)
async def test_s100_other_routes_say_nothing(api: Client, method: str, path: str) -> None:
    reply = await api.signed_in("alice").send(method, path)

    assert [reply.header(name) for name in HEADERS] == [None, None, None]


async def test_s100_the_description_says_it_too(api: Client) -> None:
    paths = (await api.get("/openapi.json")).json["paths"]

    assert paths["/api/v1/tools"]["get"]["deprecated"] is True
    assert "deprecated" not in paths["/api/v1/tools"]["post"]


def test_s100_no_route_ends_before_it_is_deprecated() -> None:
    with pytest.raises(ValueError, match="at least"):
        Deprecation(SUNSET, SINCE, "https://example.com")


def test_s100_every_route_of_the_table_is_one() -> None:
    routes = {one.route for item in CONTROLLERS for one in endpoints_of(item)}

    assert set(DEPRECATIONS) <= routes
