"""A village carries its contracts on: two thirds, a batch that is whole or nothing, and what it changes for leases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError

from app.audit.models import AuditEvent
from app.base.actor import Actor, Role
from app.base.db import Tx, transaction
from app.base.errors import Conflict, Invalid, NotFound, Refused
from app.base.findings import Outcome
from app.compliance.queries import calendar
from app.extension import actions, queries
from app.extension.models import ExtensionContract, ExtensionProgramme
from app.extension.states import CONTRACT, PROGRAMME, ContractState, Ground, ProgrammeState
from app.identity.permissions import P
from app.registry import actions as registry_actions
from app.registry import queries as registry
from app.registry.actions import load_regions
from app.registry.models import LandRight
from app.registry.schemas import MemberIn, MembershipIn, MembershipsIn, MembersIn, RestrictionIn
from app.registry.states import PartyKind, RestrictionKind, RightKind
from app.rules.book import Step
from app.rules.catalogue import judge
from app.rules.extension import extended_term
from app.rules.reading import read_case
from tests.extension.village import DAY, NEW_END, NEW_START, OLD_END, PUBLICITY, Village, days_pass, resolution, village
from tests.people import account, actor, bearer, committed, problem, serve
from tests.registry import make

TOWN, COUNTY = "411003001", "411003"


class People:
    """The clerk of the village, the town station, the county; each acting with the permission that the route names."""

    def __init__(self, tx: Tx) -> None:
        clerk = account(tx, Role.VILLAGE_CLERK, region=make.VILLAGE)
        town = account(tx, Role.TOWN_STATION, region=TOWN)
        county = account(tx, Role.SUPERVISOR, region=COUNTY)
        self.clerk = actor(tx, clerk, P.EXTENSION_RECORD)
        self.town = actor(tx, town, P.EXTENSION_APPROVE)
        self.county = actor(tx, county, P.EXTENSION_FILE)


def drafted(tx: Tx, who: Actor, of: Village) -> ExtensionProgramme:
    return actions.draft(tx, who, collective_party_id=of.collective.id, title="演示延包方案", old_ends_on=OLD_END)


def contracting(tx: Tx, people: People, of: Village) -> ExtensionProgramme:
    row = drafted(tx, people.clerk, of)
    actions.vote(tx, people.clerk, row.id, resolution_id=resolution(tx, of).id)
    actions.publicise(tx, people.clerk, row.id)
    days_pass(tx, PUBLICITY + 1)
    actions.approve(tx, people.town, row.id, number="演示镇批〔2026〕1号")
    return actions.file(tx, people.county, row.id, number="演示备〔2026〕1号")


def signed(tx: Tx, people: People, of: Village, row: ExtensionProgramme) -> list[ExtensionContract]:
    done = actions.batch(tx, people.clerk, row.id)
    by_right = {c.right_id: c for c in done.drafted}
    for h in of.homes:
        if h.right.id in by_right:
            actions.sign(tx, people.clerk, by_right[h.right.id].id, signatory_party_id=h.head.id, signed_on=tx.today())
    return done.drafted


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (OLD_END, (NEW_START, NEW_END)),
        (date(2027, 12, 31), (date(2028, 1, 1), date(2057, 12, 31))),
        (date(2028, 2, 28), (date(2028, 2, 29), date(2058, 2, 27))),
    ],
)
def test_the_new_term_joins_the_old_one_and_is_thirty_years(old: date, new: tuple[date, date]) -> None:
    assert extended_term(old) == new


@pytest.mark.parametrize("table", [PROGRAMME, CONTRACT])
def test_every_state_answers_every_verb(table: Any) -> None:
    states = {s for source, _, target in table.edges() for s in (source, target)}
    answered = {(s, v) for s in states for v in table.verbs(s)}
    for state in states:
        for verb in table.all_verbs():
            if (state, verb) in answered:
                assert table.after(state, verb) in states
            else:
                with pytest.raises(Conflict):
                    table.after(state, verb)


@pytest.mark.parametrize(("yes", "carried"), [(4, True), (3, False)])
def test_two_thirds_of_all_members_carry_the_programme_and_one_vote_less_does_not(
    land: Tx, yes: int, carried: bool
) -> None:
    people, of = People(land), village(land, 6)
    row = drafted(land, people.clerk, of)
    decision = resolution(land, of, yes)
    if carried:
        assert actions.vote(land, people.clerk, row.id, resolution_id=decision.id).state is ProgrammeState.VOTED
        said = land.scalars(select(AuditEvent).where(AuditEvent.act == "extension.vote")).one()
        assert "RCEO-27-3" in said.rule_ids
        assert said.rulebook is not None
    else:
        with pytest.raises(Refused) as refused:
            actions.vote(land, people.clerk, row.id, resolution_id=decision.id)
        assert refused.value.reason == "RCEO-27-3"
        assert row.state is ProgrammeState.DRAFT


def test_representatives_cannot_decide_it_and_an_unknown_base_is_no_two_thirds(land: Tx) -> None:
    people, of = People(land), village(land, 3)
    row = drafted(land, people.clerk, of)
    by_reps = resolution(
        land, of, body="members_representatives", voters=None, attended=25, yes=25, reps_total=25, women_reps=5,
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        actions.vote(land, people.clerk, row.id, resolution_id=by_reps.id)
    assert {"RCEO-28-4", "X-CONF-52"} & {f.rule_id for f in refused.value.findings if f.outcome is Outcome.BLOCK}
    elsewhere = Village(make.party(land))
    row = drafted(land, people.clerk, elsewhere)
    vague = resolution(land, elsewhere, voters=None, attended=3, yes=3)
    with pytest.raises(Refused) as refused:
        actions.vote(land, people.clerk, row.id, resolution_id=vague.id)
    assert refused.value.reason == "COUNT_UNKNOWN"
    with pytest.raises(Invalid, match="不是本集体"):
        actions.vote(land, people.clerk, row.id, resolution_id=by_reps.id)


def test_the_town_waits_for_the_last_day_of_the_publicity_and_may_send_it_back(land: Tx) -> None:
    people, of = People(land), village(land, 1)
    row = drafted(land, people.clerk, of)
    with pytest.raises(Conflict):
        drafted(land, people.clerk, of)
    actions.vote(land, people.clerk, row.id, resolution_id=resolution(land, of).id)
    actions.publicise(land, people.clerk, row.id)
    days_pass(land, PUBLICITY)
    with pytest.raises(Refused) as refused:
        actions.approve(land, people.town, row.id, number="1")
    assert refused.value.reason == "PUBLICITY_RUNS"
    assert actions.return_(land, people.town, row.id, reason="地块表有误").state is ProgrammeState.DRAFT
    assert row.resolution_id is None
    actions.withdraw(land, people.clerk, row.id, reason="重新拟订")
    assert drafted(land, people.clerk, of).id != row.id


def test_nobody_approves_his_own_draft_and_strangers_see_nothing(land: Tx) -> None:
    people, of = People(land), village(land, 1)
    row = drafted(land, people.clerk, of)
    actions.vote(land, people.clerk, row.id, resolution_id=resolution(land, of).id)
    actions.publicise(land, people.clerk, row.id)
    days_pass(land, PUBLICITY + 1)
    own = Actor(1, people.clerk.person_id, None, "演示", prefixes=(TOWN,))
    with pytest.raises(Refused) as refused:
        actions.approve(land, own, row.id, number="1")
    assert refused.value.reason == "SAME_PERSON"
    with pytest.raises(NotFound):
        queries.programme(land, row.id, seen_by=make.clerk(make.OTHER_VILLAGE))
    with pytest.raises(Conflict):
        actions.batch(land, people.clerk, row.id)


def test_a_batch_with_two_failing_households_writes_nothing_and_names_both(land: Tx) -> None:
    people, of = People(land), village(land, 5)
    row = contracting(land, people, of)
    quarrel = RestrictionIn(kind=RestrictionKind.DISPUTE, right_id=of.homes[1].right.id, source="演示争议")
    case = registry_actions.impose(land, None, quarrel)
    actions.exclude(
        land, people.clerk, row.id, right_id=of.homes[3].right.id, ground=Ground.DECLINED, reason="书面放弃"
    )
    with pytest.raises(Refused) as refused:
        actions.batch(land, people.clerk, row.id, right_ids=of.rights)
    assert [(p["right_id"], p["reason"]) for p in sorted(refused.value.extra["problems"], key=lambda p: p["right_id"])] == [
        (of.rights[1], "有未了结的争议"), (of.rights[3], "已列为暂不延包：书面放弃"),
    ]  # fmt: skip
    assert queries.counts(land, row.id) == {}
    some = actions.batch(land, people.clerk, row.id, right_ids=of.rights, partial=True)
    assert [c.right_id for c in some.drafted] == [of.rights[i] for i in (0, 2, 4)]
    assert len(some.problems) == 2
    again = actions.batch(land, people.clerk, row.id, right_ids=of.rights, partial=True)
    assert (again.drafted, again.existing) == ([], [c.id for c in some.drafted])
    registry_actions.release(land, None, case.id, source="演示调解书")
    rest = actions.batch(land, people.clerk, row.id)
    assert [c.right_id for c in rest.drafted] == [of.rights[1]], "the excluded one stays out of all"
    assert len({c.contract_no for c in (*some.drafted, *rest.drafted)}) == 4
    standing = {s.right_id: s for s in queries.standings(land, row)}
    assert standing[of.rights[3]].exclusion_reason == "书面放弃"


def test_a_programme_takes_only_contracts_of_its_own_collective_end_and_kind_of_land(land: Tx) -> None:
    people, of = People(land), village(land, 1)
    other = village(land, 1)
    wood = village(land, 1, land_type="forest_land")
    row = contracting(land, people, of)
    assert [s.right_id for s in queries.standings(land, row)] == of.rights
    with pytest.raises(Refused) as refused:
        actions.batch(land, people.clerk, row.id, right_ids=[*of.rights, *other.rights])
    assert [p["right_id"] for p in refused.value.extra["problems"]] == other.rights
    woods = drafted(land, people.clerk, wood)
    assert [s.problem for s in queries.standings(land, woods)] == [queries.OWN_TERM_LAND]
    late = village(land, 1, ends_on=OLD_END + DAY)
    lates = drafted(land, people.clerk, late)
    assert [s.problem for s in queries.standings(land, lates)] == [queries.ANOTHER_END]


def verdict(tx: Tx, parcel: Any, until: date) -> Outcome:
    """What the law says of leasing this parcel from today until a day, on the registry's own facts."""
    on = tx.today()
    document = {
        "as_of": on, "step": "S1", "county": COUNTY, "category": "household_land_management", "method": "lease",
        "parcels": registry.parcel_facts(tx, [parcel], on=on), "term": {"start": on, "end": until},
    }  # fmt: skip
    case = read_case(registry.as_document(document), calendar=calendar(tx))
    said = {f.rule_id: f.outcome for f in judge(case, only=frozenset({Step.S1})).findings}
    return said["LCL-38-3"]


