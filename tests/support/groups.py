"""Which tests of a run are done by one process, one after the other: `--dist loadgroup`."""

import pytest

STORES = ("sqlite", "postgres", "mongo")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those of a file; those who share an arena, which takes servers, in whatever file they are."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    file = item.path.relative_to(item.config.rootpath)
    fixtures = set(getattr(item, "fixturenames", ()))
    if "lasting_arenas" not in fixtures or "own_arena" in fixtures:
        return str(file)
    parameters = getattr(item, "callspec", None)
    given = list(parameters.params.values()) if parameters else []
    return "arena on " + next((store for store in STORES if store in given), STORES[0])
