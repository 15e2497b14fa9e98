"""What a user may have only so many of, wanted at once: there are never more."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from moniqo.adapters.queue.stored import StoredTasks
from moniqo.application.agents.start_backtest import BacktestRequest, StartBacktest
from moniqo.application.identity.principal import Principal
from moniqo.application.operations.report_terms import REPORT_USERS, REPORTS, ReportTerms
from moniqo.application.operations.request_user_report import RequestUserReport
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import SessionId
from support.factories import a_flow, registered_user
from support.people import People
from support.report_room import EVER

CAP, WANTED = 2, 6
SESSION = SessionId(UUID(int=1))
Want = Callable[[], Awaitable[object]]


async def a_report(people: People) -> Want:
    user = await registered_user(people)
    root = Principal(user.id, user.account_id, SESSION, "root@example.com", "Admin", frozenset())
    queue = StoredTasks(people.clock, people.ids, {REPORT_USERS: REPORTS})
    terms = ReportTerms(most_unfinished=CAP)
    request = RequestUserReport(people.uow, people.clock, people.ids, queue, terms)
    return lambda: request(caller=root, request=EVER)


async def a_backtest(people: People) -> Want:
    user_id, queue = (await registered_user(people)).id, StoredTasks(people.clock, people.ids, {})
    flow = await a_flow(people, user_id)
    start = StartBacktest(people.uow, people.clock, people.ids, queue, CAP)
    now = people.clock.now()
    request = BacktestRequest(from_=now - timedelta(hours=2), to=now)
    return lambda: start(user_id=user_id, flow_id=flow.id, request=request)


def refused(answers: Sequence[object]) -> list[object]:
    return [answer for answer in answers if isinstance(answer, BaseException)]


@pytest.mark.parametrize("of", [a_report, a_backtest])
async def test_of_many_that_are_wanted_at_once_no_more_are_taken_than_may_be(
    people: People, of: Callable[[People], Awaitable[Want]]
) -> None:
    want = await of(people)

    answers = await asyncio.gather(*(want() for _ in range(WANTED)), return_exceptions=True)

    problems = refused(answers)
    assert len(problems) == WANTED - CAP
    assert {type(problem) for problem in problems} == {RuleViolated}
