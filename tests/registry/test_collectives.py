"""The base of every two-thirds count is people registered with their days; votes are counted from who cast them."""

from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.base.actor import Role
from app.base.db import Tx, transaction
from app.base.errors import Conflict, Invalid, NotFound
from app.registry import actions, queries
from app.registry.models import Party, Resolution
from app.registry.schemas import (
    CollectiveIn,
    LeaveIn,
    MembershipIn,
    MembershipsIn,
    OfficeIn,
    ResolutionIn,
    VoterIn,
)  # fmt: skip
from app.registry.states import CollectiveLevel, LegalCapacity, Office, PartyKind, Vote
from tests.people import bearer, committed, problem
from tests.registry import make

DAY = timedelta(days=1)
MEETING = date(2026, 10, 11)
ADULT = date(1980, 1, 1)
SOURCE = "演示确认成员决议"


def person(tx: Tx, **over: Any) -> Party:
    return make.party(tx, PartyKind.INDIVIDUAL, **{"born_on": ADULT} | over)


def join(
    tx: Tx, collective: Party, *people: Party, home: Party | None = None, since: date = date(2020, 1, 1)
) -> list[int]:
    members = [
        MembershipIn(member_party_id=p.id, household_party_id=home.id if home else None, joined_on=since)
        for p in people
    ]
    return [r.id for r in actions.join(tx, None, collective.id, MembershipsIn(members=members, source=SOURCE))]


def appoint(tx: Tx, collective: Party, holder: Party, office: Office, until: date = date(2028, 12, 31)) -> int:
    body = OfficeIn(
        holder_party_id=holder.id, office=office, term_start=date(2024, 1, 1), term_end=until, source="演示选举"
    )
    return actions.appoint(tx, None, collective.id, body).id


def decide(tx: Tx, collective: Party, **over: Any) -> Resolution:
    fields: dict[str, Any] = {
        "party_id": collective.id, "body": "members_assembly", "matter": "land_contracting", "subject": "发包",
        "notice_on": date(2026, 10, 1), "meeting_on": MEETING,
    }  # fmt: skip
    return actions.record_resolution(tx, None, ResolutionIn(**fields | over))


def test_those_count_who_are_members_alive_of_age_and_of_full_capacity_on_the_day(land: Tx) -> None:
    collective, home = make.party(land), make.party(land, PartyKind.HOUSEHOLD)
    eighteen = MEETING.replace(year=MEETING.year - 18)
    counted = [person(land), person(land, born_on=eighteen), person(land, born_on=None)]
    child, limited = person(land, born_on=eighteen + DAY), person(land, legal_capacity=LegalCapacity.LIMITED)
    join(land, collective, *counted[:2], child, home=home)
    join(land, collective, counted[2], limited)
    gone, late = join(land, collective, person(land))[0], join(land, collective, person(land), since=MEETING + DAY)[0]
    actions.leave(land, None, gone, LeaveIn(on=MEETING, reason="取得他集体成员身份"))
    assert gone != late
    assert queries.electorate(land, collective.id, MEETING) == {"members_full_capacity": 3, "households_total": 3}
    assert queries.electorate(land, collective.id, MEETING - DAY)["members_full_capacity"] == 3
    assert queries.electorate(land, collective.id, MEETING + DAY)["members_full_capacity"] == 5
    assert queries.electorate(land, make.party(land).id, MEETING) == {}


def test_the_offices_give_representatives_women_and_council(land: Tx) -> None:
    collective = make.party(land)
    people = [make.party(land, PartyKind.INDIVIDUAL, id_number=make.id_number()) for _ in range(4)]
    people += [person(land)]
    join(land, collective, *people)
    for each in people[:4]:
        appoint(land, collective, each, Office.REPRESENTATIVE, until=date(2026, 12, 31) + DAY * each.id)
    council = appoint(land, collective, people[4], Office.COUNCIL)
    women = sum(int(p.id_number_masked is not None and p.sex == "female") for p in people[:4])
    facts = queries.electorate(land, collective.id, MEETING)
    assert (facts["reps_total"], facts["women_reps"], facts["board_total"]) == (4, women, 1)
    assert facts["reps_term_end_on"] == date(2026, 12, 31) + DAY * people[0].id
    actions.retire(land, None, council, LeaveIn(on=MEETING, reason="辞职"))
    assert "board_total" not in queries.electorate(land, collective.id, MEETING)
    appoint(land, collective, people[4], Office.REPRESENTATIVE)
    assert "women_reps" not in queries.electorate(land, collective.id, MEETING), "one of unknown sex"
    with pytest.raises(Conflict, match="已终止"):
        actions.retire(land, None, council, LeaveIn(on=MEETING, reason="再次"))


