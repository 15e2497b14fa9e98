"""What a controller's method must look like is said when it is written, not when it is called."""

import pytest

from moniqo.application.shared.query import Listing
from moniqo.entrypoints.http.arguments import Source
from moniqo.entrypoints.http.endpoint import GET, Controller, endpoint, endpoints_of
from moniqo.entrypoints.http.lists import Lists
from support.workshop import Tool, ToolController


def test_a_path_parameter_that_is_no_id_is_a_fault() -> None:
    with pytest.raises(TypeError, match="tool_id must be a UUID"):

        @endpoint(GET, "/{tool_id}", summary="Get")
        async def fetch(self: Controller, tool_id: str) -> None: ...


def test_a_get_that_acts_without_asking_whether_it_is_only_looked_at_is_a_fault() -> None:
    with pytest.raises(TypeError, match="only looked at"):

        @endpoint(GET, "/bell", summary="Ring by looking")
        async def ring(self: Controller) -> None: ...


def test_a_listing_without_lists_is_a_fault() -> None:
    with pytest.raises(TypeError, match="a listing needs `lists`"):

        @endpoint(GET, summary="List")
        async def index(self: Controller, listing: Listing) -> None: ...


@pytest.mark.parametrize("names", [{"sort": ("weight",)}, {"filters": ("user_name",)}])
def test_a_list_by_a_field_that_is_not_there_is_a_fault(names: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(TypeError, match="Tool has no"):
        Lists(Tool, **names)


def test_what_is_no_argument_of_the_request_is_a_dependency() -> None:
    first = endpoints_of(ToolController)[0]

    sources = {argument.name: argument.source for argument in first.arguments}

    assert sources == {"caller": Source.CALLER, "data": Source.BODY, "make": Source.DEPENDENCY}
    assert (first.path, first.tag) == ("/api/v1/tools", "Tools")