def test_what_was_longer_than_the_contract_before_fits_after_it_is_carried_on(land: Tx) -> None:
    people, of = People(land), village(land, 2)
    tenant = make.party(land, PartyKind.ENTERPRISE)
    row = contracting(land, people, of)
    first, second = of.homes
    until = OLD_END + 365 * DAY
    derived = {"kind": RightKind.LAND_MANAGEMENT_RIGHT, "parent_right_id": first.right.id, "starts_on": land.today()}
    assert verdict(land, first.parcel, until) is Outcome.BLOCK
    with pytest.raises(Invalid, match="剩余期限"):
        make.lease(land, [first.parcel], tenant, land.today(), until, right_id=first.right.id)
    with pytest.raises(Invalid, match="剩余期限"):
        make.right(land, tenant, [], ends_on=until, **derived)

    contracts = signed(land, people, of, row)
    assert verdict(land, first.parcel, until) is Outcome.BLOCK, "signed is not yet in effect"
    done, before, waiting = actions.effect(land, people.town, row.id, contract_ids=[contracts[0].id])
    assert ([c.id for c in done], before, waiting) == ([contracts[0].id], [], 1)
    assert actions.effect(land, people.town, row.id, contract_ids=[contracts[0].id]) == ([], [contracts[0].id], 1)

    assert verdict(land, first.parcel, until) is Outcome.PASS
    assert verdict(land, first.parcel, NEW_END + DAY) is Outcome.BLOCK
    assert verdict(land, second.parcel, until) is Outcome.BLOCK
    lease = make.lease(land, [first.parcel], tenant, land.today(), until, right_id=first.right.id)
    assert lease[0].last_day == until
    with pytest.raises(Invalid, match="剩余期限"):
        make.right(land, tenant, [], ends_on=NEW_END + DAY, **derived)
    child = make.right(land, tenant, [], ends_on=NEW_END, **derived)
    carried_on = registry.right(land, done[0].extending_right_id or 0)
    assert (carried_on.extends_right_id, carried_on.starts_on, carried_on.ends_on) == (
        first.right.id, NEW_START, NEW_END,
    )  # fmt: skip
    assert registry.versions(land, LandRight, carried_on.id), "the register remembers it"
    with pytest.raises(IntegrityError, match="never outlives"), land.session.begin_nested():
        land.execute(text("UPDATE land_right SET ends_on = '2058-09-29' WHERE id = :id"), {"id": carried_on.id})
    assert child.ends_on == NEW_END


