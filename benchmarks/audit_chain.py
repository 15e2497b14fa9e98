"""Entries per second: written, sealed and verified, on each backend that keeps something.

`python benchmarks/audit_chain.py [ENTRIES]`; servers are started by itself.
"""

import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.mongo import open_mongo
from moniqo.adapters.persistence.recording import RecordedUnitOfWork
from moniqo.adapters.persistence.sql import open_sql
from moniqo.adapters.security.hmac_audit_seals import HmacAuditSeals
from moniqo.adapters.system import SystemClock, Uuid7Ids
from moniqo.application.audit.seal_audit import SealAudit
from moniqo.application.audit.verify_audit import VerifyAudit
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.shared.types import JsonObject
from support.servers import mongo, postgres

AT_ONCE = 5_000
VALUES = JsonObject({"status": "filled", "filled_quantity": "0.25", "average_price": "17650.03"})


def entries(ids: Uuid7Ids, count: int) -> Iterable[AuditLog]:
    """Entries as an order's change leaves them."""
    for _ in range(count):
        yield audit_entry(
            ids.new(),
            AuditAction.UPDATE,
            entity=("Order", ids.new()),
            old_values=VALUES,
            new_values=VALUES,
        )


async def measured(backend: Backend, count: int) -> tuple[float, float, int]:
    """Entries per second sealed and verified, and how many KiB memory grew meanwhile."""
    await backend.migrate()
    ids = Uuid7Ids()
    uow = RecordedUnitOfWork(backend, REGISTRY, SystemClock(), ids)
    for at in range(0, count, AT_ONCE):
        async with uow() as tx:
            await tx[AuditLog].add_many(list(entries(ids, min(AT_ONCE, count - at))))
    seals = HmacAuditSeals(keys=(b"k" * 32,))
    seal = SealAudit(uow, seals)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    await seal()
    sealed = time.perf_counter()
    found = await VerifyAudit(uow, seals, seal)()
    verified = time.perf_counter()
    await backend.close()
    if found.broken is not None or found.entries != count:
        raise RuntimeError(f"the chain is broken: {found}")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return count / (sealed - began), count / (verified - sealed), grown


def main() -> None:
    """Measure and print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    print(f"{'store':<10}{'sealed/s':>10}{'verified/s':>12}{'grown KiB':>11}")
    with tempfile.TemporaryDirectory() as folder, postgres() as postgres_url, mongo() as mongo_url:
        backends = {
            "sqlite": open_sql(f"sqlite:///{folder}/bench.sqlite3", REGISTRY),
            "postgres": open_sql(postgres_url, REGISTRY),
            "mongo": open_mongo(mongo_url, "bench", REGISTRY),
        }
        for name, backend in backends.items():
            sealed, verified, grown = asyncio.run(measured(backend, count))
            print(f"{name:<10}{sealed:>10.0f}{verified:>12.0f}{grown:>11}")


if __name__ == "__main__":
    main()
