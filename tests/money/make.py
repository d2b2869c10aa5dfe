"""Money of the tests: a cashier, an approver, and deposits reached by walking."""

from dataclasses import dataclass

from app.base.actor import Actor, Role
from app.base.db import Tx
from app.identity.permissions import P
from app.money import actions
from app.money.models import Deposit
from tests.people import account, actor

REGION = "411081001"
LOT = 7_001
APPLICANT = "演示禹州农业合作社"


@dataclass(frozen=True)
class Desk:
    """The two persons of one county's money."""

    cashier: Actor
    approver: Actor


def desk(tx: Tx, region: str = "411081") -> Desk:
    return Desk(
        actor(tx, account(tx, Role.CENTRE_CASHIER, region=region), P.MONEY_POST),
        actor(tx, account(tx, Role.CENTRE_APPROVER, region=region), P.MONEY_APPROVE),
    )


def expected(tx: Tx, entry_id: int = 1, *, lot_id: int = LOT, fen: int = 500_000) -> Deposit:
    deposit = actions.expect_deposit(
        tx,
        None,
        entry_id,
        lot_id=lot_id,
        party_id=1_000 + entry_id,
        region=REGION,
        applicant_name=APPLICANT,
        amount_fen=fen,
    )
    assert deposit is not None
    return deposit


def held(tx: Tx, at: Desk, entry_id: int = 1, *, lot_id: int = LOT, fen: int = 500_000) -> Deposit:
    expected(tx, entry_id, lot_id=lot_id, fen=fen)
    return actions.hold_deposit(
        tx, at.cashier, entry_id, amount_fen=fen, payer_name=APPLICANT, bank_reference=f"BANK-{lot_id}-{entry_id}"
    )