def test_a_person_is_a_member_of_one_collective_on_one_day(land: Tx) -> None:
    one, other, member = make.party(land), make.party(land), person(land)
    row = join(land, one, member)[0]
    with pytest.raises(Conflict, match="其他集体"), land.session.begin_nested():
        join(land, other, member, since=MEETING)
    actions.leave(land, None, row, LeaveIn(on=MEETING, reason="转入他集体"))
    with pytest.raises(Conflict), land.session.begin_nested():
        join(land, other, member, since=MEETING - DAY)
    join(land, other, member, since=MEETING)
    on = (MEETING - DAY, MEETING)
    assert [queries.is_member(land, [one.id], member, day) for day in on] == [True, False]
    assert [queries.is_member(land, [other.id], member, day) for day in on] == [False, True]
    with pytest.raises(Conflict, match="已终止"):
        actions.leave(land, None, row, LeaveIn(on=MEETING, reason="再次"))


def test_a_household_is_inside_when_one_of_it_is_and_unknown_without_a_register(land: Tx) -> None:
    collective, home, other = make.party(land), *(make.party(land, PartyKind.HOUSEHOLD) for _ in "甲乙")
    assert queries.is_member(land, [collective.id], home, MEETING) is None
    join(land, collective, person(land), home=home)
    assert queries.is_member(land, [collective.id], home, MEETING) is True
    assert queries.is_member(land, [collective.id], other, MEETING) is False
    for transferor in (collective, home):
        assert queries.transferee_facts(land, home, transferor.id)["is_collective_member"] is True
        assert queries.transferee_facts(land, other, transferor.id)["is_collective_member"] is False


@pytest.mark.parametrize(
    ("who", "change", "field"),
    [
        ("household", {}, "members[0].member_party_id"),
        ("person", {"household_party_id": "person"}, "members[0].household_party_id"),
        ("person", {"joined_on": date(2099, 1, 1)}, "members[0].joined_on"),
    ],
)
def test_what_cannot_be_a_membership_is_refused(land: Tx, who: str, change: dict[str, Any], field: str) -> None:
    parties = {"household": make.party(land, PartyKind.HOUSEHOLD), "person": person(land)}
    fields: dict[str, Any] = {"member_party_id": parties[who].id, "joined_on": MEETING}
    for name, value in change.items():
        fields[name] = parties[value].id if isinstance(value, str) else value
    body = MembershipsIn(members=[MembershipIn(**fields)], source=SOURCE)
    with pytest.raises(Invalid) as refused:
        actions.join(land, None, make.party(land).id, body)
    assert refused.value.field == field


def test_only_a_collective_keeps_members_and_a_representative_is_one(land: Tx) -> None:
    committee, collective, member = make.party(land, PartyKind.VILLAGE_COMMITTEE), make.party(land), person(land)
    with pytest.raises(Invalid, match="集体经济组织"):
        join(land, committee, member)
    join(land, collective, member)
    with pytest.raises(Invalid, match="须为本集体成员"):
        appoint(land, collective, person(land), Office.REPRESENTATIVE)
    with pytest.raises(NotFound):
        actions.join(
            land, make.clerk(make.OTHER_VILLAGE), collective.id,
            MembershipsIn(members=[MembershipIn(member_party_id=member.id, joined_on=MEETING)], source=SOURCE),
        )  # fmt: skip
    appoint(land, collective, member, Office.REPRESENTATIVE)
    with pytest.raises(Conflict, match="已任此职"), land.session.begin_nested():
        appoint(land, collective, member, Office.REPRESENTATIVE)


