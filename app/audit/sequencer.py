"""The sequencer: gives every committed event its index in one log, in tiles, without a lock that writers feel.

It reads below the snapshot horizon: what is visible and older than the oldest transaction still running is complete,
so no late commit is ever skipped. An advisory lock lets one sequencer work at a time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, and_, exists, func, literal_column, or_, select, text

from app.audit.actions import HASHED
from app.audit.canonical import leaf_body, plain
from app.audit.models import AuditEvent, LogLeaf, LogTile
from app.audit.tree import HASH, WIDTH, Tree, grow, leaf_hash, tiles_of
from app.base.db import Tx

BATCH = 5_000
LOCK = "hashtext('nongjiao.log')"
_FLOOR = literal_column("(pg_snapshot_xmin(pg_current_snapshot())::text)::bigint", BigInteger)
_CEILING = literal_column("(pg_snapshot_xmax(pg_current_snapshot())::text)::bigint", BigInteger)
_OWN = literal_column("(pg_current_xact_id_if_assigned()::text)::bigint", BigInteger)
_OLD_CLUSTER = and_(AuditEvent.xid >= _CEILING, AuditEvent.xid.is_distinct_from(_OWN))
"""Visible, yet of a transaction this server has not begun: the row came with a dump from another one."""
_SETTLED = or_(AuditEvent.xid < _FLOOR, _OLD_CLUSTER)
_LEAFLESS = ~exists().where(LogLeaf.event_id == AuditEvent.id)


def size(tx: Tx) -> int:
    """How many leaves the log has."""
    return tx.execute(select(func.coalesce(func.max(LogLeaf.index) + 1, 0))).scalar_one()


def fetch_tile(tx: Tx, level: int, index: int, width: int) -> bytes:
    """The first `width` hashes of a tile; fewer if there are fewer."""
    hashes = tx.scalar(
        select(LogTile.hashes)
        .where(LogTile.level == level, LogTile.index == index, LogTile.width >= width)
        .order_by(LogTile.width)
        .limit(1)
    )
    if hashes is None and level == 0:
        first = index * WIDTH
        hashes = b"".join(
            tx.scalars(
                select(LogLeaf.leaf_hash)
                .where(LogLeaf.index >= first, LogLeaf.index < first + width)
                .order_by(LogLeaf.index)
            )
        )
    return (hashes or b"")[: width * HASH]


_AT_ONCE = text("""
    SELECT DISTINCT ON (level, index) level, index, hashes FROM log_tile
    WHERE (level, index) IN (SELECT * FROM unnest(CAST(:levels AS smallint[]), CAST(:indices AS bigint[])))
    ORDER BY level, index, width DESC
""")


def tree(tx: Tx, n: int, *, leaf: int | None = None) -> Tree:
    """The tree of the first `n` leaves. `leaf`: whose proof is wanted, so that all its tiles are read at once."""
    known: dict[tuple[int, int], bytes] = {}
    if leaf is not None:
        keys = sorted(tiles_of(leaf, n))
        rows = tx.execute(_AT_ONCE, {"levels": [level for level, _ in keys], "indices": [index for _, index in keys]})
        known = {(level, index): bytes(hashes) for level, index, hashes in rows}

    def fetch(level: int, index: int, width: int) -> bytes:
        hashes = known.get((level, index), b"")[: width * HASH]
        return hashes if len(hashes) == width * HASH else fetch_tile(tx, level, index, width)

    return Tree(n, fetch)


def _watermark(tx: Tx) -> int:
    """A transaction below which every event has its leaf; 0 where the last one was of another server."""
    last = (
        select(AuditEvent.xid)
        .join(LogLeaf, LogLeaf.event_id == AuditEvent.id)
        .order_by(LogLeaf.index.desc())
        .limit(1)
        .scalar_subquery()
    )
    xid, ceiling = tx.execute(select(last, _CEILING)).one()
    return 0 if xid is None or xid >= ceiling else int(xid)


def body_of(row: Any) -> bytes:
    """The leaf bytes that an event's own columns give: whoever edits a column changes them."""
    return leaf_body(row.id, plain({name: getattr(row, name) for name in HASHED}), row.prev_hash, row.hash)


def sequence(tx: Tx, *, limit: int = BATCH) -> int:
    """Gives the next events their leaves. Returns how many; 0 as well when another sequencer is at work."""
    if not tx.scalar(text(f"SELECT pg_try_advisory_xact_lock({LOCK})")):
        return 0
    columns = [AuditEvent.__table__.c[name] for name in ("id", *HASHED, "prev_hash", "hash")]
    rows = tx.execute(
        select(*columns)
        .where(AuditEvent.xid >= _watermark(tx), _SETTLED, _LEAFLESS)
        .order_by(_OLD_CLUSTER.desc(), AuditEvent.xid, AuditEvent.id)
        .limit(limit)
    ).all()
    if not rows:
        return 0
    first = size(tx)
    bodies = [body_of(row) for row in rows]
    hashes = [leaf_hash(body) for body in bodies]
    tiles = [
        tile
        for tile in grow(lambda level, index, width: fetch_tile(tx, level, index, width), first, hashes)
        if tile.level or tile.width == WIDTH
    ]
    tx.execute(
        text("""
            INSERT INTO log_leaf (index, event_id, leaf_hash, body)
            SELECT * FROM unnest(CAST(:indices AS bigint[]), CAST(:ids AS bigint[]), CAST(:hashes AS bytea[]),
                                 CAST(:bodies AS bytea[]))
        """),
        {
            "indices": list(range(first, first + len(rows))),
            "ids": [row.id for row in rows],
            "hashes": hashes,
            "bodies": bodies,
        },
    )
    if tiles:
        tx.execute(
            text("""
                INSERT INTO log_tile (level, index, width, hashes)
                SELECT * FROM unnest(CAST(:levels AS smallint[]), CAST(:indices AS bigint[]),
                                     CAST(:widths AS smallint[]), CAST(:hashes AS bytea[]))
            """),
            {
                "levels": [tile.level for tile in tiles],
                "indices": [tile.index for tile in tiles],
                "widths": [tile.width for tile in tiles],
                "hashes": [tile.hashes for tile in tiles],
            },
        )
    return len(rows)


@dataclass(frozen=True, slots=True)
class Lag:
    """Committed events that still wait for their leaf, and what holds the horizon back."""

    n_waiting: int
    oldest_at: datetime | None
    holder_pid: int | None
    held_for: timedelta | None

    def is_stalled(self, patience: timedelta) -> bool:
        """Whether events wait because one transaction has been writing for longer than `patience`."""
        return self.n_waiting > 0 and self.held_for is not None and self.held_for > patience


def lag(tx: Tx) -> Lag:
    """How far the log is behind. Counts up to 100,000."""
    waiting = (
        select(AuditEvent.at).where(AuditEvent.xid >= _watermark(tx), _LEAFLESS).limit(100_000).subquery("waiting")
    )
    n, oldest = tx.execute(select(func.count(), func.min(waiting.c.at)).select_from(waiting)).one()
    holder = tx.execute(
        text("""
            SELECT pid, clock_timestamp() - xact_start AS held_for FROM pg_stat_activity
            WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid() ORDER BY age(backend_xid) DESC LIMIT 1
        """)
    ).one_or_none()
    return Lag(n, oldest, holder.pid if holder else None, holder.held_for if holder else None)
