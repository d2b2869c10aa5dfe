"""`post`: the one way into the ledger. The same reference twice is one posting; an unbalanced one is no posting."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict
from app.money import queries
from app.money.models import LedgerAccount, LedgerEntry, Posting
from app.money.states import AccountKind, Event


@dataclass(frozen=True, slots=True)
class Side:
    """Fen into (positive, debit) or out of (negative, credit) one account. `lot_id` None is the centre's own."""

    kind: AccountKind
    lot_id: int | None
    party_id: int | None
    fen: int


def move_fen(
    debit: tuple[AccountKind, int | None], credit: tuple[AccountKind, int | None], lot_id: int, fen: int
) -> list[Side]:
    """The two sides of the usual posting within one lot: (kind, party) to debit, (kind, party) to credit."""
    return [Side(debit[0], lot_id, debit[1], fen), Side(credit[0], lot_id, credit[1], -fen)]


def account_id(tx: Tx, kind: AccountKind, lot_id: int | None, party_id: int | None) -> int:
    """The account's id, opened when first used."""
    tx.execute(
        insert(LedgerAccount)
        .values(kind=kind, lot_id=lot_id, party_id=party_id)
        .on_conflict_do_nothing(constraint="ledger_account_lot_id_kind_party_id_key")
    )
    return tx.execute(
        select(LedgerAccount.id).where(
            LedgerAccount.kind == kind,
            LedgerAccount.lot_id.is_not_distinct_from(lot_id),
            LedgerAccount.party_id.is_not_distinct_from(party_id),
        )
    ).scalar_one()


def post(
    tx: Tx,
    who: Actor | None,
    event: Event,
    sides: Sequence[Side],
    *,
    lot_id: int,
    party_id: int | None,
    region: str,
    reference: str,
    amount_fen: int,
    bank_reference: str | None = None,
    prepared_by: int | None = None,
    memo: str | None = None,
) -> tuple[Posting, bool]:
    """The posting, and whether it is new. A repetition must say the same, else Conflict REFERENCE_REUSED.

    `prepared_by` is the person who prepared what `who` now approves; without it `who` alone stands behind the posting.
    """
    accounts = sorted((account_id(tx, s.kind, s.lot_id, s.party_id), s.fen) for s in sides)
    person = who.person_id if who else None
    new_id = tx.scalar(
        insert(Posting)
        .values(
            event=event, lot_id=lot_id, party_id=party_id, region_code=region, reference=reference,
            bank_reference=bank_reference, amount_fen=amount_fen, at=tx.clock(), memo=memo,
            prepared_by_person=prepared_by if prepared_by is not None else person,
            approved_by_person=person if prepared_by is not None else None,
        )
        .on_conflict_do_nothing()
        .returning(Posting.id)
    )  # fmt: skip
    if new_id is None:
        known = queries.find_posting(tx, lot_id, event, reference)
        if known is None:
            raise Conflict("该银行流水号已入账", reason="BANK_REFERENCE_USED", field="bank_reference")
        if (known.amount_fen, known.party_id, known.bank_reference) != (amount_fen, party_id, bank_reference):
            raise Conflict("同一凭证号已用于不同的款项", reason="REFERENCE_REUSED", field="bank_reference")
        return known, False
    tx.add_all(LedgerEntry(posting_id=new_id, account_id=account, amount_fen=fen) for account, fen in accounts)
    tx.flush()
    return tx.execute(select(Posting).where(Posting.id == new_id)).scalar_one(), True
