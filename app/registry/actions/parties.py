"""Parties, the members of group parties, collectives, and the reading of a sealed number."""

from typing import Any

from sqlalchemy import select, update

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, NotFound
from app.base.masking import mask_id_number
from app.base.numbers import check_credit_code, is_rural_collective_code, resident_id_birth
from app.base.sealing import sealer
from app.identity.models import Organisation, Person
from app.registry import queries
from app.registry.actions.regions import naming, within
from app.registry.models import Collective, Party, PartyMember
from app.registry.schemas import CollectiveIn, MembersIn, PartyIn
from app.registry.states import COLLECTIVE_KINDS, PRIVATE_KINDS, LegalCapacity, PartyKind, SealedField, Sex

ID_NUMBER = "party.id_number"
BANK_ACCOUNT = "party.bank_account"
_CODED = frozenset({PartyKind.ENTERPRISE, PartyKind.COOPERATIVE})
"""Who exists only by registration, so never without a credit code."""


def named(party: Party) -> dict[str, Any]:
    """The name as the log may keep it: for people and households as a personal field."""
    if party.kind in PRIVATE_KINDS:
        return {"personal": {"name": party.name}, "personal_of": party.person_id}
    return {"name": party.name}


def record_party(tx: Tx, who: Actor | None, body: PartyIn) -> Party:
    """登记主体。 Raises NotFound outside the actor's regions, Invalid for numbers that cannot be, Conflict for a second
    party with the same number in the same place.
    """
    within(tx, who, body.region_code)
    now = tx.clock()
    party = Party(
        kind=body.kind, name=body.name, region_code=body.region_code, address=body.address, bank_name=body.bank_name,
        person_id=body.person_id, organisation_id=body.organisation_id, begin_lifespan_at=now,
    )  # fmt: skip
    if body.kind is PartyKind.INDIVIDUAL:
        _person(tx, party, body)
    else:
        _organisation(tx, party, body)
    _linked(tx, body)
    if body.bank_account is not None:
        party.bank_account_sealed = sealer().seal(body.bank_account, bound_to=BANK_ACCOUNT)
        party.bank_account_tail = body.bank_account[-4:]
        party.bank_account_digest = sealer().digest(body.bank_account)
        _own_account(tx, party)
    tx.add(party)
    tx.flush()
    record(
        tx, who, "party.record", f"party/{party.id}", region=party.region_code,
        kind=party.kind, **named(party), credit_code=party.credit_code,
    )  # fmt: skip
    return party


def _own_account(tx: Tx, party: Party) -> None:
    """政经分离: no two of collectives, village committees and groups share an account."""
    same = select(Party.id).where(
        Party.bank_account_digest == party.bank_account_digest,
        Party.kind.in_(COLLECTIVE_KINDS),
        Party.end_lifespan_at.is_(None),
    )
    if party.kind in COLLECTIVE_KINDS and tx.scalar(same) is not None:
        raise Conflict(
            "该账户已属另一集体组织：村民委员会与集体经济组织须分设账户", field="bank_account", reason="ACCOUNT_SHARED"
        )


def _person(tx: Tx, party: Party, body: PartyIn) -> None:
    if body.credit_code is not None:
        raise Invalid("自然人没有统一社会信用代码", field="credit_code")
    party.legal_capacity = body.legal_capacity or LegalCapacity.FULL
    party.born_on = body.born_on
    if body.id_number is None:
        return
    try:
        born = resident_id_birth(body.id_number, today=tx.today())
    except ValueError as e:
        raise Invalid(str(e), field="id_number") from e
    if body.born_on is not None and body.born_on != born:
        raise Invalid("出生日期与公民身份号码不符", field="born_on")
    party.born_on = born
    party.sex = Sex.MALE if int(body.id_number[16]) % 2 else Sex.FEMALE
    party.id_number_digest = sealer().digest(body.id_number)
    party.id_number_sealed = sealer().seal(body.id_number, bound_to=ID_NUMBER)
    party.id_number_masked = mask_id_number(body.id_number)
    here = Party.region_code == body.region_code
    if tx.scalar(select(Party.id).where(here, Party.id_number_digest == party.id_number_digest)) is not None:
        raise Conflict("该区划内已登记此人", field="id_number", reason="PARTY_EXISTS")


