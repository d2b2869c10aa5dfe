"""The platform's clock is the database's, and only a demonstration may shift it."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.base.db import Tx


def test_a_real_installation_cannot_shift_its_clock(tx: Tx) -> None:
    with pytest.raises(IntegrityError, match="cannot be shifted"):
        tx.execute(text("INSERT INTO clock_shift (shift) VALUES (interval '1 day')"))


def test_a_demonstration_shifts_the_platform_clock_and_never_real_time(tx: Tx) -> None:
    tx.execute(text("INSERT INTO installation (kind) VALUES ('demo')"))
    tx.execute(text("INSERT INTO clock_shift (shift) VALUES (interval '-300 days')"))
    assert tx.wall_clock() - tx.clock() > timedelta(days=299)


def test_an_installation_never_changes_its_kind(tx: Tx) -> None:
    tx.execute(text("INSERT INTO installation (kind) VALUES ('plain')"))
    with pytest.raises(IntegrityError, match="only added to"):
        tx.execute(text("UPDATE installation SET kind = 'demo'"))
