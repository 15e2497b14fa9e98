"""A route at work: whatever can be decided before a request comes has been."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from moniqo.application.shared.caller import current_call
from moniqo.domain.shared.decoding import decode, decode_fields
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.errors import Invalid, NotFound, PreconditionFailed
from moniqo.entrypoints.http import etags
from moniqo.entrypoints.http.bearer import bearer_token
from moniqo.entrypoints.http.endpoint import GET, Argument, Changes, Endpoint, Source
from moniqo.entrypoints.http.gate import Receive, Scope, header
from moniqo.entrypoints.http.lists import ListReader
from moniqo.entrypoints.http.query import QueryReader, pairs
from moniqo.entrypoints.http.rendering import renderer
from moniqo.entrypoints.http.runtime import Runtime
from moniqo.entrypoints.http.wire import NO_STORE, Answer, Header, succeeded

_VARY: Header = (b"vary", b"Authorization")
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Nothing(Value):
    """The payload of routes that take none."""


class Handler:
    """Takes one endpoint's requests. `fixed` holds the dependencies once it has been started."""

    def __init__(self, endpoint: Endpoint, runtime: Runtime) -> None:
        self.endpoint = endpoint
        self.fixed: dict[str, Any] = {}
        self._runtime = runtime
        self._caller = endpoint.taken(Source.CALLER)
        self._ids = [item.name for item in endpoint.arguments if item.source is Source.PATH]
        self._body = endpoint.taken(Source.BODY, Source.CHANGES)
        self._query = endpoint.taken(Source.LIST, Source.QUERY)
        self._read_query = self._query_reader()
        self._render = renderer(endpoint.returns, runtime.codec)
        self._headers = (NO_STORE,) if endpoint.public else (NO_STORE, _VARY)

    def _query_reader(self) -> Callable[[bytes], Any]:
        if self._query is None:
            return lambda raw: pairs(raw, _NONE)
        if self._query.source is Source.LIST and self.endpoint.lists is not None:
            usual, most = self._runtime.usual_page, self._runtime.largest_page
            return ListReader(self.endpoint.lists, min(usual, most), most).read
        return QueryReader(self._query.kind).read

    async def __call__(self, scope: Scope, receive: Receive) -> Answer:
        """The answer to one request, whatever happens."""
        try:
            return await self._answer(scope, receive)
        except Exception as error:  # noqa: BLE001  (every error is answered)
            return self._runtime.refusal(error)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        arguments = self.fixed.copy()
        if not self.endpoint.public:
            await self._admit(scope, arguments)
        for name in self._ids:
            arguments[name] = _identity(scope["path_params"][name])
        query = self._read_query(scope["query_string"])
        if self._query is not None:
            arguments[self._query.name] = query
        if self.endpoint.method is not GET:
            await self._prepare_change(scope, receive, arguments)
        result = await self.endpoint.function(**arguments)
        return result if isinstance(result, Answer) else self._respond(scope, result)

    async def _admit(self, scope: Scope, arguments: dict[str, Any]) -> None:
        caller = await self._runtime.authenticate(token=bearer_token(scope))
        current_call.set(replace(current_call.get(), actor_id=caller.user_id))
        if self.endpoint.needs is not None:
            caller.require(self.endpoint.needs)
        if self._caller is not None:
            arguments[self._caller.name] = caller

    async def _prepare_change(
        self, scope: Scope, receive: Receive, arguments: dict[str, Any]
    ) -> None:
        expected = etags.expected(header(scope, b"if-match"))
        if expected is not None:
            named = {entity_id for entity_id, _ in expected}
            if not named or (self._ids and arguments[self._ids[-1]] not in named):
                raise PreconditionFailed("If-Match does not name the current version.")
            current_call.set(replace(current_call.get(), expected=expected))
        if self._body is None:
            sent = await self._runtime.gate.read_if_sent(scope, receive)
            if sent is not None:
                decode(_Nothing, sent)
        else:
            arguments[self._body.name] = await self._payload(self._body, scope, receive)

    async def _payload(self, body: Argument, scope: Scope, receive: Receive) -> Any:
        gate = self._runtime.gate
        if body.source is Source.CHANGES:
            return Changes(decode_fields(body.kind, await gate.read(scope, receive)))
        if not body.optional:
            return decode(body.kind, await gate.read(scope, receive))
        return decode(body.kind | None, await gate.read_if_sent(scope, receive))

    def _respond(self, scope: Scope, result: Any) -> Answer:
        data, tag = self._render(result)
        headers = self._headers
        if tag is not None:
            headers = (*headers, (b"etag", tag.encode()))
            seen = header(scope, b"if-none-match")
            if self.endpoint.method is GET and etags.shows(tag, seen):
                return Answer(304, b"", headers)
        return succeeded(
            self.endpoint.status, self.endpoint.message, data, self._runtime.now(), headers
        )


def _identity(text: str) -> UUID:
    """The id in a path; what is no UUID names nothing."""
    try:
        return decode(UUID, text)
    except Invalid:
        raise NotFound("There is nothing here.") from None