def test_a_resolution_counts_against_the_register_of_its_day_and_not_against_what_is_typed(land: Tx) -> None:
    collective = make.party(land)
    people = [person(land) for _ in range(3)]
    join(land, collective, *people)
    assert decide(land, collective, attended=3, yes=2).eligible == 3
    with pytest.raises(Invalid, match="与名册不符") as refused:
        decide(land, collective, attended=3, yes=2, eligible=300)
    assert refused.value.field == "eligible"
    with pytest.raises(Invalid) as refused:
        decide(land, collective, attended=4, yes=2)
    assert refused.value.field == "attended"
    typed = CollectiveIn(level=CollectiveLevel.VILLAGE, members_full_capacity=300)
    with pytest.raises(Invalid, match="与名册不符") as refused:
        actions.record_collective(land, None, collective.id, typed)
    assert refused.value.field == "members_full_capacity"


def test_voters_are_counted_and_improper_proxies_found(land: Tx) -> None:
    collective, home = make.party(land), make.party(land, PartyKind.HOUSEHOLD)
    husband, wife, neighbour, child = person(land), person(land), person(land), person(land, born_on=date(2015, 1, 1))
    join(land, collective, husband, wife, child, home=home)
    join(land, collective, neighbour)

    def vote(**wifes: Any) -> Resolution:
        voters = [VoterIn(party_id=husband.id, vote=Vote.YES), VoterIn(party_id=wife.id, vote=Vote.YES, **wifes)]
        return decide(land, collective, voters=[*voters, VoterIn(party_id=neighbour.id, vote=Vote.ABSTAIN)])

    taken = vote(proxy_party_id=husband.id, proxy_written=True)
    assert (taken.eligible, taken.attended, taken.yes, taken.improper_proxies) == (3, 3, 2, 0)
    assert [v.vote for v in queries.voters(land, taken.id)] == [Vote.YES, Vote.YES, Vote.ABSTAIN]
    for improper in (
        {"proxy_party_id": husband.id, "proxy_written": False},
        {"proxy_party_id": neighbour.id, "proxy_written": True},
        {"proxy_party_id": child.id, "proxy_written": True},
    ):
        assert vote(**improper).improper_proxies == 1
    land.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    with pytest.raises(Invalid, match="没有表决权"):
        decide(land, collective, voters=[VoterIn(party_id=child.id, vote=Vote.YES)])
    with pytest.raises(Invalid, match="只有一票"):
        decide(land, collective, voters=[VoterIn(party_id=wife.id, vote=Vote.YES)] * 2)


def test_the_database_holds_a_resolutions_counts_to_its_voters(land: Tx) -> None:
    collective, voter = make.party(land), person(land)
    taken = decide(land, collective, attended=2, yes=2, eligible=3)
    row = {"r": taken.id, "v": voter.id}
    land.execute(text("INSERT INTO resolution_voter (resolution_id, voter_party_id, vote) VALUES (:r, :v, 'yes')"), row)
    with pytest.raises(IntegrityError, match="those of its voters"), land.session.begin_nested():
        land.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def test_counts_are_given_or_made_and_never_both(land: Tx) -> None:
    collective, voter = make.party(land), person(land)
    for over in (
        {},
        {"attended": 1},
        {"voters": [VoterIn(party_id=voter.id, vote=Vote.YES)], "attended": 1},
        {"attended": 1, "yes": 1, "party_study_on": MEETING, "party_study_done": False},
    ):
        with pytest.raises(ValidationError):
            decide(land, collective, **over)
    taken = decide(land, collective, attended=1, yes=1, party_study_on=MEETING - DAY)
    assert taken.party_study_done is True


def test_minutes_are_filed_when_they_are_there(land: Tx) -> None:
    collective = make.party(land)
    minutes = actions.record_document(
        land, None, region_code=make.VILLAGE, kind="minutes", title="会议记录", content=None, reference="演示档案"
    )
    assert decide(land, collective, attended=1, yes=1, minutes_document_id=minutes.id).minutes_filed is True


