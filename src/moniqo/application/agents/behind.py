"""What stands behind a task: the run, or the backtest, that it executes."""

from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.errors import NotFound, Undeliverable

E = TypeVar("E", bound=Entity)

PAUSE = timedelta(seconds=2)
"""Before it is looked again whether somebody else's work has ended."""


async def behind(uow: UnitOfWork, kind: type[E], entity_id: UUID) -> E:
    """It as stored; raises `Undeliverable` if there is none: then there is nothing to do."""
    try:
        async with uow() as tx:
            return await tx[kind].get(entity_id)
    except NotFound as problem:
        raise Undeliverable(problem.message) from problem