def test_a_contract_is_signed_by_the_household_and_put_into_effect_by_somebody_else(land: Tx) -> None:
    people, of = People(land), village(land, 2)
    row = contracting(land, people, of)
    one, two = actions.batch(land, people.clerk, row.id).drafted
    with pytest.raises(Refused) as refused:
        actions.sign(land, people.clerk, one.id, signatory_party_id=of.homes[1].head.id, signed_on=land.today())
    assert refused.value.reason == "LCL-16"
    with pytest.raises(Invalid):
        actions.sign(land, people.clerk, one.id, signatory_party_id=of.homes[0].head.id, signed_on=land.today() + DAY)
    actions.sign(land, people.clerk, one.id, signatory_party_id=of.homes[0].head.id, signed_on=land.today())
    same = Actor(1, people.clerk.person_id, None, "演示", prefixes=(TOWN,))
    with pytest.raises(Refused, match="不能生效"):
        actions.effect(land, same, row.id)
    with pytest.raises(Refused) as refused:
        actions.effect(land, people.town, row.id, contract_ids=[one.id, two.id])
    assert [p["contract_id"] for p in refused.value.extra["problems"]] == [two.id]
    assert one.state is ContractState.SIGNED, "all or none"
    actions.void(land, people.clerk, one.id, reason="面积有误")
    fresh = actions.batch(land, people.clerk, row.id).drafted
    assert [c.right_id for c in fresh] == [one.right_id]
    assert fresh[0].contract_no not in {one.contract_no, two.contract_no}


