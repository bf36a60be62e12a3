"""A file of SQLite. Each transaction runs in a thread from its beginning to its end: a thread costs the event loop two
steps, and an asynchronous driver several for each statement, each behind whatever else there is to do."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from .caller import Caller
from .letter_case import fold
from .statement_limit import StatementLimit

AGAIN = 0.05  # seconds
Result = TypeVar("Result")
Work = Callable[[Session], Result]


class SqliteDatabase:
    is_sqlite = True

    def __init__(self, path: Path, readers: int) -> None:
        """Opens nothing yet."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.writers = 1  # SQLite has one at a time
        self._reading, self._writing = _open(path, readers, "BEGIN"), _open(path, self.writers, "BEGIN IMMEDIATE")
        self._read_threads = ThreadPoolExecutor(readers, "reads")
        self._write_threads = ThreadPoolExecutor(self.writers, "writes")

    async def read(self, work: Work[Result], caller: Caller | None = None) -> Result:
        interruption = _Interruption()

        def run() -> Result:
            with Session(self._reading, expire_on_commit=False) as session, session.begin(), interruption.of(session):
                return work(session)

        limit = StatementLimit(interruption.begin)
        try:
            with limit.holds(caller):
                return await _done(self._read_threads, run)
        except OperationalError:
            if limit.reason is None:
                raise
            raise limit.reason from None
        finally:
            interruption.end()

    async def write(self, work: Work[Result]) -> Result:
        def run() -> Result:
            with Session(self._writing, expire_on_commit=False) as session, session.begin():
                return work(session)

        return await _done(self._write_threads, run)


def _open(path: Path, connections: int, begin: str) -> Engine:
    pool = {"pool_size": connections, "max_overflow": 0, "pool_timeout": 5}
    engine = create_engine(f"sqlite:///{path}", hide_parameters=True, **pool)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        connection.isolation_level = None  # transactions begin below, not where the driver guesses
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 5000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("letter_case_folded", 1, fold, deterministic=True)

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        # A transaction that reads first and then writes would fail when another wrote in between.
        connection.exec_driver_sql(begin)

    return engine


async def _done(threads: ThreadPoolExecutor, run: Callable[[], Result]) -> Result:
    """To its end, also when nobody waits for that any more: the connection is in use until then."""
    running = asyncio.get_running_loop().run_in_executor(threads, run)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


class _Interruption:
    """Ends the statement that runs, and those after it, until the work is over. Never the next user's on the same
    connection: it looks under a lock whether the work goes on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: Any = None
        self._again: asyncio.TimerHandle | None = None

    def of(self, session: Session) -> "_Interruption":
        connection = session.connection().connection.driver_connection
        with self._lock:
            self._connection = connection
        return self

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._connection = None

    def begin(self) -> None:
        """In the event loop."""
        with self._lock:
            if self._connection is not None:
                self._connection.interrupt()
        # It ends what runs at this moment, and may have come before the first statement or between two.
        self._again = asyncio.get_running_loop().call_later(AGAIN, self.begin)

    def end(self) -> None:
        if self._again is not None:
            self._again.cancel()
