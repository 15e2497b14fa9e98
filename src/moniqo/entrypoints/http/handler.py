"""A route at work: whatever can be decided before a request comes has been."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from moniqo.application.identity.principal import Principal
from moniqo.application.shared.caller import current_call
from moniqo.application.shared.query import Listing
from moniqo.domain.shared.decoding import decode
from moniqo.domain.shared.errors import Forbidden, Invalid, NotFound
from moniqo.entrypoints.http import etags
from moniqo.entrypoints.http.arguments import Source
from moniqo.entrypoints.http.callers import caller_of
from moniqo.entrypoints.http.endpoint import DELETE, GET, PATCH, PUT, Endpoint
from moniqo.entrypoints.http.envelope import succeeded
from moniqo.entrypoints.http.headers import ASKED_HEAD, Receive, Scope, header
from moniqo.entrypoints.http.keeping import Keeping, Shown
from moniqo.entrypoints.http.list_reader import ListReader
from moniqo.entrypoints.http.metering import is_metered
from moniqo.entrypoints.http.payloads import read_payload
from moniqo.entrypoints.http.preconditions import expect
from moniqo.entrypoints.http.query import QueryReader
from moniqo.entrypoints.http.query_string import pairs
from moniqo.entrypoints.http.rendering import renderer
from moniqo.entrypoints.http.repeats import named, once
from moniqo.entrypoints.http.runtime import Runtime
from moniqo.entrypoints.http.streams import Stream, StreamedAnswer, StreamWriter, streamed_type
from moniqo.entrypoints.http.wire import NO_STORE, NULL, Answer, Header

_VARY: Header = (b"vary", b"Authorization, Origin")
_NONE: frozenset[str] = frozenset()


class Handler:
    """Takes one endpoint's requests. `fixed` and `keeping` are there once it has been started."""

    def __init__(self, endpoint: Endpoint, runtime: Runtime) -> None:
        self.endpoint = endpoint
        self.fixed: dict[str, Any] = {}
        self.keeping: Keeping | None = None
        self._runtime = runtime
        self._metered = is_metered(endpoint)
        self._caller = endpoint.taken(Source.CALLER)
        self._ids = [item.name for item in endpoint.arguments if item.source is Source.PATH]
        self._body = endpoint.taken(Source.BODY, Source.CHANGES, Source.UPLOAD)
        self._query = endpoint.taken(Source.LIST, Source.QUERY)
        self._seen = endpoint.taken(Source.SEEN)
        self._looking = endpoint.taken(Source.LOOKING)
        self._read_query = self._query_reader()
        self._render = renderer(endpoint.returns, runtime.codec)
        streamed = streamed_type(endpoint.returns)
        self._writer = StreamWriter(streamed, runtime.codec) if streamed else None
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
        caller = None if self.endpoint.public else await self._admit(scope, arguments)
        for name in self._ids:
            arguments[name] = _identity(scope["path_params"][name])
        query = self._read_query(scope["query_string"])
        if self._query is not None:
            arguments[self._query.name] = query
            await self._permit(scope, query)
        repeat = named(scope, receive) if self.endpoint.repeatable else None
        if self.endpoint.method is not GET:
            source = receive if repeat is None else repeat.receive
            await self._prepare_change(scope, source, arguments)
        if self._seen is not None:
            arguments[self._seen.name] = etags.Seen(tuple(header(scope, b"if-none-match")))
        if self._looking is not None:
            arguments[self._looking.name] = ASKED_HEAD in scope
        if self.keeping is not None:
            asked = ([arguments[name] for name in self._ids], scope["query_string"])
            shown = await self.keeping.shown(caller, asked, partial(self._made, arguments))
            return self._respond(scope, *shown)
        perform = partial(self._perform, scope, arguments)
        if repeat is None:
            return await perform()
        path = self.endpoint.path.format_map(arguments)
        body = arguments.get(self._body.name) if self._body else None
        return await once(self._runtime.answer_once, repeat.request(path, body), perform)

    async def _perform(self, scope: Scope, arguments: dict[str, Any]) -> Answer:
        result = await self.endpoint.function(**arguments)
        if isinstance(result, Answer):
            return result
        if self._writer is not None:
            return self._begun(result, self._writer)
        return self._respond(scope, *self._render(result))

    async def _made(self, arguments: dict[str, Any]) -> Shown:
        return self._render(await self.endpoint.function(**arguments))

    def _begun(self, result: Stream[Any], writer: StreamWriter) -> Answer:
        answer = self._succeeded(NULL, self._headers)
        chunks = writer.write(result)
        return StreamedAnswer(answer.status, answer.body, answer.headers, chunks=chunks)

    async def _admit(self, scope: Scope, arguments: dict[str, Any]) -> Principal:
        caller = _named(scope)
        if self._metered:
            await self._runtime.api_calls.count(caller.user_id)
        if self.endpoint.needs is not None:
            await self._require(caller, self.endpoint.needs)
        if self._caller is not None:
            arguments[self._caller.name] = caller
        return caller

    async def _require(self, caller: Principal, permission: str) -> None:
        if not caller.may(permission):
            await self._runtime.deny(
                permission=permission, method=self.endpoint.method, route=self.endpoint.path
            )

    async def _permit(self, scope: Scope, query: object) -> None:
        """Raise `Forbidden` unless the caller may see the removed items that are asked for.

        Where everybody may look, too, they have to say who they are for that.
        """
        if not isinstance(query, Listing) or not query.include_deleted:
            return
        needed = self.endpoint.lists.deleted if self.endpoint.lists else None
        if needed is None:
            raise Forbidden("You may not see what was removed.")
        await self._require(_named(scope), needed)

    async def _prepare_change(
        self, scope: Scope, receive: Receive, arguments: dict[str, Any]
    ) -> None:
        subject = arguments[self._ids[-1]] if self._ids else None
        replaces = subject is None and self.endpoint.method in (PUT, PATCH, DELETE)
        expect(etags.expected(header(scope, b"if-match")), subject, replaces=replaces)
        payload = await read_payload(self._runtime.gate, self._body, scope, receive)
        if self._body is not None:
            arguments[self._body.name] = payload

    def _respond(self, scope: Scope, data: bytes, tag: str | None) -> Answer:
        headers = self._headers
        if tag is not None:
            headers = (*headers, (b"etag", tag.encode()))
            seen = header(scope, b"if-none-match")
            if self.endpoint.method is GET and etags.shows(tag, seen):
                return Answer(304, b"", headers)
        return self._succeeded(data, headers)

    def _succeeded(self, data: bytes, headers: tuple[Header, ...]) -> Answer:
        return succeeded(
            self.endpoint.status, self.endpoint.message, data, self._runtime.now(), headers
        )


def _named(scope: Scope) -> Principal:
    """Who calls; whatever is done is done in their name from now on."""
    caller = caller_of(scope)
    current_call.set(replace(current_call.get(), actor_id=caller.user_id))
    return caller


def _identity(text: str) -> UUID:
    """The id in a path; what is no UUID names nothing."""
    try:
        return decode(UUID, text)
    except Invalid:
        raise NotFound("There is nothing here.") from None
