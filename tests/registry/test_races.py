"""Two writers at the same moment: the database makes them wait for another, and the second is told."""

from threading import Event, Thread

from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from app.base.db import transaction
from app.registry.states import PartyKind
from tests.registry import make

CHILD = text("""
    INSERT INTO land_right (kind, region_code, ba_unit_id, holder_party_id, parent_right_id, starts_on, ends_on,
                            source_kind, begin_lifespan_at)
    SELECT 'land_management_right', region_code, ba_unit_id, holder_party_id, id, starts_on, ends_on, 'contract', now()
    FROM land_right WHERE id = :id
""")
END = text("UPDATE land_right SET end_lifespan_at = clock_timestamp(), end_reason = '交回' WHERE id = :id")
LOCK = "PERFORM FROM land_right WHERE id = the_parent OR extends_right_id = the_parent ORDER BY id FOR SHARE;"


WAITS = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


def race(right: int) -> list[bool]:
    """One connection derives from a right while another ends it, before the first commits; who came through."""
    written, finished = Event(), Event()
    told = [False, False]

    def derive() -> None:
        with transaction() as tx:
            tx.execute(CHILD, {"id": right})
            written.set()
            while not finished.is_set() and tx.scalar(WAITS) == 0:
                pass  # until the other one is through, or waits for this commit
        told[0] = True

    def end() -> None:
        written.wait(10)
        try:
            with transaction() as tx:
                tx.execute(END, {"id": right})
            told[1] = True
        except IntegrityError as e:
            assert "never outlives its parent" in str(e)  # noqa: PT017 - what else it could be fails the thread's test
        finally:
            finished.set()

    threads = [Thread(target=derive), Thread(target=end)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return told


def contract() -> int:
    with transaction() as tx:
        return make.right(tx, make.party(tx, PartyKind.HOUSEHOLD), [make.parcel(tx)]).id


def test_a_parent_is_not_ended_beside_a_child_that_is_just_being_born(settled: Engine) -> None:
    assert race(contract()) == [True, False]


def test_without_the_lock_and_the_key_the_race_is_lost(settled: Engine) -> None:
    """So the test above can fail: neither the trigger's lock nor the one of the foreign key holds the parent."""
    right = contract()
    with transaction() as tx:
        source = tx.scalar(text("SELECT pg_get_functiondef('right_fits_parent'::regproc)")) or ""
        assert LOCK in source
        tx.execute(text(source.replace(LOCK, "")))
        tx.execute(text("ALTER TABLE land_right DROP CONSTRAINT land_right_parent_right_id_fkey"))
    assert race(right) == [True, True]
