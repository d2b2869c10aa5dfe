"""The register of any past day can be read; nobody can write it; each link of a chain stays."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.base.db import Tx
from app.base.errors import Conflict, Invalid, NotFound
from app.registry import actions, queries
from app.registry.models import LandRight, Parcel, Party
from app.registry.schemas import MemberIn, MembersIn, ParcelChangeIn, ResponsibilityIn, RestrictionIn
from app.registry.states import LandType, PartyKind, ResponsibilityKind, RestrictionKind, RightKind, SourceKind
from tests.registry import make

END = date(2028, 9, 30)
ON = date(2026, 11, 23)
DAY = timedelta(days=1)
MANAGEMENT = RightKind.LAND_MANAGEMENT_RIGHT
SURVEY: dict[str, Any] = {"source_kind": SourceKind.ADMINISTRATIVE_DECISION, "source": "演示测绘成果一号"}


def days_later(tx: Tx, n: int) -> date:
    """Lets n days pass for the platform, inside this transaction; the new day."""
    tx.execute(text("INSERT INTO installation VALUES (true, 'demo') ON CONFLICT DO NOTHING"))
    tx.execute(
        text("""
            INSERT INTO clock_shift VALUES (true, make_interval(days => :n))
            ON CONFLICT (only_one) DO UPDATE SET shift = clock_shift.shift + excluded.shift
        """),
        {"n": n},
    )
    return tx.today()


def test_what_a_parcel_was_can_be_read_after_it_has_changed(land: Tx) -> None:
    field = make.parcel(land)
    first = land.today()
    second = days_later(land, 10)
    actions.amend_parcel(land, None, field.id, ParcelChangeIn(area_mu=Decimal(60), land_type=LandType.GARDEN, **SURVEY))
    third = days_later(land, 10)
    then, before_the_change = (queries.one_as_of(land, Parcel, field.id, on) for on in (first, second - DAY))
    assert (then.area_mu, then.land_type) == (Decimal("54.5"), LandType.CULTIVATED)
    assert before_the_change.area_mu == Decimal("54.5")
    for on in (second, third - DAY, third):
        assert queries.one_as_of(land, Parcel, field.id, on).area_mu == Decimal(60)
    assert [p.area_mu for _, p in queries.versions(land, Parcel, field.id)] == [Decimal(60), Decimal("54.5")]


def test_what_was_not_registered_yet_was_not_there_and_tomorrow_is_unknown(land: Tx) -> None:
    field = make.parcel(land)
    with pytest.raises(NotFound, match="尚未登记"):
        queries.one_as_of(land, Parcel, field.id, land.today() - DAY)
    with pytest.raises(Invalid, match="尚未到来") as refused:
        queries.one_as_of(land, Parcel, field.id, land.today() + DAY)
    assert refused.value.field == "on"


def test_rights_restrictions_leases_and_members_of_a_past_day_are_those_of_that_day(land: Tx) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    contract = make.right(land, farmer, [field])
    lease = make.lease(land, [field], farmer, ON, END)[0]
    court = RestrictionIn(kind=RestrictionKind.SEIZURE, parcel_id=field.id, source="演示法院（2026）执1号")
    seizure = actions.impose(land, None, court)
    people = [make.party(land, PartyKind.INDIVIDUAL) for _ in range(2)]
    actions.record_members(land, None, farmer.id, MembersIn(members=[MemberIn(party_id=p.id) for p in people]))
    then, now = land.today(), days_later(land, 30)
    actions.release(land, None, seizure.id, source="解除查封")
    actions.end_lease(land, None, lease.id, last_day=END - DAY, reason="协商解除")
    actions.end_right(land, None, contract.id, reason="交回承包地")
    actions.record_members(land, None, farmer.id, MembersIn(members=[MemberIn(party_id=people[0].id)]))
    past, present = (
        (
            [r.end_reason for r in queries.rights_as_of(land, field.id, on)],
            [r.released_at is None for r in queries.restrictions_as_of(land, field.id, on)],
            [x.last_day for x in queries.leases_as_of(land, field.id, on)],
            [p.id for _, p in queries.members_as_of(land, farmer.id, on)],
        )
        for on in (then, now)
    )
    assert past == ([None], [True], [END], [p.id for p in people])
    assert present == (["交回承包地"], [False], [END - DAY], [people[0].id])
    assert queries.rights_as_of(land, field.id, then - DAY) == []


def test_the_memory_holds_no_sealed_number_and_is_only_added_to(land: Tx) -> None:
    person = make.party(land, PartyKind.INDIVIDUAL, id_number=make.id_number(), bank_account="6228480402564890018")
    assert person.id_number_sealed is not None
    then = queries.one_as_of(land, Party, person.id, land.today())
    assert (then.id_number_masked, then.id_number_sealed) == (person.id_number_masked, None)
    kept = str(
        land.scalar(
            text("SELECT content FROM registry_version WHERE subject = 'party' AND subject_id = :i"), {"i": person.id}
        )
    )
    assert "sealed" not in kept
    assert "digest" not in kept
    for change in ("UPDATE registry_version SET subject_id = 0", "DELETE FROM registry_version"):
        with pytest.raises(IntegrityError, match="only added to"), land.session.begin_nested():
            land.execute(text(change))


def test_a_write_that_changes_nothing_makes_no_version(land: Tx) -> None:
    field = make.parcel(land)
    land.execute(text("UPDATE parcel SET name = name WHERE id = :id"), {"id": field.id})
    assert len(queries.versions(land, Parcel, field.id)) == 1


def test_a_change_names_its_source_and_something_to_change(land: Tx) -> None:
    with pytest.raises(ValidationError, match="没有要变更的事项"):
        ParcelChangeIn(**SURVEY)
    with pytest.raises(ValidationError, match="不得为空"):
        ParcelChangeIn(area_mu=None, **SURVEY)


def test_a_parcel_does_not_shrink_below_the_rights_in_it(land: Tx) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    make.right(land, farmer, [field], area_mu=Decimal(50))
    actions.amend_parcel(land, None, field.id, ParcelChangeIn(area_mu=Decimal(50), **SURVEY))
    with pytest.raises(Invalid, match="小于") as refused, land.session.begin_nested():
        actions.amend_parcel(land, None, field.id, ParcelChangeIn(area_mu=Decimal("49.9999"), **SURVEY))
    assert refused.value.field == "area_mu"


@pytest.mark.parametrize(("area", "fits"), [("40", True), ("40.0001", False), (None, False)])
def test_a_derived_right_covers_no_more_than_its_parent(land: Tx, area: str | None, fits: bool) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    contract = make.right(land, farmer, [field], area_mu=Decimal(40))
    over = {"kind": MANAGEMENT, "parent_right_id": contract.id, "starts_on": ON}
    mu = None if area is None else Decimal(area)
    if fits:
        assert make.right(land, farmer, [], **over, area_mu=mu).area_mu == mu
        return
    with pytest.raises(Invalid, match="母权利的面积"):
        make.right(land, farmer, [], **over, area_mu=mu)
    with pytest.raises(IntegrityError, match="stays on what its parent covers"), land.session.begin_nested():
        land.execute(
            text("""
                INSERT INTO land_right (kind, region_code, ba_unit_id, holder_party_id, parent_right_id, starts_on,
                                        ends_on, area_mu, source_kind, begin_lifespan_at)
                VALUES ('land_management_right', :region, :unit, :holder, :parent, :ends, :ends, :mu, 'contract', now())
            """),
            {"region": make.VILLAGE, "unit": contract.ba_unit_id, "holder": farmer.id, "parent": contract.id,
             "ends": END, "mu": mu},
        )  # fmt: skip


def test_a_right_covers_no_more_than_its_parcels(land: Tx) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    with pytest.raises(Invalid, match="超过地块面积"):
        make.right(land, farmer, [field], area_mu=Decimal("54.5001"))
    contract = make.right(land, farmer, [field], area_mu=Decimal("54.5"))
    with pytest.raises(IntegrityError, match="its unit"), land.session.begin_nested():
        land.execute(text("UPDATE land_right SET area_mu = 54.5001 WHERE id = :id"), {"id": contract.id})


def test_a_unit_in_which_rights_are_held_keeps_its_things(land: Tx) -> None:
    field, other, farmer = make.parcel(land), make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    contract = make.right(land, farmer, [field])
    row = {"unit": contract.ba_unit_id, "parcel": other.id}
    with pytest.raises(IntegrityError, match="keeps its things"), land.session.begin_nested():
        land.execute(text("INSERT INTO ba_unit_item (ba_unit_id, parcel_id) VALUES (:unit, :parcel)"), row)


def test_what_carries_a_derived_right_on_stays_inside_the_parent_too(land: Tx) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    contract = make.right(land, farmer, [field])
    derived = make.right(
        land, farmer, [], kind=MANAGEMENT, parent_right_id=contract.id, starts_on=ON, ends_on=END - DAY
    )
    carried = {"kind": MANAGEMENT, "extends_right_id": derived.id, "starts_on": END}
    with pytest.raises(Invalid, match="剩余期限"):
        make.right(land, farmer, [], **carried, ends_on=END + DAY)
    longer = make.right(land, farmer, [], **carried, ends_on=END)
    for change, which in (("ends_on = '2028-10-01'", longer), ("ends_on = '2028-09-29'", contract)):
        with pytest.raises(IntegrityError, match="never outlives its parent"), land.session.begin_nested():
            land.execute(text(f"UPDATE land_right SET {change} WHERE id = :id"), {"id": which.id})


def test_a_chain_of_extensions_lends_its_last_term(land: Tx) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    first = make.right(land, farmer, [field])
    second = make.right(land, farmer, [], extends_right_id=first.id, starts_on=END + DAY, ends_on=date(2058, 9, 30))
    third = make.right(
        land, farmer, [], extends_right_id=second.id, starts_on=date(2058, 10, 1), ends_on=date(2088, 9, 30)
    )
    until = date(2088, 9, 30)
    derived = make.right(land, farmer, [], kind=MANAGEMENT, parent_right_id=first.id, starts_on=ON, ends_on=until)
    with pytest.raises(IntegrityError, match="never outlives its parent"), land.session.begin_nested():
        land.execute(text("UPDATE land_right SET end_lifespan_at = clock_timestamp() WHERE id = :id"), {"id": third.id})
    assert [r.id for r in queries.chain(land, derived.id)] == [first.id, derived.id]
    assert [r.id for r in queries.chain(land, third.id)] == [first.id, second.id, third.id]


def test_a_right_without_end_lends_every_term(land: Tx) -> None:
    field, collective, farmer = make.parcel(land), make.party(land), make.party(land, PartyKind.HOUSEHOLD)
    owned = make.right(land, collective, [field], kind=RightKind.LAND_OWNERSHIP, starts_on=None, ends_on=None)
    contract = make.right(land, farmer, [], parent_right_id=owned.id)
    leased = make.right(land, farmer, [], kind=MANAGEMENT, parent_right_id=contract.id, starts_on=ON)
    again = make.right(land, farmer, [], kind=MANAGEMENT, parent_right_id=leased.id, starts_on=ON)
    assert [r.id for r in queries.chain(land, again.id)] == [owned.id, contract.id, leased.id, again.id]


def test_every_hand_of_a_possession_is_kept(land: Tx) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.ENTERPRISE)
    head = make.lease(land, [field], farmer, ON, END)[0]
    second = make.lease(land, [field], farmer, ON, END, head_lease_id=head.id)[0]
    third = make.lease(land, [field], farmer, ON, END - DAY, head_lease_id=second.id)[0]
    assert [x.id for x in queries.lease_chain(land, third.id)] == [head.id, second.id, third.id]
    assert [x.id for x in queries.lease_chain(land, head.id)] == [head.id]


def test_a_responsibility_has_a_bearer_a_source_and_a_release(land: Tx) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    body = ResponsibilityIn(
        kind=ResponsibilityKind.KEEP_CULTIVATED, bearer_party_id=farmer.id, parcel_id=field.id, content="不得撂荒",
        source_kind=SourceKind.CONTRACT, source="演示合同",
    )  # fmt: skip
    duty = actions.oblige(land, None, body)
    clerk = make.clerk()
    assert queries.page_responsibilities(land, seen_by=clerk, standing=True) == [duty]
    actions.discharge(land, None, duty.id, source="合同终止")
    assert queries.page_responsibilities(land, seen_by=clerk, standing=True) == []
    with pytest.raises(Conflict, match="已终了"):
        actions.discharge(land, None, duty.id, source="再次")
    with pytest.raises(NotFound):
        actions.oblige(land, make.clerk(make.OTHER_VILLAGE), body)
    with pytest.raises(ValidationError, match="须且只能给出一项"):
        ResponsibilityIn.model_validate(body.model_dump() | {"asset_id": 1})


QUICK = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@QUICK
@given(
    st.lists(
        st.tuples(st.sampled_from(["derive", "extend", "end", "shorten"]), st.integers(0, 5), st.integers(-40, 40)),
        max_size=12,
    )
)
def test_whatever_is_tried_no_derived_right_outlives_its_parent(land: Tx, tries: list[tuple[str, int, int]]) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    rights = [make.right(land, farmer, [field])]
    done = 0
    for verb, which, days in tries:
        on = rights[which % len(rights)]
        ends = END + timedelta(days=days)
        try:
            with land.session.begin_nested():
                if verb == "derive":
                    over = {"kind": MANAGEMENT, "parent_right_id": on.id, "starts_on": ON, "ends_on": ends}
                    rights.append(make.right(land, farmer, [], **over))
                elif verb == "extend":
                    over = {"kind": on.kind, "extends_right_id": on.id, "starts_on": ON, "ends_on": ends}
                    rights.append(make.right(land, farmer, [], **over))
                elif verb == "end":
                    land.execute(
                        text("UPDATE land_right SET end_lifespan_at = clock_timestamp() WHERE id = :id"), {"id": on.id}
                    )
                else:
                    land.execute(text("UPDATE land_right SET ends_on = :d WHERE id = :id"), {"d": ends, "id": on.id})
        except (Invalid, IntegrityError):
            continue
        done += 1
    land.session.expire_all()
    living = [r for r in (queries.right(land, each.id) for each in rights) if r.end_lifespan_at is None]
    by_id = {r.id: r for r in living}

    def until(r: LandRight) -> date:
        assert r.ends_on is not None
        return max([r.ends_on, *(until(x) for x in living if x.extends_right_id == r.id)])

    for right in living:
        if right.parent_right_id is not None:
            parent = by_id[right.parent_right_id]
            assert until(right) <= until(parent)
    assert done <= len(tries)


@QUICK
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=5))
def test_the_shares_that_the_database_lets_stand_sum_to_one(land: Tx, shares: list[tuple[int, int]]) -> None:
    group = make.party(land, PartyKind.HOUSEHOLD)
    insert = text("""
        INSERT INTO party_member (group_party_id, member_party_id, share_num, share_den, begin_lifespan_at)
        VALUES (:group, :member, :num, :den, now())
    """)
    valid = all(n <= d for n, d in shares) and sum(Fraction(n, d) for n, d in shares) == 1
    stood = True
    try:
        with land.session.begin_nested():
            for n, d in shares:
                member = make.party(land, PartyKind.INDIVIDUAL)
                land.execute(insert, {"group": group.id, "member": member.id, "num": n, "den": d})
            land.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            land.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    except IntegrityError:
        stood = False
    assert stood is valid


def test_a_member_moved_to_another_group_leaves_no_broken_shares_behind(land: Tx) -> None:
    groups = [make.party(land, PartyKind.HOUSEHOLD) for _ in range(2)]
    people = [make.party(land, PartyKind.INDIVIDUAL) for _ in range(2)]
    halves = [MemberIn(party_id=p.id, share_num=1, share_den=2) for p in people]
    actions.record_members(land, None, groups[0].id, MembersIn(members=halves))
    move = "UPDATE party_member SET group_party_id = :g, share_num = 1, share_den = 1 WHERE member_party_id = :m"
    land.execute(text(move), {"g": groups[1].id, "m": people[0].id})
    with pytest.raises(IntegrityError, match="sum to one"), land.session.begin_nested():
        land.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
