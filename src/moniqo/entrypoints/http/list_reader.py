"""Reading the query of a list."""

from dataclasses import dataclass
from typing import Any

from moniqo.application.shared.query import Listing
from moniqo.domain.shared.decoding import decode
from moniqo.domain.shared.entity import field_fault
from moniqo.domain.shared.errors import Fault, Invalid
from moniqo.entrypoints.http.lists import REMOVED, Lists
from moniqo.entrypoints.http.query import as_json
from moniqo.entrypoints.http.query_string import pairs, refused
from moniqo.entrypoints.http.whole_numbers import offset, whole


@dataclass(frozen=True, slots=True)
class ListReader:
    """Reads a query into a `Listing`; `most` is what a larger limit is cut to."""

    lists: Lists
    usual: int
    most: int

    def read(self, raw: bytes) -> Listing:
        """The listing; raises `Invalid` naming every parameter at fault."""
        sent = pairs(raw, self.lists.names)
        faults: list[Fault] = []
        values: dict[str, Any] = {}
        for name, text in sent.items():
            try:
                values[name] = self._value(name, text)
            except Invalid as problem:
                message = problem.faults[0].message if problem.faults else problem.message
                faults.append(Fault(name, message))
        if faults:
            raise refused(faults)
        return Listing(
            where=tuple(
                found.compare(found.field, values[name])
                for name, (found, _) in self.lists.parameters.items()
                if name in values
            ),
            sort=values.get("sort", self.lists.default),
            limit=values.get("limit", self.usual),
            offset=values.get("offset", 0),
            cursor=values.get("cursor"),
            include_deleted=values.get(REMOVED, False),
            without=self.lists.without,
        )

    def _value(self, name: str, text: str) -> object:
        if name == "limit":
            return min(whole(text, 1), self.most)
        if name == "offset":
            return offset(text)
        if name == "sort":
            return self._sort(text)
        if name == "cursor":
            return text
        if name == REMOVED:
            return decode(bool, as_json(bool, text))
        _, wanted = self.lists.parameters[name]
        value = decode(wanted.type, as_json(wanted.type, text))
        message = field_fault(wanted, value)
        if message:
            raise Invalid(message)
        return value

    def _sort(self, text: str) -> tuple[str, ...]:
        names = tuple(text.split(","))
        bare = [name.removeprefix("-") for name in names]
        known = self.lists.sortable
        if len(set(bare)) < len(bare) or not set(bare) <= set(known):
            raise Invalid(f"must name fields of {', '.join(known)}, each once")
        signs = (name[: name.startswith("-")] for name in names)
        return tuple(sign + known[name] for sign, name in zip(signs, bare, strict=True))
