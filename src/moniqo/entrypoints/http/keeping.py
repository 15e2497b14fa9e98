"""Answers of lists and details that are kept: asked for again, they are not made again.

Only what is shown comes from there. Who calls, what they may do and how often has been found out
by then, for each request anew.
"""

from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

from moniqo import __version__
from moniqo.application.identity.principal import Principal
from moniqo.application.shared.access import Browse, Fetch
from moniqo.application.shared.cache import Part
from moniqo.application.shared.kept_answers import KeptAnswers
from moniqo.entrypoints.http.endpoint import GET, Endpoint, MadeOf
from moniqo.entrypoints.http.wire import to_json

Shown = tuple[bytes, str | None]
"""The data as JSON, and its entity tag if it has one."""
_CONTEXT = -2
"""Where in the path of a controller's module the context stands: `….http.trading.trades`."""


class Keeping:
    """One route's answers, each for who asks: their id and what they may do are in the key."""

    def __init__(self, endpoint: Endpoint, answers: KeptAnswers, made_of: MadeOf) -> None:
        function = endpoint.function
        module, operation = function.__module__.split(".")[_CONTEXT], function.__qualname__
        self._prefix = f"{module}:{operation}:"
        self._route = f"{__version__} {endpoint.route}"
        self._answers, self._made_of = answers, made_of

    async def shown(
        self,
        caller: Principal | None,
        asked: tuple[Iterable[UUID], bytes],
        make: Callable[[], Awaitable[Shown]],
    ) -> Shown:
        """What the caller is shown of the ids and the query that are `asked` for."""

        async def made() -> bytes:
            data, tag = await make()
            return b"\n".join(((tag or "").encode(), data))

        key = self._key(caller, asked)
        kept = await self._answers.answer(key, self._made_of(caller), made)
        tag, _, data = kept.partition(b"\n")
        return data, tag.decode() or None

    def _key(self, caller: Principal | None, asked: tuple[Iterable[UUID], bytes]) -> str:
        ids, query = asked
        who = (str(caller.user_id), caller.role, _rights(caller.permissions)) if caller else ()
        question = (self._route, who, [str(it) for it in ids], query.decode("latin-1"))
        return self._prefix + blake2b(to_json(question), digest_size=20).hexdigest()


@lru_cache(maxsize=256)
def _rights(permissions: frozenset[str]) -> str:
    return blake2b(to_json(sorted(permissions)), digest_size=12).hexdigest()


def keeping_of(endpoint: Endpoint, fixed: dict[str, Any], answers: KeptAnswers) -> Keeping | None:
    """How the answers are kept of a route that says what they are made of, or only reads."""
    if endpoint.method is not GET:
        return None
    made_of = endpoint.made_of or _generic(list(fixed.values()))
    return Keeping(endpoint, answers, made_of) if made_of else None


def _generic(dependencies: list[Any]) -> MadeOf | None:
    if not dependencies or not all(isinstance(it, Fetch | Browse) for it in dependencies):
        return None
    policies = [it.access for it in dependencies]

    def made_of(caller: Principal) -> tuple[Part, ...]:
        return tuple(policy.part(caller.user_id) for policy in policies)

    return made_of
