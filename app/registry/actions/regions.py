"""Loading the divisions, and the check that an act stays in its actor's regions."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Invalid, NotFound
from app.registry import queries

DIVISIONS = Path(__file__).parent.parent / "data" / "xuchang-divisions.csv"


@contextmanager
def naming(field: str) -> Iterator[None]:
    """What cannot be found in here was named in the body: an error of that field, no missing page."""
    try:
        yield
    except NotFound as e:
        raise Invalid(e.detail, field=field) from e


def within(tx: Tx, who: Actor | None, region_code: str) -> None:
    """Raises NotFound for a division that does not exist or that the actor's permission does not reach."""
    if who is not None and not who.sees(region_code):
        raise NotFound("没有这个行政区划，或不在您的范围内")
    queries.region(tx, region_code)


def load_regions(tx: Tx) -> int:
    """Brings the divisions of Xuchang up to the data file, in one statement; returns how many rows changed.

    Safe to repeat: a second load changes nothing and records nothing.
    """
    with DIVISIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    changed = tx.execute(
        text("""
            WITH changed AS (
                INSERT INTO region (code, name, level, parent_code)
                SELECT code, name, level, nullif(parent, '')
                FROM unnest(CAST(:codes AS text[]), CAST(:names AS text[]), CAST(:levels AS text[]),
                            CAST(:parents AS text[])) AS given (code, name, level, parent)
                ON CONFLICT (code) DO UPDATE
                SET name = excluded.name, level = excluded.level, parent_code = excluded.parent_code
                WHERE (region.name, region.level, region.parent_code)
                    IS DISTINCT FROM (excluded.name, excluded.level, excluded.parent_code)
                RETURNING 1
            )
            SELECT count(*) FROM changed
        """),
        {
            "codes": [r["code"] for r in rows],
            "names": [r["name"] for r in rows],
            "levels": [r["level"] for r in rows],
            "parents": [r["parent"] for r in rows],
        },
    ).scalar_one()
    if changed:
        record(tx, None, "region.load", "region/411000", region="411000", n_changed=changed, n_regions=len(rows))
    return int(changed)
