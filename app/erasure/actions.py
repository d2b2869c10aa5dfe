"""Erasing what tells who somebody is. The acts, their hashes and all proofs stay."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import cast, select, update
from sqlalchemy.dialects.postgresql import JSONB

from app.audit import commitment
from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Refused
from app.base.sealing import sealer
from app.deal.models import Objection
from app.erasure import queries
from app.identity.actions import close_account
from app.identity.models import Account
from app.money.models import Deposit, MoneyOrder
from app.qualification.models import Entry
from app.registry.models import Party, RegistryVersion

ERASED: Final = "（已删除）"
RETENTION_YEARS: Final = 5
"""How long the papers of a trade are kept after its end (拍卖法 54; from memory, level M)."""


def erase_person(tx: Tx, who: Actor, person_id: int, *, basis: str) -> int:
    """Erases an account holder and what the register has of him. Returns the number of log fields erased.

    Raises NotFound; Refused while he holds an office, a right or a membership, is in a trade that goes on, or the
    papers of his last one must be kept.
    """
    person = queries.lock_person(tx, person_id)
    parties = queries.parties_of(tx, person)
    accounts = queries.accounts_of(tx, person_id)
    if any(account.id == who.account_id for account in accounts):
        raise Refused("不能删除自己的账号", reason="OWN_ACCOUNT")
    if queries.has_office(tx, person_id):
        raise Refused("其曾以职务身份办理业务，档案须予保存（档案法）", reason="OFFICE_HELD")
    _free(tx, person_id, parties)
    _clear_trades(tx, parties, person_id)
    for party in parties:
        _clear_party(tx, party)
    for account in accounts:
        _clear_account(tx, account)
    person.name, person.phone = ERASED, None
    # No number has this digest: the same person may come back as a new one.
    person.id_number_digest, person.id_number_sealed = sealer().digest(f"erased person {person_id}"), b""
    subjects = [f"person/{person_id}", *(f"account/{a.id}" for a in accounts), *(f"party/{p.id}" for p in parties)]
    gone = commitment.erase(tx, subjects=subjects, person_id=person_id)
    record(
        tx, who, "person.erase", f"person/{person_id}", region=min(who.prefixes, key=len), basis=basis, fields=gone,
        parties=[p.id for p in parties], accounts=[a.id for a in accounts],
    )  # fmt: skip
    return gone


def erase_party(tx: Tx, who: Actor, party_id: int, *, basis: str) -> int:
    """Erases a natural person of the register who has no account. Refusals as for `erase_person`."""
    party = queries.lock_party(tx, party_id, seen_by=who)
    if party.person_id is not None:
        raise Refused("该主体有平台账号，请按自然人删除", reason="HAS_ACCOUNT", extra={"person_id": party.person_id})
    _free(tx, None, [party])
    _clear_trades(tx, [party], None)
    _clear_party(tx, party)
    gone = commitment.erase(tx, subjects=[f"party/{party_id}"], person_id=None)
    record(tx, who, "party.erase", f"party/{party_id}", region=party.region_code, basis=basis, fields=gone)
    return gone


def _free(tx: Tx, person_id: int | None, parties: Sequence[Party]) -> None:
    ids = [party.id for party in parties]
    if queries.has_right(tx, ids):
        raise Refused("其仍持有登记的权利或者仍是集体、农户成员", reason="RIGHT_HELD")
    if queries.has_open_trade(tx, person_id, ids):
        raise Refused("其参与的交易尚未办结", reason="TRADE_OPEN")
    last = queries.last_trade_at(tx, person_id, ids)
    if last is None:
        return
    until = last.replace(year=last.year + RETENTION_YEARS, day=min(last.day, 28))
    if tx.clock() < until:
        raise Refused(
            f"交易资料自办结起须保存{RETENTION_YEARS}年（拍卖法第五十四条；个人信息保护法第四十七条第二款）",
            reason="RETENTION", extra={"until": until.date().isoformat()},
        )  # fmt: skip


def _clear_party(tx: Tx, party: Party) -> None:
    """The row and all its versions: the only change of a version that the database lets pass."""
    party.name, party.address = ERASED, None
    party.id_number_digest = party.id_number_sealed = party.id_number_masked = None
    party.born_on = party.sex = None
    party.bank_name = party.bank_account_sealed = party.bank_account_tail = party.bank_account_digest = None
    tx.flush()
    blank = dict.fromkeys(("address", "born_on", "sex", "id_number_masked", "bank_name", "bank_account_tail"))
    tx.execute(
        update(RegistryVersion)
        .where(RegistryVersion.subject == "party", RegistryVersion.subject_id == party.id)
        .values(content=RegistryVersion.content.op("||")(cast({"name": ERASED, **blank}, JSONB)))
        .execution_options(synchronize_session=False)
    )


def _clear_account(tx: Tx, account: Account) -> None:
    close_account(tx, account)
    account.login, account.password_hash = f"erased-{account.id}", "!"


def _clear_trades(tx: Tx, parties: Sequence[Party], person_id: int | None) -> None:
    """Names and free words in papers of trades long over; amounts and verdicts stay."""
    ids = [party.id for party in parties]
    entries = select(Entry.id).where(Entry.party_id.in_(ids))
    deposits = select(Deposit.id).where(Deposit.entry_id.in_(entries))
    tx.execute(
        update(MoneyOrder)
        .where(MoneyOrder.deposit_id.in_(deposits), MoneyOrder.payee_name.is_not(None))
        .values(payee_name=ERASED)
    )
    tx.execute(update(Deposit).where(Deposit.entry_id.in_(entries)).values(applicant_name=ERASED))
    tx.execute(
        update(Deposit).where(Deposit.entry_id.in_(entries), Deposit.payer_name.is_not(None)).values(payer_name=ERASED)
    )
    tx.execute(update(Entry).where(Entry.id.in_(entries)).values(declaration=ERASED, facts={}))
    tx.execute(
        update(Entry)
        .where(Entry.id.in_(entries), Entry.priority_evidence.is_not(None))
        .values(priority_evidence=ERASED)
    )
    theirs = Objection.person_id == person_id
    tx.execute(update(Objection).where(theirs).values(interest=ERASED, grounds=ERASED))
    tx.execute(update(Objection).where(theirs, Objection.appeal.is_not(None)).values(appeal=ERASED))
