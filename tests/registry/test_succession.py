"""Heirs: cultivated land stays with the household and is not inherited; forest land and wastes may be; owners are apart."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.base.actor import Role
from app.base.db import Tx, transaction
from app.base.errors import Conflict, Invalid, NotFound, Refused
from app.registry import actions, queries
from app.registry.models import LandRight, Party
from app.registry.schemas import (
    AssetIn,
    DeathIn,
    MemberIn,
    MembershipIn,
    MembershipsIn,
    MembersIn,
    OfficeIn,
    SuccessionIn,
)
from app.registry.states import AssetKind, LandType, Office, PartyKind, RightKind, SourceKind
from tests.people import bearer, committed, problem
from tests.registry import make

DIED = date(2026, 10, 1)
DAY = timedelta(days=1)


def die(tx: Tx, person: Party, on: date = DIED) -> Party:
    body = DeathIn(died_on=on, source_kind=SourceKind.CERTIFICATE, source="演示死亡证明")
    return actions.record_death(tx, None, person.id, body)


def succeed(tx: Tx, right: LandRight, heir: Party, **over: Any) -> LandRight:
    body = SuccessionIn(heir_party_id=heir.id, source="演示公证书", **over)
    return actions.succeed(tx, None, right.id, body)


def person(tx: Tx) -> Party:
    return make.party(tx, PartyKind.INDIVIDUAL, born_on=date(1950, 1, 1))


@pytest.fixture
def household(land: Tx) -> tuple[Party, list[Party]]:
    """A household of two, and who they are."""
    home, people = make.party(land, PartyKind.HOUSEHOLD), [person(land) for _ in range(2)]
    actions.record_members(land, None, home.id, MembersIn(members=[MemberIn(party_id=p.id) for p in people]))
    return home, people


def contract(tx: Tx, holder: Party, land_type: LandType, **over: Any) -> LandRight:
    return make.right(tx, holder, [make.parcel(tx, land_type=land_type)], **over)


def test_while_one_of_the_household_lives_it_goes_on_and_nobody_inherits(
    land: Tx, household: tuple[Party, list[Party]]
) -> None:
    home, people = household
    right, heir = contract(land, home, LandType.FOREST_LAND), person(land)
    die(land, people[0])
    assert queries.living_members(land, home) == [people[1].id]
    with pytest.raises(Refused, match="继续承包"):
        succeed(land, right, heir)
    assert right.holder_party_id == home.id


@pytest.mark.parametrize(
    ("land_type", "inherits"),
    [
        (LandType.CULTIVATED, False),
        (LandType.GARDEN, False),
        (LandType.FOREST_LAND, True),
        (LandType.WASTE_LAND, True),
    ],
)
def test_heirs_of_the_last_get_forest_and_wastes_and_never_cultivated_land(
    land: Tx, household: tuple[Party, list[Party]], land_type: LandType, inherits: bool
) -> None:
    home, people = household
    kind = RightKind.LAND_MANAGEMENT_RIGHT if land_type is LandType.WASTE_LAND else RightKind.CONTRACT_MANAGEMENT_RIGHT
    right, heir = contract(land, home, land_type, kind=kind), person(land)
    for each in people:
        die(land, each)
    if not inherits:
        with pytest.raises(Refused) as refused:
            succeed(land, right, heir)
        assert refused.value.reason == "A1-5"
        return
    assert succeed(land, right, heir).holder_party_id == heir.id
    assert right.source_kind is SourceKind.SUCCESSION
    assert [r.holder_party_id for _, r in queries.versions(land, LandRight, right.id)] == [heir.id, home.id]


def test_what_was_derived_goes_on_under_the_heir(land: Tx, household: tuple[Party, list[Party]]) -> None:
    home, people = household
    right, heir, lessee = (
        contract(land, home, LandType.FOREST_LAND),
        person(land),
        make.party(land, PartyKind.ENTERPRISE),
    )
    derived = make.right(
        land, lessee, [], kind=RightKind.FOREST_MANAGEMENT_RIGHT, parent_right_id=right.id, starts_on=DIED
    )
    for each in people:
        die(land, each)
    succeed(land, right, heir)
    assert [r.holder_party_id for r in queries.chain(land, derived.id)] == [heir.id, lessee.id]


def test_who_lists_the_cultivated_land_of_an_extinct_household_is_no_member_of_it(
    land: Tx, household: tuple[Party, list[Party]]
) -> None:
    home, people = household
    field, heir = make.parcel(land), person(land)
    make.right(land, home, [field])
    assert queries.succession_facts(land, [field], heir) == {}
    for each in people:
        die(land, each)
    assert queries.succession_facts(land, [field], heir) == {
        "no_household_member_left": True, "applicant_is_household_member": False,
    }  # fmt: skip
    assert queries.succession_facts(land, [field], home) == {}


def test_a_share_goes_to_an_heir_outside_the_collective_as_its_charter_says(land: Tx) -> None:
    collective, owner, inside, outside = make.party(land), person(land), person(land), person(land)
    joined = [MembershipIn(member_party_id=p.id, joined_on=date(2020, 1, 1)) for p in (owner, inside)]
    actions.join(land, None, collective.id, MembershipsIn(members=joined, source="演示"))
    body = AssetIn(
        asset_no="GQ-1", kind=AssetKind.EQUITY_SHARE, name="集体收益份额", region_code=make.VILLAGE,
        owner_party_id=collective.id, quantity=Decimal(1), unit="股",
    )  # fmt: skip
    asset = actions.record_asset(land, None, body)
    endless: dict[str, Any] = {"starts_on": None, "ends_on": None, "asset_ids": [asset.id]}
    make.right(land, collective, [], kind=RightKind.ASSET_OWNERSHIP, **endless)
    share = make.right(land, owner, [], kind=RightKind.INCOME_SHARE, **endless)
    die(land, owner)
    with pytest.raises(Refused, match="章程") as refused:
        succeed(land, share, outside)
    assert refused.value.reason == "A9-5"
    paper = actions.record_document(
        land, None, region_code=make.VILLAGE, kind="charter", title="章程", content=None, reference="演示档案"
    )
    assert succeed(land, share, outside, source_document_id=paper.id).holder_party_id == outside.id
    die(land, outside)
    assert succeed(land, share, inside).holder_party_id == inside.id


def test_land_contracted_by_other_ways_may_be_carried_on_by_heirs(land: Tx) -> None:
    owner, heir = person(land), person(land)
    right = contract(land, owner, LandType.CULTIVATED, kind=RightKind.LAND_MANAGEMENT_RIGHT)
    die(land, owner)
    assert succeed(land, right, heir).holder_party_id == heir.id


def test_a_household_of_unknown_members_is_not_taken_for_extinct(land: Tx) -> None:
    right = contract(land, make.party(land, PartyKind.HOUSEHOLD), LandType.FOREST_LAND)
    with pytest.raises(Refused) as refused:
        succeed(land, right, person(land))
    assert refused.value.reason == "HOUSEHOLD_UNKNOWN"


def test_a_right_of_habitation_dies_with_who_dwells_and_a_house_is_inherited(land: Tx) -> None:
    dweller, heir = person(land), person(land)
    endless: dict[str, Any] = {"starts_on": None, "ends_on": None}
    dwelling = contract(land, dweller, LandType.HOMESTEAD, kind=RightKind.RIGHT_OF_HABITATION, **endless)
    house = contract(land, dweller, LandType.HOMESTEAD, kind=RightKind.HOUSE_OWNERSHIP, **endless)
    with pytest.raises(Refused, match="户内尚有成员"):
        succeed(land, house, heir)
    die(land, dweller)
    with pytest.raises(Refused) as refused:
        succeed(land, dwelling, heir)
    assert refused.value.reason == "CC-369"
    assert succeed(land, house, heir).holder_party_id == heir.id


def test_a_dead_heir_the_holder_himself_and_another_village_are_refused(land: Tx) -> None:
    owner, dead = person(land), person(land)
    right = contract(land, owner, LandType.FOREST_LAND)
    die(land, owner)
    die(land, dead)
    for heir in (dead, owner):
        with pytest.raises(Invalid) as refused:
            succeed(land, right, heir)
        assert refused.value.field == "heir_party_id"
    body = SuccessionIn(heir_party_id=person(land).id, source="演示")
    with pytest.raises(NotFound):
        actions.succeed(land, make.clerk(make.OTHER_VILLAGE), right.id, body)
    actions.end_right(land, None, right.id, reason="交回")
    with pytest.raises(Conflict, match="已终止"):
        actions.succeed(land, None, right.id, body)


def test_with_a_death_memberships_and_offices_end_and_shares_wait_for_the_heirs(
    land: Tx, household: tuple[Party, list[Party]]
) -> None:
    home, (first, second) = household
    collective, owners = make.party(land), make.party(land, PartyKind.OTHER_ORGANISATION)
    members = [
        MembershipIn(member_party_id=p.id, household_party_id=home.id, joined_on=date(2020, 1, 1))
        for p in (first, second)
    ]
    actions.join(land, None, collective.id, MembershipsIn(members=members, source="演示"))
    office = OfficeIn(
        holder_party_id=first.id, office=Office.COUNCIL, term_start=date(2024, 1, 1), term_end=date(2028, 12, 31),
        source="演示",
    )  # fmt: skip
    actions.appoint(land, None, collective.id, office)
    halves = [MemberIn(party_id=p.id, share_num=1, share_den=2) for p in (first, second)]
    actions.record_members(land, None, owners.id, MembersIn(members=halves))
    die(land, first)
    land.session.expire_all()
    before, after = (queries.electorate(land, collective.id, on) for on in (DIED - DAY, DIED))
    assert (before["members_full_capacity"], before["board_total"]) == (2, 1)
    assert after == {"members_full_capacity": 1, "households_total": 1}
    assert [p.id for _, p in queries.members(land, home.id)] == [second.id]
    assert [p.id for _, p in queries.members(land, owners.id)] == [first.id, second.id]


@pytest.mark.parametrize("on", [date(1949, 12, 31), date(2099, 1, 1)])
def test_a_death_before_birth_or_to_come_is_refused(land: Tx, on: date) -> None:
    with pytest.raises(Invalid) as refused:
        die(land, person(land), on)
    assert refused.value.field == "died_on"


def test_only_people_die_and_once(land: Tx) -> None:
    with pytest.raises(Invalid):
        die(land, make.party(land, PartyKind.HOUSEHOLD))
    dead = person(land)
    die(land, dead)
    with pytest.raises(Conflict, match="已登记"):
        die(land, dead)


def test_land_is_owned_by_a_collective_and_the_committee_stands_aside_where_there_is_one(land: Tx) -> None:
    committee = make.party(land, PartyKind.VILLAGE_COMMITTEE)
    own: dict[str, Any] = {"kind": RightKind.LAND_OWNERSHIP, "starts_on": None, "ends_on": None}
    with pytest.raises(Invalid, match="农民集体"):
        make.right(land, make.party(land, PartyKind.ENTERPRISE), [make.parcel(land)], **own)
    make.right(land, committee, [make.parcel(land)], **own)
    collective = make.party(land)
    with pytest.raises(Invalid, match="由其代表集体"):
        make.right(land, committee, [make.parcel(land)], **own)
    make.right(land, collective, [make.parcel(land)], **own)


def test_death_and_succession_over_http(client: TestClient) -> None:
    station = bearer(client, committed(Role.TOWN_STATION, region=make.TOWN))
    with transaction() as tx:
        owner, heir = person(tx), person(tx)
        right = contract(tx, owner, LandType.FOREST_LAND).id
    body = {"heir_party_id": heir.id, "source": "演示公证书"}
    problem(client.post(f"/api/v1/rights/{right}/succeed", json=body, headers=station), 409, "refused")
    death = {"died_on": "2026-10-01", "source_kind": "certificate", "source": "演示死亡证明"}
    dead = client.post(f"/api/v1/parties/{owner.id}/death", json=death, headers=station)
    assert dead.json()["died_on"] == "2026-10-01", dead.text
    made = client.post(f"/api/v1/rights/{right}/succeed", json=body, headers=station).json()
    assert (made["holder_party_id"], made["source_kind"]) == (heir.id, "succession")
