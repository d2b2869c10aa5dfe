"""Making an installation a demonstration: its people, organisations, calendar and the day on which it begins."""

from datetime import UTC, datetime

from sqlalchemy import text

from app.base.db import Tx
from app.demo.people import PASSWORD, demonstrators, organisations
from app.identity import actions as identity
from app.identity.actions import hash_password

BEGINS = datetime(2026, 1, 12, 0, 30, tzinfo=UTC)
"""08:30 in Beijing on a Monday: the demonstration's first working hour."""


def install(tx: Tx) -> bool:
    """Sets an empty installation up as a demonstration. False where it is one already. Raises ValueError where the
    installation is a plain one: a real one never becomes a demonstration.
    """
    kind = tx.scalar(text("SELECT kind FROM installation"))
    if kind == "plain":
        raise ValueError("这是正式安装，不能装入演示数据")
    if kind == "demo":
        return False
    tx.execute(text("INSERT INTO installation (kind) VALUES ('demo')"))
    tx.execute(text("INSERT INTO clock_shift (shift) VALUES (:begins - clock_timestamp())"), {"begins": BEGINS})
    _people(tx)
    return True


def _people(tx: Tx) -> None:
    by_name: dict[str, int] = {}
    for o in organisations():
        row = identity.add_organisation(
            tx, None, kind=o.kind, name=o.name, region_code=o.region_code, credit_code=o.credit_code
        )
        by_name[o.name] = row.id
    hashed = hash_password(PASSWORD)
    for d in demonstrators():
        person = identity.add_person(tx, name=d.name, id_number=d.id_number)
        account = identity.open_account(
            tx, None, login=d.login, password_hash=hashed, person_id=person.id,
            organisation_id=by_name[d.organisation] if d.organisation else None, is_demo=True,
        )  # fmt: skip
        identity.grant_role(tx, None, account.id, d.role, d.region_code)
