"""Whom a price goes to household by household, and what is known of whoever wants to take land over."""

from decimal import Decimal

from app.base.db import Tx
from app.registry import queries
from app.registry.states import PartyKind
from tests.registry import make


def test_a_price_goes_to_each_household_by_its_area(land: Tx) -> None:
    collective = make.party(land)
    first, second = (make.party(land, PartyKind.HOUSEHOLD, name=f"演示农户{n}") for n in (1, 2))
    parcels = [make.parcel(land, area_mu=Decimal(area)) for area in ("3.5", "1.25", "2")]
    make.right(land, first, parcels[:2])
    make.right(land, second, parcels[2:])
    shares = queries.households_of(land, [p.id for p in parcels], collective.id)
    assert shares == [("演示农户1", Decimal("4.75")), ("演示农户2", Decimal(2))]


def test_whoever_sells_his_own_is_paid_as_one(land: Tx) -> None:
    household = make.party(land, PartyKind.HOUSEHOLD)
    parcel = make.parcel(land)
    make.right(land, household, [parcel])
    assert queries.households_of(land, [parcel.id], household.id) == []


def test_land_that_no_household_holds_is_paid_to_the_transferor(land: Tx) -> None:
    collective, household = make.party(land), make.party(land, PartyKind.HOUSEHOLD)
    held, free = make.parcel(land), make.parcel(land)
    make.right(land, household, [held])
    assert queries.households_of(land, [held.id, free.id], collective.id) == []


def test_an_enterprise_is_no_member_and_of_a_person_outside_the_register_it_is_not_known(land: Tx) -> None:
    collective = make.party(land)
    company = make.party(land, PartyKind.ENTERPRISE)
    person = make.party(land, PartyKind.INDIVIDUAL, name="演示甲", id_number=make.id_number())
    assert queries.transferee_facts(land, company, collective.id)["is_collective_member"] is False
    known = queries.transferee_facts(land, person, collective.id)
    assert "is_collective_member" not in known
    assert known["birth_date"].isoformat() == "1980-02-29"