def test_a_programme_is_closed_when_every_household_is_carried_on_or_has_its_reason(land: Tx) -> None:
    people, of = People(land), village(land, 2)
    homeless = make.party(land, PartyKind.HOUSEHOLD)
    head = make.party(land, PartyKind.INDIVIDUAL, born_on=date(1990, 1, 1))
    registry_actions.join(land, None, of.collective.id, _one(head.id, homeless.id))
    row = contracting(land, people, of)
    assert [p.id for p in queries.landless(land, row, after=None, limit=10)] == [homeless.id]
    contracts = signed(land, people, of, row)
    actions.void(land, people.clerk, contracts[1].id, reason="放弃")
    actions.effect(land, people.town, row.id)
    with pytest.raises(Refused) as refused:
        actions.close(land, people.town, row.id)
    assert [m["right_id"] for m in refused.value.extra["missing"]] == [of.rights[1]]
    actions.exclude(land, people.clerk, row.id, right_id=of.rights[1], ground=Ground.DISPUTE, reason="界址不清")
    with pytest.raises(Conflict):
        actions.exclude(land, people.clerk, row.id, right_id=of.rights[0], ground=Ground.OTHER, reason="误")
    assert actions.close(land, people.town, row.id).state is ProgrammeState.CLOSED
    with pytest.raises(Conflict):
        actions.lift(land, people.clerk, row.id, right_id=of.rights[1], reason="已确界")


