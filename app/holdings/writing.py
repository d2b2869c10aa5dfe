"""What was found sound, into the tables: COPY into a temporary table, then one statement a sheet by natural key."""

from datetime import datetime
from typing import IO, Any, Final

from sqlalchemy import text

from app.base.db import Tx
from app.base.errors import Conflict
from app.holdings.found import Page
from app.holdings.rows import staged
from app.holdings.sheets import ACCOUNTS, ENTRIES, Kind, Sheet

BLOCK: Final = 262_144
_TYPES: Final = {
    Kind.TEXT: "text", Kind.CODE: "text", Kind.CHOICE: "text", Kind.OWNER: "bigint", Kind.MONEY: "bigint",
    Kind.DECIMAL: "numeric", Kind.DAY: "date", Kind.FLAG: "boolean",
}  # fmt: skip
_HEAD: Final = {"row_no": "int", "account_digest": "bytea", "account_sealed": "bytea", "account_tail": "text"}
_UNMOVED: Final = frozenset({"account_sealed", "account_tail"})
"""Set when the row is made: the same account sealed anew is other bytes, and no change."""


def write(tx: Tx, page: Page, *, region_code: str, import_id: int, now: datetime) -> dict[str, int]:
    """Adds and changes the rows of one sheet; returns how many are new, changed, as they were, and absent from the file.

    A row that the file no longer has stays: leaving the ledger is an act with a reason, not an omission.
    Raises Conflict where an account has become another owner's meanwhile.
    """
    _stage(tx, page)
    if page.sheet is ACCOUNTS:
        _still_separate(tx)
    given = [name for name in staged(page.sheet) if name != "row_no"]
    source = "stage s"
    if page.sheet is ENTRIES:
        given[given.index("account_digest")] = "account_id"
        source = "(SELECT stage.*, a.id AS account_id FROM stage JOIN holding_account a USING (account_digest)) s"
    key = ["account_id" if name == "account_digest" and page.sheet is ENTRIES else name for name in page.sheet.key]
    moved = [name for name in given if name not in key and name not in _UNMOVED]
    table, now_is = (
        page.sheet.table,
        ", ".join(f"{name} = excluded.{name}" for name in [*moved, "import_id", "changed_at"]),
    )
    counted = tx.execute(
        text(f"""
            WITH written AS (
                INSERT INTO {table} AS kept ({", ".join(given)}, region_code, import_id, changed_at)
                SELECT {", ".join(f"s.{name}" for name in given)}, :region, :import, :now FROM {source}
                ORDER BY s.row_no
                ON CONFLICT ({", ".join(key)}) DO UPDATE SET {now_is}
                WHERE ({", ".join(f"kept.{name}" for name in moved)})
                    IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in moved)})
                RETURNING xmax = 0 AS is_new
            )
            SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM written
        """),  # noqa: S608  names come from the tables in sheets.py
        {"region": region_code, "import": import_id, "now": now},
    ).one()
    same = " AND ".join(f"s.{name} = kept.{name}" for name in key)
    absent = tx.execute(
        text(
            f"SELECT count(*) FROM {table} kept WHERE region_code = :region"  # noqa: S608  as above
            f" AND NOT EXISTS (SELECT FROM {source} WHERE {same})"
        ),
        {"region": region_code},
    ).scalar_one()
    tx.execute(text("DROP TABLE stage"))
    return {"added": counted[0], "changed": counted[1], "unchanged": page.n_valid - sum(counted), "absent": absent}


def _stage(tx: Tx, page: Page) -> None:
    kinds = {c.name: _TYPES.get(c.kind, "text") for c in page.sheet.columns} | _HEAD
    names = staged(page.sheet)
    tx.execute(text(f"CREATE TEMP TABLE stage ({', '.join(f'{n} {kinds[n]}' for n in names)}) ON COMMIT DROP"))
    _copy(tx, page.spool)
    for top, bottom in page.spoilt:
        tx.execute(text("DELETE FROM stage WHERE row_no BETWEEN :top AND :bottom"), {"top": top, "bottom": bottom})
    tx.execute(text("ANALYZE stage"))


def _copy(tx: Tx, spool: IO[bytes]) -> None:
    connection: Any = tx.session.connection().connection.driver_connection
    spool.seek(0)
    with connection.cursor() as cursor, cursor.copy("COPY stage FROM STDIN") as copy:
        while block := spool.read(BLOCK):
            copy.write(block)


def _still_separate(tx: Tx) -> None:
    taken = tx.scalar(
        text("""
            SELECT count(*) FROM stage s
            LEFT JOIN holding_account a USING (account_digest)
            LEFT JOIN party p ON p.bank_account_digest = s.account_digest AND p.end_lifespan_at IS NULL
                AND p.kind IN ('collective_economic_organisation', 'village_committee', 'villager_group')
            WHERE a.owner_party_id <> s.owner_party_id OR p.id <> s.owner_party_id
        """)
    )
    if taken:
        raise Conflict("账户刚被另一单位登记，请重新导入", reason="ACCOUNT_SHARED")


def lock_village(tx: Tx, region_code: str) -> None:
    """One import writes into a village at a time: two with the same rows in another order would block each other."""
    tx.execute(text("SELECT pg_advisory_xact_lock(hashtext('holding ' || :region))"), {"region": region_code})


def n_rows(tx: Tx, sheet: Sheet, region_code: str) -> int:
    """How many rows the ledger of a village has of this sheet."""
    counted = tx.execute(
        text(f"SELECT count(*) FROM {sheet.table} WHERE region_code = :region"),  # noqa: S608  names of sheets.py
        {"region": region_code},
    ).scalar_one()
    return int(counted)