def test_a_village_committee_and_a_collective_never_share_an_account(land: Tx) -> None:
    account: dict[str, Any] = {"bank_account": "6228480402564890018"}
    make.party(land, **account)
    with pytest.raises(Conflict, match="分设账户") as refused:
        make.party(land, PartyKind.VILLAGE_COMMITTEE, **account)
    assert refused.value.field == "bank_account"
    make.party(land, PartyKind.ENTERPRISE, **account)
    with pytest.raises(IntegrityError, match="party_collectives_account_key"), land.session.begin_nested():
        land.execute(text("UPDATE party SET kind = 'villager_group', credit_code = NULL WHERE kind = 'enterprise'"))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(-2, 2), st.one_of(st.none(), st.integers(0, 3)), st.integers(-2, 2)), max_size=6))
def test_the_electorate_is_who_a_plain_count_would_find(land: Tx, people: list[tuple[int, int | None, int]]) -> None:
    collective = make.party(land)
    expected = 0
    for joined, stays, birthday in people:
        since = MEETING + joined * DAY
        born = MEETING.replace(year=MEETING.year - 18) + birthday * DAY
        row = join(land, collective, person(land, born_on=born), since=since)[0]
        if stays is not None:
            actions.leave(land, None, row, LeaveIn(on=since + stays * DAY, reason="离开"))
        inside = since <= MEETING and (stays is None or since + stays * DAY > MEETING)
        expected += inside and birthday <= 0
    found = queries.electorate(land, collective.id, MEETING)
    assert found.get("members_full_capacity", 0) == expected


def test_the_register_of_a_collective_over_http(client: TestClient) -> None:
    clerk = bearer(client, committed(Role.VILLAGE_CLERK, region=make.VILLAGE))
    stranger = bearer(client, committed(Role.VILLAGE_CLERK, region=make.OTHER_VILLAGE))
    with transaction() as tx:
        collective, people = make.party(tx).id, [person(tx).id for _ in range(3)]
    at = f"/api/v1/parties/{collective}"
    body = {"source": SOURCE, "members": [{"member_party_id": p, "joined_on": "2020-01-01"} for p in people]}
    rows = client.post(f"{at}/memberships", json=body, headers=clerk)
    assert rows.status_code == 201, rows.text
    assert problem(client.post(f"{at}/memberships", json=body, headers=clerk), 409, "conflict")["reason"] == "OVERLAP"
    problem(client.post(f"{at}/memberships", json=body, headers=stranger), 404, "not-found")
    office = {
        "holder_party_id": people[0], "office": "representative", "term_start": "2024-01-01",
        "term_end": "2028-12-31", "source": "演示选举",
    }  # fmt: skip
    made = client.post(f"{at}/offices", json=office, headers=clerk).json()
    assert client.get(f"{at}/electorate", params={"on": "2026-10-11"}, headers=clerk).json() == {
        "on": "2026-10-11", "members_full_capacity": 3, "households_total": 3, "reps_total": 1, "women_reps": None,
        "reps_term_end_on": "2028-12-31", "board_total": None,
    }  # fmt: skip
    first = client.get(f"{at}/memberships", params={"limit": 2}, headers=clerk).json()
    rest = client.get(f"{at}/memberships", params={"cursor": first["next_cursor"]}, headers=clerk).json()
    assert [m["member_party_id"] for m in first["items"] + rest["items"]] == people
    resolution = {
        "party_id": collective, "body": "members_assembly", "matter": "land_contracting", "subject": "发包",
        "meeting_on": "2026-10-11", "voters": [{"party_id": p, "vote": "yes"} for p in people[:2]],
    }  # fmt: skip
    taken = client.post("/api/v1/resolutions", json=resolution, headers=clerk).json()
    assert (taken["eligible"], taken["attended"], taken["yes"], taken["improper_proxies"]) == (3, 2, 2, 0)
    votes = client.get(f"/api/v1/resolutions/{taken['id']}/voters", headers=clerk).json()
    assert [v["vote"] for v in votes] == ["yes", "yes"]
    end = {"on": "2026-10-01", "reason": "换届"}
    assert (
        client.post(f"/api/v1/offices/{made['id']}/retire", json=end, headers=clerk).json()["ended_on"] == "2026-10-01"
    )
    assert client.get(f"{at}/offices", headers=clerk).json() == []
    left = client.post(f"/api/v1/memberships/{rows.json()[0]}/leave", json=end, headers=clerk)
    assert left.json()["left_because"] == "换届"
    problem(client.post("/api/v1/memberships/999999/leave", json=end, headers=clerk), 404, "not-found")