def _one(member: int, household: int) -> Any:
    joined = MembershipIn(member_party_id=member, household_party_id=household, joined_on=date(2020, 1, 1))
    return MembershipsIn(members=[joined], source="演示成员确认")


def test_a_household_signs_for_itself_and_only_its_representative_can(land: Tx) -> None:
    people, of = People(land), village(land, 2)
    mine, other = of.homes
    who = actor(land, account(land, Role.HOUSEHOLD, region=make.VILLAGE), P.EXTENSION_SIGN)
    spouse = actor(land, account(land, Role.HOUSEHOLD, region=make.VILLAGE), P.EXTENSION_SIGN)
    wife = make.party(land, PartyKind.INDIVIDUAL, born_on=date(1980, 1, 1), person_id=spouse.person_id)
    mine.head.person_id = who.person_id
    members = [MemberIn(party_id=mine.head.id, is_representative=True), MemberIn(party_id=wife.id)]
    registry_actions.record_members(land, None, mine.party.id, MembersIn(members=members))
    row = contracting(land, people, of)
    ours, theirs = actions.batch(land, people.clerk, row.id).drafted
    assert queries.own_contracts(land, who, after=None, limit=9) == [ours]
    with pytest.raises(NotFound):
        actions.sign_own(land, who, theirs.id)
    with pytest.raises(Refused) as refused:
        actions.sign_own(land, spouse, ours.id)
    assert refused.value.reason == "LCL-16"
    assert actions.sign_own(land, who, ours.id).signatory_party_id == mine.head.id
    with pytest.raises(Conflict):
        actions.sign_own(land, who, ours.id)
    assert other.head.person_id is None


def test_the_outlook_counts_what_ends_by_village_and_day(land: Tx) -> None:
    people, of = People(land), village(land, 3)
    village(land, 1, ends_on=OLD_END + DAY)
    row = contracting(land, people, of)
    actions.exclude(land, people.clerk, row.id, right_id=of.rights[2], ground=Ground.DISPUTE, reason="界址不清")
    signed(land, people, of, row)
    actions.effect(land, people.town, row.id)
    assert queries.outlook(land, people.town, until=OLD_END, prefix=None) == [
        queries.Outlook(make.VILLAGE, OLD_END, 3, 2, 1)
    ]
    later = queries.outlook(land, people.town, until=OLD_END + DAY, prefix=make.VILLAGE)
    assert [(o.ends_on, o.n_contracts) for o in later] == [(OLD_END, 3), (OLD_END + DAY, 1)]
    assert queries.outlook(land, people.town, until=OLD_END, prefix=make.OTHER_VILLAGE) == []
    assert queries.outlook(land, make.clerk(make.OTHER_VILLAGE), until=OLD_END, prefix=None) == []


def test_two_clerks_at_the_same_moment_make_each_contract_once(database: Engine) -> None:
    with transaction() as tx:
        load_regions(tx)
        people, of = People(tx), village(tx, 4)
        row_id = contracting(tx, people, of).id
    ready = Barrier(2)

    def go() -> tuple[int, int]:
        ready.wait()
        with transaction() as tx:
            done = actions.batch(tx, people.clerk, row_id)
            return len(done.drafted), len(done.existing)

    with ThreadPoolExecutor(2) as pool:
        answers = [f.result() for f in [pool.submit(go) for _ in range(2)]]
    assert sorted(answers) == [(0, 4), (4, 0)]
    with transaction(read_only=True) as tx:
        assert queries.counts(tx, row_id) == {ContractState.DRAFTED: 4}


