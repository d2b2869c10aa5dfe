"""The database: the base of every table, the transaction that is the only commit, and the clock that counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from time import monotonic
from typing import Any

from sqlalchemy import Engine, MetaData, create_engine, event, text
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from app.base.days import beijing_day

NAMING = {
    "ix": "%(column_0_N_label)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}


class Model(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(naming_convention=NAMING)


Sessions: sessionmaker[Session] = sessionmaker(expire_on_commit=False, autoflush=True)
"""Bound once, by `connect`; unbound it refuses to work."""


def connect(url: str, *, pool_size: int = 20) -> Engine:
    """Opens the pool that `transaction` uses. Pool size = worker threads, so no request waits for a connection."""
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=4,
        pool_timeout=5,
        connect_args={
            "connect_timeout": 3,
            # Never on the commit itself: a cancelled commit may have happened all the same.
            "options": "-c timezone=UTC -c idle_in_transaction_session_timeout=30000 -c lock_timeout=10000",
        },
    )
    event.listen(engine, "checkin", _left)
    event.listen(engine, "checkout", partial(_ask_if_idle, engine))
    Sessions.configure(bind=engine)
    return engine


IDLE_SECONDS = 1.0
"""A connection that lay unused for longer is asked first whether it is still alive."""


def _left(_: Any, record: ConnectionPoolEntry) -> None:
    record.info["left_at"] = monotonic()


def _ask_if_idle(engine: Engine, connection: Any, record: ConnectionPoolEntry, _: Any) -> None:
    """Only after a pause: asked before every use, a busy server would make a round trip more in each transaction."""
    if monotonic() - record.info.get("left_at", monotonic()) > IDLE_SECONDS:
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.dbapi.Error as e:  # type: ignore[union-attr]  # a dialect that connects has its driver
            raise InvalidatePoolError from e


class Tx:
    """One transaction. Give it to every query and action; it ends where `transaction()` ends."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.add = session.add
        self.add_all = session.add_all
        self.flush = session.flush
        self.execute = session.execute
        self.scalar = session.scalar
        self.scalars = session.scalars
        self.get = session.get
        self.get_one = session.get_one
        self.memo: dict[str, Any] = {}
        """What one transaction needs only once (its request id, the calendar)."""

    def clock(self) -> datetime:
        """The platform's time, now: the database's clock. Call it after taking the lock whose order it must witness.

        In a demonstration `platform_clock()` may be shifted; everywhere else it is `clock_timestamp()`.
        """
        now: datetime = self.session.execute(text("SELECT platform_clock()")).scalar_one()
        return now

    def wall_clock(self) -> datetime:
        """The database's real time, which no demonstration shifts: for tokens and sessions only."""
        now: datetime = self.session.execute(text("SELECT clock_timestamp()")).scalar_one()
        return now

    def is_demo(self) -> bool:
        """Whether this installation is a demonstration: what is made in one is marked as such."""
        if "is_demo" not in self.memo:
            self.memo["is_demo"] = bool(self.session.scalar(text("SELECT kind = 'demo' FROM installation")))
        return bool(self.memo["is_demo"])

    def today(self) -> date:
        """The day in Beijing, by the database's clock."""
        return beijing_day(self.clock())


@contextmanager
def transaction(*, read_only: bool = False) -> Iterator[Tx]:
    """Commits on leaving the block, so before any answer is sent; any exception rolls back."""
    with Sessions.begin() as session:
        if read_only:
            session.connection(execution_options={"postgresql_readonly": True})
        yield Tx(session)
