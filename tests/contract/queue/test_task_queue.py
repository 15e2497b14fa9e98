import asyncio
import logging
from uuid import UUID

import pytest

from moniqo.adapters.queue.in_process import InProcessQueue
from moniqo.application.shared.caller import SYSTEM, CallContext, current_call
from moniqo.application.shared.tasks import Job, TaskQueue

FIRST, SECOND = Job("greet", UUID(int=1)), Job("greet", UUID(int=2))


async def test_a_job_runs_after_enqueue_has_returned():
    seen = []

    async def greet(job):
        seen.append(job)

    queue = InProcessQueue({"greet": greet})

    await queue.enqueue(FIRST)
    assert seen == []
    await queue.drain()

    assert seen == [FIRST]


async def test_a_job_of_an_unknown_name_is_refused_at_once():
    queue: TaskQueue = InProcessQueue({})

    with pytest.raises(LookupError):
        await queue.enqueue(FIRST)


async def test_no_more_jobs_than_allowed_run_at_once():
    running, most = 0, 0

    async def count(_job):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    queue = InProcessQueue({"greet": count}, concurrency=2)

    for number in range(10):
        await queue.enqueue(Job("greet", UUID(int=number)))
    await queue.drain()

    assert most == 2


async def test_long_jobs_take_no_turns_of_the_others():
    go_on, seen = asyncio.Event(), []

    async def last(_job):
        seen.append("long")
        await go_on.wait()

    async def greet(_job):
        seen.append("short")
        go_on.set()

    queue = InProcessQueue({"last": last, "greet": greet}, concurrency=1, apart={"last": 1})

    for number in range(3):
        await queue.enqueue(Job("last", UUID(int=number)))
    await queue.enqueue(FIRST)
    await queue.drain(5)

    assert seen == ["long", "short", "long", "long"]


async def test_a_job_knows_nothing_of_who_enqueued_it():
    seen = []

    async def greet(_job):
        seen.append(current_call.get())

    queue = InProcessQueue({"greet": greet})
    token = current_call.set(CallContext(UUID(int=7), "request", "192.0.2.1", "browser"))

    await queue.enqueue(FIRST)
    current_call.reset(token)
    await queue.drain()

    assert seen == [SYSTEM]


async def test_a_failed_job_is_logged_with_its_name_and_the_next_one_runs(caplog):
    seen = []

    async def fail_once(job):
        if job == FIRST:
            raise ZeroDivisionError
        seen.append(job)

    queue = InProcessQueue({"greet": fail_once}, concurrency=1)

    await queue.enqueue(FIRST)
    await queue.enqueue(SECOND)
    await queue.drain()

    (record,) = caplog.records
    assert (record.levelno, record.job) == (logging.ERROR, "greet")
    assert record.subject_id == str(FIRST.subject_id)
    assert record.exc_info[0] is ZeroDivisionError
    assert seen == [SECOND]


async def test_draining_waits_for_jobs_that_jobs_enqueued():
    seen = []

    async def chain(job):
        seen.append(job)
        if job == FIRST:
            await queue.enqueue(SECOND)

    queue = InProcessQueue({"greet": chain})

    await queue.enqueue(FIRST)
    await queue.drain()

    assert seen == [FIRST, SECOND]


async def test_a_job_that_outlasts_the_drain_is_cut_off_and_told(caplog):
    started, cut = asyncio.Event(), []

    async def hang(job):
        started.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cut.append(job)
            raise

    queue = InProcessQueue({"greet": hang})

    await queue.enqueue(FIRST)
    await started.wait()
    await queue.drain(0.01)

    assert cut == [FIRST]
    assert [record.message for record in caplog.records] == ["job cut off"]


async def test_resuming_asks_every_resumer():
    asked = []

    def resumer(name):
        async def resume():
            asked.append(name)

        return resume

    queue = InProcessQueue({}, resumers=(resumer("runs"), resumer("imports")))

    await queue.resume()

    assert asked == ["runs", "imports"]


async def test_a_resumer_that_fails_is_logged_and_the_others_are_asked(caplog):
    asked = []

    async def failing():
        raise OSError("away")

    async def working():
        asked.append("runs")

    queue = InProcessQueue({}, resumers=(failing, working))

    await queue.resume()

    assert asked == ["runs"]
    assert [record.message for record in caplog.records] == ["resuming failed"]
