"""What an installation needs before it serves: divisions, calendars, its kind; and for a demonstration, its people."""

from sqlalchemy import text

from app.base import sealing
from app.base.db import connect, transaction
from app.compliance.actions import load_published
from app.demo.install import install
from app.registry.actions import load_regions
from app.settings import Settings


def furnish(settings: Settings) -> bool:
    """Brings an installation up to what it must hold; safe to repeat. Returns whether it is a demonstration.

    A database is settled as a demonstration or a plain installation the first time, and stays what it is: `DEMO`
    cannot turn a real installation into a demonstration.
    """
    engine = connect(settings.database_url, pool_size=2)
    sealing.use_key(settings.sealing_key())
    try:
        with transaction() as tx:
            tx.execute(text("SELECT pg_advisory_xact_lock(hashtext('furnish'))"))
            load_regions(tx)
            load_published(tx)
            kind = tx.scalar(text("SELECT kind FROM installation"))
            if kind is None and not settings.demo:
                tx.execute(text("INSERT INTO installation (kind) VALUES ('plain')"))
            elif kind is None:
                install(tx)
            tx.memo.clear()
            return tx.is_demo()
    finally:
        engine.dispose()