@pytest.fixture(scope="module")
def web(clone: Any, divided: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serve(clone(divided), tmp_path_factory.mktemp("extension")) as client:
        yield client


def test_a_village_goes_the_whole_way_over_http(web: TestClient) -> None:
    who = {
        name: bearer(web, committed(role, region=region))
        for name, role, region in (
            ("clerk", Role.VILLAGE_CLERK, make.VILLAGE), ("town", Role.TOWN_STATION, TOWN),
            ("county", Role.SUPERVISOR, COUNTY), ("stranger", Role.TOWN_STATION, "411002001"),
        )
    }  # fmt: skip
    with transaction() as tx:
        of = village(tx, 3)
        decision = resolution(tx, of).id
        made = [(h.head.id, h.right.id) for h in of.homes]
        collective = of.collective.id

    def post(name: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = (
            web.post(f"/api/v1{path}", json=body, headers=who[name])
            if body is not None
            else web.post(f"/api/v1{path}", headers=who[name])
        )
        assert answer.status_code == status, answer.text
        return answer.json()

    wish = {"collective_party_id": collective, "title": "演示村二轮延包方案", "old_ends_on": OLD_END.isoformat()}
    row = post("clerk", "/extensions", wish, 201)
    assert (row["starts_on"], row["ends_on"], row["state_name"]) == ("2028-10-01", "2058-09-30", "拟订中")
    at = f"/extensions/{row['id']}"
    assert post("clerk", "/extensions", wish, 409)["reason"] == "PROGRAMME_EXISTS"
    problem(web.get(f"/api/v1{at}", headers=who["stranger"]), 404, "not-found")
    problem(web.post(f"/api/v1{at}/approve", json={"number": "1"}, headers=who["clerk"]), 403, "forbidden")
    post("clerk", f"{at}/vote", {"resolution_id": decision})
    post("clerk", f"{at}/publicise")
    assert post("town", f"{at}/approve", {"number": "演示镇批1号"}, 409)["reason"] == "PUBLICITY_RUNS"
    with transaction() as tx:
        days_pass(tx, PUBLICITY + 1)
        today = tx.today().isoformat()
    post("town", f"{at}/approve", {"number": "演示镇批1号"})
    assert post("county", f"{at}/file", {"number": "演示备1号"})["state"] == "contracting"
    post("clerk", f"{at}/exclusions", {"right_id": made[2][1], "ground": "dispute", "reason": "界址不清"}, 201)
    batch = post("clerk", f"{at}/contracts", {})
    assert len(batch["drafted"]) == 2
    assert post("clerk", f"{at}/contracts", {}) == {
        "drafted": [], "existing": [c["id"] for c in batch["drafted"]], "problems": [],
    }  # fmt: skip
    for contract, (head, _) in zip(batch["drafted"], made, strict=False):
        post("clerk", f"/extension-contracts/{contract['id']}/sign", {"signatory_party_id": head, "signed_on": today})
    done = post("town", f"{at}/effect", {})
    assert [c["state"] for c in done["effected"]] == ["effective", "effective"]
    listed = web.get(f"/api/v1{at}/households", headers=who["town"]).json()["items"]
    assert [(s["contract_state"], s["exclusion_reason"]) for s in listed] == [
        ("effective", None), ("effective", None), (None, "界址不清"),
    ]  # fmt: skip
    assert post("town", f"{at}/close")["contracts"] == {"effective": 2}
    ends = web.get("/api/v1/extensions/outlook?until=2028-09-30", headers=who["town"]).json()
    assert ends == [
        {
            "region_code": make.VILLAGE, "ends_on": "2028-09-30", "n_contracts": 3, "n_carried_on": 2, "n_excluded": 1,
        }
    ]  # fmt: skip
    told = web.get(f"/api/v1/subjects/extension/{row['id']}/timeline", headers=who["county"]).json()
    assert "批准延包方案" in str(told)
