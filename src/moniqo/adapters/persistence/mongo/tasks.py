"""What workers do with tasks, on MongoDB: each write is of single documents, on their condition."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import uuid4

from pymongo import UpdateOne

from moniqo.adapters.persistence.mongo.abandoned import IDLE_SECONDS, end_abandoned
from moniqo.adapters.persistence.mongo.documents import Document, reader
from moniqo.adapters.persistence.mongo.failures import translated
from moniqo.adapters.persistence.mongo.store import Store
from moniqo.adapters.persistence.task_store import WOKEN, Claim, Outcome, Pulse, shares
from moniqo.domain.operations.task import Task, TaskId, TaskStatus

LOOKED_EVERY = 5.0
"""Seconds between looks for what processes that were killed have left open."""
_MOST_LANES = 64
"""Lanes that one claim looks at: each is a part of one question."""
_FREED: Document = {"lease_owner": None, "lease_until": None}
_CHANGED: Document = {"version": {"$add": ["$version", 1]}, "updated_at": "$$NOW"}


class MongoTasks:
    """See `TaskStore`."""

    def __init__(self, store: Store, idle_seconds: float = IDLE_SECONDS) -> None:
        self._store, self._idle_seconds = store, idle_seconds
        self._looked_at = -LOOKED_EVERY
        self._tasks = store.rows(store.registry[Task])
        self._read = reader(Task)

    async def claim(self, claim: Claim) -> list[Task]:
        """See `TaskStore`."""
        with translated():
            wanted = shares(await self._next_lanes(claim), claim.most)
            if not wanted:
                return []
            ids = await self._free(claim, wanted)
            # Of several who take the same at once each gets those that bear its own mark.
            mark = f"{claim.worker} {uuid4().hex[:12]}"
            await self._tasks.update_many({"_id": {"$in": ids}, "ready": True}, _taken(mark, claim))
            mine = {"_id": {"$in": ids}, "lease_owner": mark}
            taken = await self._tasks.find(mine, sort=[("due_at", 1)]).to_list()
        return list(map(self._read, taken))

    async def _next_lanes(self, claim: Claim) -> list[str]:
        """The lanes after the last one, then the first ones again."""
        most = min(claim.most, _MOST_LANES)
        found: dict[str, None] = {}
        for after in dict.fromkeys((claim.after, "")):
            if len(found) < most:
                lanes = await self._lanes_after(claim, after, most + len(claim.passing))
                found |= dict.fromkeys(lane for lane in lanes if lane not in claim.passing)
        return list(found)[:most]

    async def _lanes_after(self, claim: Claim, lane: str, most: int) -> list[str]:
        """One look into the index for each: MongoDB passes over what else is in a lane."""
        return await self._ids(
            [
                {"$match": {"queue": claim.queue, "ready": True, "lane": {"$gt": lane}}},
                {"$sort": {"lane": 1}},
                {"$group": {"_id": "$lane"}},
                {"$limit": most},
            ]
        )

    async def _free(self, claim: Claim, wanted: Sequence[tuple[str, int]]) -> list[Any]:
        """The ids of so many tasks of each lane, in one round trip."""
        first, *others = ([*_first_in(claim, lane, most)] for lane, most in wanted)
        further = ({"$unionWith": {"coll": self._tasks.name, "pipeline": it}} for it in others)
        return await self._ids([*first, *further])

    async def _ids(self, question: list[Document]) -> list[Any]:
        found = await self._tasks.aggregate(question)
        return [document["_id"] for document in await found.to_list()]

    async def renew(self, pulses: Sequence[Pulse], lease: timedelta) -> Mapping[TaskId, bool]:
        """See `TaskStore`."""
        until = _in(lease)
        changes = [
            UpdateOne(
                {"_id": pulse.task_id, "fence": pulse.fence},
                [{"$set": {"lease_until": until, **_progress(pulse.progress, pulse.stage)}}],
            )
            for pulse in pulses
        ]
        fences = {pulse.task_id: pulse.fence for pulse in pulses}
        with translated():
            await self._tasks.bulk_write(changes, ordered=False)
            shown = {"fence": 1, "cancel_requested": 1}
            found = await self._tasks.find({"_id": {"$in": list(fences)}}, shown).to_list()
        return {
            one["_id"]: one["cancel_requested"]
            for one in found
            if one["fence"] == fences[one["_id"]]
        }

    async def finish(self, outcomes: Sequence[Outcome]) -> None:
        """See `TaskStore`."""
        changes = [
            UpdateOne({"_id": outcome.task_id, "fence": outcome.fence}, [{"$set": _ended(outcome)}])
            for outcome in outcomes
        ]
        with translated():
            await self._tasks.bulk_write(changes, ordered=False)

    async def wake(self) -> int:
        """See `TaskStore`; with it goes what processes that were killed left open on the server."""
        due = {"status": "queued", "ready": False, **_by_now("due_at")}
        abandoned = {"status": "running", **_by_now("lease_until")}
        woken = 0
        with translated():
            if monotonic() - self._looked_at >= LOOKED_EVERY:
                await self._end_abandoned()
            for asleep in (due, abandoned):
                found = await self._tasks.find(asleep, {"_id": 1}, limit=WOKEN).to_list()
                if not found:
                    continue
                await self._end_abandoned()
                ids = [document["_id"] for document in found]
                done = await self._tasks.update_many({"_id": {"$in": ids}, **asleep}, _WOKEN)
                woken += done.modified_count
        return woken

    async def _end_abandoned(self) -> None:
        self._looked_at = monotonic()
        await end_abandoned(self._store.client, self._idle_seconds)


def _first_in(claim: Claim, lane: str, most: int) -> Iterator[Document]:
    yield {"$match": {"queue": claim.queue, "ready": True, "lane": lane}}
    yield {"$sort": {"due_at": 1}}
    yield {"$limit": most}
    yield {"$project": {"_id": 1}}


def _in(pause: timedelta) -> Document:
    return {"$add": ["$$NOW", int(pause.total_seconds() * 1000)]}


def _by_now(field: str) -> Document:
    return {"$expr": {"$lte": [f"${field}", "$$NOW"]}}


def _progress(progress: int, stage: str | None) -> Document:
    return {"progress": progress, "stage": {"$literal": stage}}


def _taken(mark: str, claim: Claim) -> list[Document]:
    change = {
        "status": "running",
        "ready": False,
        "attempts": {"$add": ["$attempts", 1]},
        "fence": {"$add": ["$fence", 1]},
        "lease_owner": {"$literal": mark},
        "lease_until": _in(claim.lease),
        "started_at": {"$ifNull": ["$started_at", "$$NOW"]},
    }
    return [{"$set": {**change, **_CHANGED}}]


_WOKEN = [
    {
        "$set": {
            "status": "queued",
            "ready": True,
            "fence": {"$add": ["$fence", 1]},
            **_FREED,
            **_CHANGED,
        }
    }
]


def _ended(outcome: Outcome) -> Document:
    again = outcome.status is TaskStatus.QUEUED
    result = None if outcome.result is None else json.dumps(dict(outcome.result))
    return {
        "status": outcome.status.value,
        "ready": "$cancel_requested" if again and outcome.pause else again,
        "due_at": _in(outcome.pause),
        "attempts": outcome.attempts,
        **_progress(outcome.progress, outcome.stage),
        "result": {"$literal": result},
        "error": {"$literal": outcome.error},
        "cancel_requested": "$cancel_requested" if again else False,
        "dedupe_key": "$dedupe_key" if again else None,
        "finished_at": None if again else "$$NOW",
        **_FREED,
        **_CHANGED,
    }
