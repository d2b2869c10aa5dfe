"""What the map costs at size: the overlap check of one parcel, and public lots by map box.

    python -m benchmarks.ground [--parcels 1000000]

Starts a PostgreSQL of its own and throws it away. Parcels are squares of 40 m that touch their neighbours.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import perf_counter

import shapely
from sqlalchemy import text

from app.base import schema
from app.base.actor import Actor
from app.base.db import Tx, connect, transaction
from app.base.embedded import EmbeddedPostgres
from app.ground import actions, queries
from app.ground.queries import Box
from app.ground.shapes import area_mu
from app.listing import queries as listing
from app.registry.actions import load_regions
from app.registry.models import Parcel

SIDE = 0.0004
WEST, SOUTH = 113.0, 33.5
ROUNDS = 200
WHO = Actor(account_id=1, person_id=1, organisation_id=None, name="演示", prefixes=("411",))


def say(what: str, value: str) -> None:
    sys.stdout.write(f"{what:<64} {value}\n")
    sys.stdout.flush()


def must(found: object) -> None:
    """A measurement of nothing is none."""
    if not found:
        raise SystemExit("nothing was found")


def timed(what: str, do: Callable[[Tx], object]) -> None:
    took = []
    with transaction(read_only=True) as tx:
        for _ in range(ROUNDS):
            began = perf_counter()
            do(tx)
            took.append((perf_counter() - began) * 1000)
    took.sort()
    say(what, f"p50 {took[ROUNDS // 2]:.2f} ms, p99 {took[int(ROUNDS * 0.99)]:.2f} ms")


def fill(n: int, row: int) -> None:
    """Squares in rows, every one of them offered in a lot that the public sees."""
    with transaction() as tx:
        load_regions(tx)
        tx.execute(text("SET LOCAL session_replication_role = replica"))
        tx.execute(
            text(
                "INSERT INTO parcel (parcel_code, name, region_code, area_mu, land_type, begin_lifespan_at)"
                " SELECT 'B' || i, '演示', '411003001001', 2.45, 'cultivated', now()"
                " FROM generate_series(1, CAST(:n AS bigint)) i"
            ),
            {"n": n},
        )
        raw = tx.session.connection().connection.driver_connection
        if raw is None:
            raise SystemExit(1)
        with raw.cursor().copy(
            "COPY parcel_ground (parcel_id, region_code, shape, area_mu, min_lon, min_lat, max_lon, max_lat, source,"
            " begin_lifespan_at) FROM STDIN"
        ) as rows:
            for i in range(n):
                x, y = WEST + i % row * SIDE, SOUTH + i // row * SIDE
                wkb = "\\x" + shapely.MultiPolygon([shapely.box(x, y, x + SIDE, y + SIDE)]).wkb.hex()
                rows.write_row((i + 1, "411003001001", wkb, "2.45", x, y, x + SIDE, y + SIDE, "演示", "2026-01-01"))
        _offer(tx, n)
    with transaction() as tx:
        tx.execute(text("ANALYZE"))


def _offer(tx: Tx, n: int) -> None:
    """A listing, and `n` noticed lots of a parcel each; columns that do not matter here get a value of their type."""
    for table, given in (
        ("listing", {}),
        (
            "lot",
            {
                "listing_id": "1",
                "lot_no": "i",
                "state": "'L40'",
                "region_code": "'411003001001'",
                "price_basis": "'yuan_total'",
            },
        ),
    ):
        must = tx.execute(
            text(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = :t"
                " AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'"
            ),
            {"t": table},
        ).all()
        for (name,) in tx.execute(
            text("SELECT conname FROM pg_constraint WHERE conrelid = CAST(:t AS regclass) AND contype = 'c'"),
            {"t": table},
        ).all():
            tx.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))
        plain = {"boolean": "false", "timestamp with time zone": "now()", "date": "current_date", "jsonb": "'{}'"}
        numbers = {"bigint", "integer", "smallint", "numeric"}
        values = {
            name: given.get(name, "1" if kind in numbers else plain.get(kind, "'x'")) for name, kind in must
        } | given
        count = 1 if table == "listing" else n
        tx.execute(
            text(
                f"INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(values.values())}"  # noqa: S608 - our own
                f" FROM generate_series(1, {count}) i"
            )
        )
    tx.execute(
        text("INSERT INTO lot_item (lot_id, parcel_id, quantity) SELECT id, id, 2.45 FROM lot")
    )  # fmt: skip
    tx.execute(
        text(
            "INSERT INTO lot_place SELECT i.lot_id, i.parcel_id, min_lon, min_lat, max_lon, max_lat"
            " FROM lot_item i JOIN parcel_ground g ON g.parcel_id = i.parcel_id"
        )
    )


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--parcels", type=int, default=1_000_000)
    n = given.parse_args().parcels
    row = int(n**0.5)
    random = Random(7)
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "data", throwaway=True).start()
        try:
            url = server.database("bench")
            schema.upgrade(url)
            connect(url)
            began = perf_counter()
            fill(n, row)
            say(f"{n:,} parcels with shapes and lots, filled", f"{perf_counter() - began:.0f} s")

            def check(tx: Tx) -> None:
                i = random.randrange(n)
                x, y = WEST + (i % row + 0.5) * SIDE, SOUTH + (i // row + 0.5) * SIDE
                shape = shapely.MultiPolygon([shapely.box(x, y, x + SIDE, y + SIDE)])
                there = tx.get_one(Parcel, i + 1)
                must(actions.findings(tx, WHO, there, shape, area_mu(shape)))

            def lots(width: float) -> Callable[[Tx], None]:
                def do(tx: Tx) -> None:
                    i = random.randrange(n)
                    x, y = WEST + i % row * SIDE, SOUTH + i // row * SIDE
                    box = Box(x, y, x + width, y + width)
                    rows = listing.page_public(
                        tx, after=None, limit=51, state=None, region=None, category=None, box=box
                    )
                    must(rows)

                return do

            def shapes(tx: Tx) -> None:
                i = random.randrange(n)
                x, y = WEST + i % row * SIDE, SOUTH + i // row * SIDE
                must(queries.page(tx, Box(x, y, x + 0.01, y + 0.01), seen_by=WHO, after=None, limit=501))

            timed("overlap check of one parcel, with its exact figures", check)
            for width, name in ((0.005, "0.5 km"), (0.02, "2 km"), (0.1, "10 km"), (1.0, "everything")):
                timed(f"public lots by map box, a page of 50, {name}", lots(width))
            timed("shapes of a village by box, a page of 500", shapes)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
