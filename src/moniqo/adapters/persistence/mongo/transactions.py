"""Beginning and ending a transaction as MongoDB asks of its callers."""

import time
from contextlib import suppress

from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import ExecutionTimeout, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from moniqo.adapters.persistence.mongo.cancellation import heeded
from moniqo.adapters.persistence.mongo.documents import Document

COMMIT_SECONDS = 10.0
"""How long a commit whose outcome is unknown is asked for again."""
_SNAPSHOT = ReadConcern("snapshot")
_MAJORITY = WriteConcern("majority")
_UNKNOWN = "UnknownTransactionCommitResult"


async def begun(client: AsyncMongoClient[Document]) -> AsyncClientSession:
    """A session in a transaction that sees one state of the database and its own writes."""
    session = client.start_session()
    await session.start_transaction(read_concern=_SNAPSHOT, write_concern=_MAJORITY)
    return session


async def committed(session: AsyncClientSession) -> None:
    """Commit; committing twice does nothing more, so an unknown outcome is asked for again."""
    deadline = time.monotonic() + COMMIT_SECONDS
    while True:
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            unknown = error.has_error_label(_UNKNOWN) and not isinstance(error, ExecutionTimeout)
            if not unknown or time.monotonic() > deadline:
                raise
        else:
            return


async def ended(session: AsyncClientSession) -> None:
    """Give up what is not committed and free the session; raises for no server's fault."""
    with suppress(PyMongoError), heeded():
        await session.end_session()
