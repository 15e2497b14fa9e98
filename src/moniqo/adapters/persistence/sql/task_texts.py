"""The statements by which workers take, hold and end tasks, in both dialects.

Written out, because each is tuned to its indexes: how many tasks wait changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """What the dialects say differently.

    `place` is the nth parameter and `later` the instant so many seconds from now; `pulses` and
    `outcomes` are the rows that the first parameter holds, with a `document` as text in the latter;
    `locked` passes over what others hold; `among` are the tasks whose ids a selection has.
    """

    place: Callable[[int], str]
    now: str
    later: Callable[[str], str]
    yes: str
    no: str
    pulses: str
    outcomes: str
    document: str
    locked: str
    among: Callable[[str], str]


def lanes(words: Words) -> str:
    """Queue, lane, number: the next lanes with something ready, one look into the index each."""
    queue, lane, most = map(words.place, (1, 2, 3))
    here = f"queue = {queue} AND ready = {words.yes}"
    return f"""
        WITH RECURSIVE found(lane, place) AS (
            SELECT (SELECT min(lane) FROM tasks WHERE {here} AND lane > {lane}), 1
            UNION ALL
            SELECT (SELECT min(t.lane) FROM tasks t WHERE {here} AND t.lane > found.lane), place + 1
            FROM found WHERE found.lane IS NOT NULL AND place < {most}
        )
        SELECT lane FROM found WHERE lane IS NOT NULL
    """


def take(words: Words, chosen: str, columns: str) -> str:
    """Worker and seconds, then what `chosen` has: take the tasks whose ids it selects."""
    worker, seconds = words.place(1), words.later(words.place(2))
    return f"""
        WITH free AS MATERIALIZED ({chosen})
        UPDATE tasks SET
            status = 'running', ready = {words.no}, attempts = attempts + 1, fence = fence + 1,
            lease_owner = {worker}, lease_until = {seconds},
            started_at = coalesce(started_at, {words.now}),
            version = version + 1, updated_at = {words.now}
        WHERE {words.among("SELECT id FROM free")} RETURNING {columns}
    """


def of_one_lane(words: Words) -> str:
    """Queue, lane, number, after the two of `take`."""
    return _in_lane(words, words.place(4), words.place(5))


def of_lanes(words: Words) -> str:
    """Queue, lanes, numbers, after the two of `take`."""
    free = _in_lane(words, "share.lane", "share.most")
    shares = f"unnest({words.place(4)}::text[], {words.place(5)}::bigint[]) AS share(lane, most)"
    return f"SELECT free.id FROM {shares} CROSS JOIN LATERAL ({free}) AS free"


def _in_lane(words: Words, lane: str, most: str) -> str:
    return f"""
        SELECT id FROM tasks
        WHERE queue = {words.place(3)} AND ready = {words.yes} AND lane = {lane}
        ORDER BY due_at LIMIT {most} {words.locked}
    """


def renew(words: Words) -> str:
    """Pulses and seconds."""
    return f"""
        WITH given AS MATERIALIZED ({words.pulses})
        UPDATE tasks SET
            lease_until = {words.later(words.place(2))},
            progress = given.progress, stage = given.stage
        FROM given WHERE tasks.id = given.task_id AND tasks.fence = given.fence
        AND {words.among("SELECT task_id FROM given")}
        RETURNING tasks.id, cancel_requested
    """


def finish(words: Words) -> str:
    """Outcomes. By id and fence alone: PostgreSQL would read the index of any other column."""
    return f"""
        WITH given AS MATERIALIZED ({words.outcomes})
        UPDATE tasks SET
            status = given.status,
            ready = (given.status = 'queued' AND (given.pause = 0 OR cancel_requested)),
            due_at = {words.later("given.pause")}, attempts = given.attempts,
            progress = given.progress, stage = given.stage,
            result = {words.document}, error = given.error,
            lease_owner = NULL, lease_until = NULL,
            cancel_requested = (given.status = 'queued' AND cancel_requested),
            dedupe_key = CASE WHEN given.status = 'queued' THEN dedupe_key END,
            finished_at = CASE WHEN given.status <> 'queued' THEN {words.now} END,
            version = version + 1, updated_at = {words.now}
        FROM given WHERE tasks.id = given.task_id AND tasks.fence = given.fence
        AND {words.among("SELECT task_id FROM given")}
    """


def asleep(words: Words) -> str:
    """Whether `wake` has anything to do, which nearly always it has not."""
    looks = (f"SELECT * FROM ({each} LIMIT 1) AS one" for each in _sleeping(words))
    return " UNION ALL ".join(looks)


def wake(words: Words) -> tuple[str, ...]:
    """Number, twice: what has become due, and what was abandoned."""
    return tuple(
        f"""
            UPDATE tasks SET
                status = 'queued', ready = {words.yes}, fence = fence + 1,
                lease_owner = NULL, lease_until = NULL,
                version = version + 1, updated_at = {words.now}
            WHERE id IN ({each} LIMIT {words.place(1)} {words.locked}) RETURNING id
        """
        for each in _sleeping(words)
    )


def _sleeping(words: Words) -> tuple[str, str]:
    due = f"status = 'queued' AND ready = {words.no} AND due_at <= {words.now}"
    abandoned = f"status = 'running' AND lease_until <= {words.now}"
    return f"SELECT id FROM tasks WHERE {due}", f"SELECT id FROM tasks WHERE {abandoned}"
