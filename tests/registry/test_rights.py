"""Rights fit inside what they come from; restrictions stand until released; the case's facts follow from both."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.base.db import Tx
from app.base.errors import Conflict, Invalid, NotFound, Refused
from app.registry import actions, queries
from app.registry.schemas import CollectiveIn, RestrictionIn
from app.registry.states import CollectiveLevel, PartyKind, RestrictionKind, RightKind
from tests.registry import make

END = date(2028, 9, 30)
ON = date(2026, 11, 23)
DAY = timedelta(days=1)
MANAGEMENT = RightKind.LAND_MANAGEMENT_RIGHT


@pytest.mark.parametrize(("ends_on", "fits"), [(END, True), (END + DAY, False), (None, False)])
def test_a_derived_right_may_end_with_its_parent_and_not_a_day_later(
    land: Tx, ends_on: date | None, fits: bool
) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    contract = make.right(land, farmer, [field])
    over = {"kind": MANAGEMENT, "parent_right_id": contract.id, "starts_on": ON, "ends_on": ends_on}
    if fits:
        assert make.right(land, farmer, [], **over).ba_unit_id == contract.ba_unit_id
    else:
        with pytest.raises(Invalid, match="剩余期限") as refused:
            make.right(land, farmer, [], **over)
        assert refused.value.field == "ends_on"


def test_the_database_too_refuses_a_right_that_outlives_its_parent(land: Tx) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    contract = make.right(land, farmer, [field])
    derived = make.right(land, farmer, [], kind=MANAGEMENT, parent_right_id=contract.id, starts_on=ON)
    for change, which in (
        ("ends_on = '2028-09-29'", contract),
        ("end_lifespan_at = clock_timestamp()", contract),
        ("starts_on = '2027-01-01'", contract),
        ("ends_on = '2028-10-01'", derived),
        ("ends_on = NULL", derived),
    ):
        with pytest.raises(IntegrityError, match="never outlives its parent"), land.session.begin_nested():
            land.execute(text(f"UPDATE land_right SET {change} WHERE id = :id"), {"id": which.id})


def test_an_extended_contract_lends_its_new_term_to_what_is_derived(land: Tx) -> None:
    field, farmer, until = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD), date(2058, 9, 30)
    contract = make.right(land, farmer, [field])
    make.right(land, farmer, [], extends_right_id=contract.id, starts_on=END + DAY, ends_on=until)
    make.right(land, farmer, [], kind=MANAGEMENT, parent_right_id=contract.id, starts_on=ON, ends_on=until)
    facts = queries.parcel_facts(land, [field], on=ON)[0]
    assert (facts["contract_end"], facts["extension_end"], facts["extension_signed"]) == (END, until, True)
    with pytest.raises(Refused):
        actions.end_right(land, None, contract.id, reason="误")


def test_a_derived_right_stays_on_its_parents_parcels(land: Tx) -> None:
    field, other, farmer = make.parcel(land), make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    contract = make.right(land, farmer, [field])
    with pytest.raises(Invalid, match="地块范围"):
        make.right(land, farmer, [other], kind=MANAGEMENT, parent_right_id=contract.id, starts_on=ON)


def test_an_ended_right_gives_birth_to_none_and_is_not_ended_twice(land: Tx) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    contract = make.right(land, farmer, [field])
    actions.end_right(land, None, contract.id, reason="交回承包地")
    with pytest.raises(Invalid, match="已终止"):
        make.right(land, farmer, [], kind=MANAGEMENT, parent_right_id=contract.id, starts_on=ON)
    with pytest.raises(Conflict, match="已终止"):
        actions.end_right(land, None, contract.id, reason="再次")


def test_a_certificate_number_belongs_to_one_right(land: Tx) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    number = "豫(2026)建安区不动产权第0000001号"
    make.right(land, farmer, [field], certificate_no=number)
    with pytest.raises(Conflict) as refused:
        make.right(land, farmer, [field], certificate_no=number)
    assert refused.value.field == "certificate_no"


def test_what_stands_on_a_parcel_or_on_a_right_in_it_is_a_fact_until_released(land: Tx) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    contract = make.right(land, farmer, [field], certificate_no="演示权证一号")
    clean = {"disputed": False, "seized": False, "mortgaged": False, "title_proved": True}
    assert queries.restriction_facts(land, [field]) == clean
    court = RestrictionIn(kind=RestrictionKind.SEIZURE, parcel_id=field.id, source="演示法院（2026）执1号")
    bank = RestrictionIn(kind=RestrictionKind.MORTGAGE, right_id=contract.id, source="演示银行抵押合同")
    standing = [actions.impose(land, None, x) for x in (court, bank)]
    assert queries.restriction_facts(land, [field]) == clean | {"seized": True, "mortgaged": True}
    for restriction in standing:
        actions.release(land, None, restriction.id, source="解除通知")
    assert queries.restriction_facts(land, [field]) == clean
    with pytest.raises(Conflict, match="已解除"):
        actions.release(land, None, standing[0].id, source="再次")


def test_a_case_takes_from_the_registry_all_that_it_knows_and_no_more(land: Tx) -> None:
    collective, farmer = make.party(land), make.party(land, PartyKind.HOUSEHOLD)
    actions.record_collective(
        land, None, collective.id, CollectiveIn(level=CollectiveLevel.VILLAGE, registration_valid=True)
    )
    field = make.parcel(land, permanent_basic_farmland=True, slope_degrees=Decimal("2.5"), soil_class="safe_use")
    owned = {"kind": RightKind.LAND_OWNERSHIP, "starts_on": None, "ends_on": None, "certificate_no": "演示集有一号"}
    make.right(land, collective, [field], **owned)
    make.right(land, farmer, [field])
    make.lease(land, [field], farmer, date(2026, 1, 1), date(2026, 12, 31), reference="旧合同")
    assert queries.parcel_facts(land, [field], on=ON) == [
        {
            "parcel_code": field.parcel_code,
            "area_mu": Decimal("54.5"),
            "land_type": "cultivated",
            "township_code": "411003001",
            "county_code": "411003",
            "contract_signed": True,
            "contract_start": date(1998, 10, 1),
            "contract_end": END,
            "extension_signed": False,
            "household_contract_in_force": True,
            "registered": True,
            "permanent_basic_farmland": True,
            "slope_degrees": Decimal("2.5"),
            "soil_class": "safe_use",
            "existing_contracts": [{"start": date(2026, 1, 1), "end": date(2026, 12, 31)}],
        }
    ]
    assert queries.parcel_facts(land, [field], on=ON, but_for="旧合同")[0]["existing_contracts"] == []
    assert queries.parcel_facts(land, [field], on=date(2027, 1, 1))[0]["existing_contracts"] == []
    assert queries.transferor_facts(land, collective, [field]) == {
        "party_type": "collective_economic_organisation",
        "level": "village",
        "owner_level": "village",
        "registration_valid": True,
        "collective_org_exists": True,
        "is_right_holder": True,
    }
    stranger = make.party(land, PartyKind.HOUSEHOLD)
    assert queries.transferor_facts(land, stranger, [field])["is_right_holder"] is False


def test_rights_and_restrictions_of_another_village_are_not_there(land: Tx) -> None:
    field, farmer = make.parcel(land), make.party(land, PartyKind.HOUSEHOLD)
    contract = make.right(land, farmer, [field])
    stranger = make.clerk(make.OTHER_VILLAGE)
    with pytest.raises(NotFound):
        queries.right(land, contract.id, seen_by=stranger)
    with pytest.raises(NotFound):
        actions.impose(land, stranger, RestrictionIn(kind=RestrictionKind.DISPUTE, parcel_id=field.id, source="演示"))
    assert queries.page_rights(land, seen_by=stranger) == []
    assert queries.page_rights(land, seen_by=make.clerk(make.TOWN), parcel_id=field.id) == [contract]


def test_numbers_of_a_series_follow_each_other(land: Tx) -> None:
    assert [queries.next_number(land, "演示") for _ in range(3)] == [1, 2, 3]
    assert queries.next_number(land, "另一") == 1
