"""What can be done with a thing that a route has just made: links to the routes of its id."""

import re
from typing import Any

Node = dict[str, Any]
_PARENTS = re.compile(r"/[^/{}]+/\{[^/{}]+\}")
_PARAMETER = re.compile(r"\{([^/{}]+)\}")
_ID = "$response.body#/data/id"


def link(paths: dict[str, Node]) -> None:
    """Give every success that answers something new its links."""
    for path, operations in paths.items():
        making = operations.get("post")
        status = next(iter(making["responses"])) if making else ""
        if making and status in {"201", "202"}:
            found = _links(path, paths)
            if found:
                making["responses"][status]["links"] = found


def _links(path: str, paths: dict[str, Node]) -> Node:
    """Things of things are found by their own id alone."""
    homes = {path, _PARENTS.sub("", path)}
    return {
        operation["operationId"]: {
            "operationId": operation["operationId"],
            "parameters": {parameter: _ID},
        }
        for target, operations in paths.items()
        for parameter in _PARAMETER.findall(target)[:1]
        if target.partition("/{")[0] in homes and target.count("{") == 1
        for operation in operations.values()
    }