def _organisation(tx: Tx, party: Party, body: PartyIn) -> None:
    for field in ("id_number", "born_on", "legal_capacity"):
        if getattr(body, field) is not None:
            raise Invalid("此项只用于自然人", field=field)
    if body.credit_code is None:
        if body.kind in _CODED:
            raise Invalid("缺少统一社会信用代码", field="credit_code")
        return
    if body.kind is PartyKind.HOUSEHOLD:
        raise Invalid("农户没有统一社会信用代码", field="credit_code")
    try:
        party.credit_code = check_credit_code(body.credit_code)
    except ValueError as e:
        raise Invalid(str(e), field="credit_code") from e
    collective = body.kind is PartyKind.COLLECTIVE_ECONOMIC_ORGANISATION
    if collective is not is_rural_collective_code(body.credit_code):
        raise Invalid("农村集体经济组织的代码以N1、N2、N3开头，其他主体则否", field="credit_code")
    same = Party.credit_code == body.credit_code
    if not collective:
        same &= Party.region_code == body.region_code
    if tx.scalar(select(Party.id).where(same)) is not None:
        raise Conflict("该统一社会信用代码已登记", field="credit_code", reason="PARTY_EXISTS")


def _linked(tx: Tx, body: PartyIn) -> None:
    if body.person_id is not None and tx.get(Person, body.person_id) is None:
        raise Invalid("没有这个自然人", field="person_id")
    if body.organisation_id is not None and tx.get(Organisation, body.organisation_id) is None:
        raise Invalid("没有这个组织", field="organisation_id")


def record_members(tx: Tx, who: Actor | None, party_id: int, body: MembersIn) -> list[PartyMember]:
    """Replaces the members of a group party: shares given to all and summing to one, or to none (共同共有)."""
    group = queries.lock_party(tx, party_id, seen_by=who)
    now = tx.clock()
    if group.kind is PartyKind.INDIVIDUAL:
        raise Invalid("自然人没有成员", field="party_id")
    if len({m.party_id for m in body.members}) != len(body.members):
        raise Invalid("成员重复", field="members")
    for i, member in enumerate(body.members):
        with naming(f"members[{i}].party_id"):
            queries.party(tx, member.party_id, seen_by=who)
        if member.party_id == party_id:
            raise Invalid("主体不能是自己的成员", field=f"members[{i}].party_id")
    tx.execute(
        update(PartyMember)
        .where(PartyMember.group_party_id == party_id, PartyMember.end_lifespan_at.is_(None))
        .values(end_lifespan_at=now)
    )
    rows = [
        PartyMember(
            group_party_id=party_id, member_party_id=m.party_id, share_num=m.share_num, share_den=m.share_den,
            relation=m.relation, is_representative=m.is_representative, begin_lifespan_at=now,
        )
        for m in body.members
    ]  # fmt: skip
    tx.add_all(rows)
    tx.flush()
    record(
        tx, who, "party.record_members", f"party/{party_id}", region=group.region_code,
        members=[m.party_id for m in body.members],
        shares=[f"{m.share_num}/{m.share_den}" for m in body.members if m.share_num is not None],
    )  # fmt: skip
    return rows


def record_collective(tx: Tx, who: Actor | None, party_id: int, body: CollectiveIn) -> Collective:
    """登记集体: level, registration and the numbers that votes are counted against. A later record replaces it."""
    party = queries.lock_party(tx, party_id, seen_by=who)
    now = tx.clock()
    if party.kind not in COLLECTIVE_KINDS:
        raise Invalid("该主体不是农村集体经济组织、村民委员会或村民小组", field="party_id")
    known = queries.electorate(tx, party_id, tx.today())
    for name, value in known.items():
        if getattr(body, name) not in {None, value}:
            raise Invalid(f"与名册不符：今日为 {value}", field=name)
    row = queries.collective(tx, party_id)
    before = None
    if row is None:
        row = Collective(party_id=party_id)
        tx.add(row)
    else:
        before = {name: getattr(row, name) for name in CollectiveIn.model_fields}
    for name in CollectiveIn.model_fields:
        setattr(row, name, getattr(body, name))
    row.updated_at = now
    tx.flush()
    record(
        tx, who, "collective.record", f"party/{party_id}", region=party.region_code, before=before,
        after=body.model_dump(),
    )  # fmt: skip
    return row


def unmask(tx: Tx, who: Actor, party_id: int, *, field: SealedField, reason: str) -> str:
    """Opens one sealed number for one stated reason; that it was read is recorded, the number is not."""
    party = queries.lock_party(tx, party_id, seen_by=who)
    sealed = party.id_number_sealed if field is SealedField.ID_NUMBER else party.bank_account_sealed
    if sealed is None:
        raise NotFound("未登记此项")
    record(
        tx, who, "person.unmask", f"party/{party_id}", region=party.region_code, field=field, reason=reason,
    )  # fmt: skip
    return sealer().open(sealed, bound_to=ID_NUMBER if field is SealedField.ID_NUMBER else BANK_ACCOUNT)
