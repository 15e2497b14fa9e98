"""Query parameters read strictly.

A value becomes what it would have been in JSON, then the same decoder reads it as reads bodies.
"""

import re
from dataclasses import dataclass
from typing import Any

from moniqo.domain.shared.decoding import decode
from moniqo.domain.shared.schema import plain, schema
from moniqo.entrypoints.http.query_string import pairs

_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,30})", re.ASCII)


@dataclass(frozen=True, slots=True)
class QueryReader:
    """Reads a query into the dataclass `kind`: one parameter for each field."""

    kind: type

    @property
    def names(self) -> frozenset[str]:
        """The parameters."""
        return frozenset(field.told for field in schema(self.kind))

    def read(self, raw: bytes) -> Any:
        """The dataclass; raises `Invalid`."""
        types = {field.told: field.type for field in schema(self.kind)}
        sent = pairs(raw, self.names)
        return decode(self.kind, {name: as_json(types[name], text) for name, text in sent.items()})


def as_json(annotation: Any, text: str) -> object:
    """What a parameter's text would have been in JSON, if its type is not a text there."""
    bare = plain(annotation)
    if bare is bool:
        return {"true": True, "false": False}.get(text, text)
    if bare is int:
        return int(text) if _WHOLE.fullmatch(text) else text
    return text
