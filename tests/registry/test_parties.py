"""Parties: checked numbers, sealed and masked, in their village, with members whose shares sum to one."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.audit.models import AuditEvent
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, NotFound
from app.registry import actions, queries
from app.registry.models import Party, PartyMember
from app.registry.schemas import MemberIn, MembersIn, PartyIn, PartyOut
from app.registry.states import PartyKind, SealedField
from tests.registry import make


def person(tx: Tx, **over: Any) -> Party:
    return make.party(tx, PartyKind.INDIVIDUAL, **{"name": "演示甲", "id_number": make.id_number()} | over)


def test_a_persons_number_is_nowhere_in_the_clear(land: Tx) -> None:
    number, account = make.id_number(), "6222021708001234567"
    who = person(land, name="演示丙", id_number=number, bank_account=account)
    row = land.execute(text("SELECT party::text FROM party WHERE id = :id"), {"id": who.id}).scalar_one()
    log = land.execute(text("SELECT string_agg(audit_event::text, '') FROM audit_event")).scalar_one()
    for place in (row, log, PartyOut.model_validate(who).model_dump_json()):
        assert number not in place
        assert account not in place
    assert "演示丙" not in log
    assert (who.id_number_masked, who.bank_account_tail) == (f"{number[:6]}********{number[-4:]}", "4567")
    assert f"{who.born_on}" == "1980-02-29"


def test_a_number_is_read_for_a_reason_and_the_reading_is_recorded(land: Tx) -> None:
    number = make.id_number()
    who = person(land, id_number=number)
    assert actions.unmask(land, make.clerk(), who.id, field=SealedField.ID_NUMBER, reason="核对抵押登记") == number
    event = land.execute(select(AuditEvent).where(AuditEvent.act == "person.unmask")).scalar_one()
    assert (event.account_id, event.subject, event.facts["reason"]) == (1, f"party/{who.id}", "核对抵押登记")
    assert number not in str(event.facts)


def test_a_number_outside_ones_regions_cannot_be_read(land: Tx) -> None:
    who = person(land)
    with pytest.raises(NotFound):
        actions.unmask(land, make.clerk(make.OTHER_VILLAGE), who.id, field=SealedField.ID_NUMBER, reason="无权")
    with pytest.raises(NotFound):
        actions.unmask(land, make.clerk(), who.id, field=SealedField.BANK_ACCOUNT, reason="未登记")
    assert land.scalars(select(AuditEvent).where(AuditEvent.act == "person.unmask")).all() == []


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"id_number": "410003198002290010"}, "id_number"),
        ({"id_number": make.id_number(serial=5), "born_on": "1980-03-01"}, "born_on"),
        ({"credit_code": make.credit_code("91", 1)}, "credit_code"),
    ],
)
def test_a_person_with_an_impossible_number_is_refused_by_field(land: Tx, over: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        person(land, **over)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("kind", "over", "field"),
    [
        (PartyKind.ENTERPRISE, {"credit_code": None}, "credit_code"),
        (PartyKind.ENTERPRISE, {"credit_code": make.credit_code("N2", 9)}, "credit_code"),
        (PartyKind.COLLECTIVE_ECONOMIC_ORGANISATION, {"credit_code": make.credit_code("91", 9)}, "credit_code"),
        (PartyKind.HOUSEHOLD, {"credit_code": make.credit_code("91", 9)}, "credit_code"),
        (PartyKind.HOUSEHOLD, {"id_number": make.id_number(serial=9)}, "id_number"),
        (PartyKind.ENTERPRISE, {"person_id": 999}, "person_id"),
        (PartyKind.ENTERPRISE, {"organisation_id": 999}, "organisation_id"),
    ],
)
def test_an_organisation_carries_the_code_of_its_kind(
    land: Tx, kind: PartyKind, over: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        make.party(land, kind, **over)
    assert refused.value.field == field


def test_the_same_number_is_recorded_once_in_a_place(land: Tx) -> None:
    number, code = make.id_number(), make.credit_code()
    person(land, id_number=number)
    make.party(land, credit_code=code)
    with pytest.raises(Conflict) as twice:
        person(land, id_number=number)
    assert twice.value.field == "id_number"
    person(land, id_number=number, region_code=make.OTHER_VILLAGE)
    with pytest.raises(Conflict) as elsewhere:
        make.party(land, credit_code=code, region_code=make.OTHER_VILLAGE)
    assert elsewhere.value.field == "credit_code"


def test_who_looks_from_another_village_finds_nobody(land: Tx) -> None:
    who = person(land)
    assert queries.party(land, who.id, seen_by=make.clerk(make.TOWN)) is who
    with pytest.raises(NotFound):
        queries.party(land, who.id, seen_by=make.clerk(make.OTHER_VILLAGE))
    assert queries.page_parties(land, seen_by=make.clerk(make.OTHER_VILLAGE)) == []
    assert queries.page_parties(land, seen_by=make.clerk("4110"), prefix=make.TOWN) == [who]
    assert queries.page_parties(land, seen_by=make.clerk("4110"), prefix="411002") == []


def test_nobody_records_outside_his_regions_or_in_a_place_that_is_none(land: Tx) -> None:
    body = PartyIn(kind=PartyKind.HOUSEHOLD, name="演示户", region_code=make.VILLAGE)
    with pytest.raises(NotFound):
        actions.record_party(land, make.clerk(make.OTHER_VILLAGE), body)
    with pytest.raises(NotFound):
        actions.record_party(land, None, body.model_copy(update={"region_code": "419999"}))


def group(tx: Tx, shares: list[Fraction | None]) -> list[PartyMember]:
    household = make.party(tx, PartyKind.HOUSEHOLD)
    members = [
        MemberIn(party_id=person(tx).id, share_num=s.numerator if s else None, share_den=s.denominator if s else None)
        for s in shares
    ]
    return actions.record_members(tx, None, household.id, MembersIn(members=members))


def test_members_own_jointly_or_by_shares_that_sum_to_one(land: Tx) -> None:
    jointly = group(land, [None, None])
    assert queries.owners(land, jointly[0].group_party_id)["kind"] == "joint"
    by_share = group(land, [Fraction(1, 3), Fraction(1, 6), Fraction(1, 2)])
    land.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    agreeing = frozenset({by_share[0].member_party_id})
    assert queries.owners(land, by_share[0].group_party_id, consenting=agreeing) == {
        "kind": "by_share",
        "owners": [
            {"consents": True, "share_num": 1, "share_den": 3},
            {"consents": False, "share_num": 1, "share_den": 6},
            {"consents": False, "share_num": 1, "share_den": 2},
        ],
    }


def test_new_members_take_the_place_of_the_old_ones_who_stay_on_record(land: Tx) -> None:
    first = group(land, [Fraction(1, 2), Fraction(1, 2)])
    household = first[0].group_party_id
    only = MembersIn(members=[MemberIn(party_id=first[1].member_party_id, share_num=1, share_den=1)])
    actions.record_members(land, None, household, only)
    land.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    assert [p.id for _, p in queries.members(land, household)] == [first[1].member_party_id]
    assert land.scalar(text("SELECT count(*) FROM party_member WHERE group_party_id = :id"), {"id": household}) == 3


@pytest.mark.parametrize("shares", [["1/2", "1/3"], ["1/2", None], ["2/3", "1/2"]])
def test_shares_that_do_not_sum_to_one_are_refused(land: Tx, shares: list[str | None]) -> None:
    with pytest.raises(ValidationError, match="合计为一"):
        group(land, [Fraction(s) if s else None for s in shares])


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=6), st.integers(0, 5))
def test_the_database_sums_shares_exactly(land: Tx, weights: list[int], which: int) -> None:
    whole = sum(weights)
    rows = group(land, [Fraction(w, whole) for w in weights])
    land.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    a_little_less = text(
        "UPDATE party_member SET share_num = share_num * 1000 - 1, share_den = share_den * 1000 WHERE id = :id"
    )
    with pytest.raises(IntegrityError, match="sum to one"), land.session.begin_nested():
        land.execute(a_little_less, {"id": rows[which % len(rows)].id})
    land.execute(text("SET CONSTRAINTS ALL DEFERRED"))
