"""A household builds: from the application over village, town and the building site to the register, and what stops it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import IntegrityError

from app.audit.models import AuditEvent
from app.base.actor import Actor, Role
from app.base.db import transaction
from app.base.errors import Conflict, Invalid, NotFound, Problem, Refused
from app.compliance.actions import load_published
from app.compliance.queries import calendar
from app.homestead import actions, queries
from app.homestead.models import HomesteadCase, HomesteadWarning
from app.homestead.states import HOMESTEAD, BreachState, BuildReason, HomesteadState, Limit, Stage, limit_of
from app.identity.permissions import P
from app.registry import actions as registry_actions
from app.registry import queries as registry
from app.registry.actions import load_regions
from app.registry.schemas import RestrictionIn
from app.registry.states import PartyKind, RestrictionKind, RightKind
from app.rules.params.tables import HOMESTEAD_LIMITS, WORKDAYS
from app.supervision.acts import ACT_ZH
from tests.extension.village import PUBLICITY, days_pass
from tests.homestead.hamlet import BEGIN, TOWN, Hamlet, begins
from tests.people import account, actor, bearer, committed, problem
from tests.registry import make

S = HomesteadState
DAY = timedelta(days=1)


def said(problem: Problem) -> set[str]:
    return {f.rule_id for f in problem.findings if f.outcome == "BLOCK"}


def test_every_state_answers_every_verb() -> None:
    for state in S:
        for verb in HOMESTEAD.all_verbs():
            if verb in HOMESTEAD.verbs(state):
                assert HOMESTEAD.after(state, verb) in S
            else:
                with pytest.raises(Conflict):
                    HOMESTEAD.after(state, verb)
    assert sorted(v for v in HOMESTEAD.all_verbs() if f"homestead.{v}" not in ACT_ZH) == []


def test_house_and_land_are_registered_as_one_after_the_whole_way(hamlet: Hamlet) -> None:
    row = hamlet.walk(hamlet.apply(), S.REGISTERED)
    assert row.right_id is not None
    assert row.house_right_id is not None
    land, house = registry.right(hamlet.tx, row.right_id), registry.right(hamlet.tx, row.house_right_id)
    assert (land.kind, house.kind) == (RightKind.HOMESTEAD_USE_RIGHT, RightKind.HOUSE_OWNERSHIP)
    assert land.area_mu == Decimal("0.2378")
    assert (house.parent_right_id, house.source_ref) == (land.id, land.certificate_no)
    assert {land.holder_party_id, house.holder_party_id} == {hamlet.house.id}
    assert land.source_ref == row.approval_no
    acts = hamlet.tx.scalars(select(AuditEvent.act).where(AuditEvent.subject == f"homestead/{row.id}")).all()
    assert {"homestead.apply", "homestead.permit", "homestead.approve", "homestead.register"} <= set(acts)
    visits = [v.stage for v in queries.visits(hamlet.tx, row.id)]
    assert visits == list(Stage)


@pytest.mark.parametrize(
    ("area_class", "m2", "fits"),
    [
        ("plain", "167", True), ("plain", "167.01", False),
        ("suburban_or_scarce_plain", "134", True), ("suburban_or_scarce_plain", "134.01", False),
        ("hill", "200", True), ("hill", "200.01", False),
    ],
)  # fmt: skip
def test_the_county_limit_of_area_holds_to_the_hundredth(hamlet: Hamlet, area_class: str, m2: str, fits: bool) -> None:
    if fits:
        assert hamlet.apply(area_class=area_class, requested_m2=Decimal(m2)).state is S.APPLIED
    else:
        with pytest.raises(Refused) as refused:
            hamlet.apply(area_class=area_class, requested_m2=Decimal(m2))
        assert said(refused.value) == {"A6-3"}


def test_one_household_has_one_homestead(hamlet: Hamlet) -> None:
    hamlet.has_homestead()
    with pytest.raises(Refused) as refused:
        hamlet.apply()
    assert said(refused.value) == {"A6-3"}
    assert any("土地管理法" in f.citation for f in refused.value.findings)


def test_a_homestead_in_the_name_of_a_member_counts_too(hamlet: Hamlet) -> None:
    hamlet.has_homestead(hamlet.spouse)
    with pytest.raises(Refused) as refused:
        hamlet.apply()
    assert said(refused.value) == {"A6-3"}


@pytest.mark.parametrize("residence", ["townsperson", "retired_official"])
def test_townspeople_and_retired_officials_get_none(hamlet: Hamlet, residence: str) -> None:
    house = hamlet.household(hamlet.head)
    leave = hamlet.tx.execute(
        text("SELECT id FROM collective_member WHERE member_party_id = :p"), {"p": hamlet.head.id}
    )
    hamlet.tx.execute(text("DELETE FROM collective_member WHERE id = :i"), {"i": leave.scalar_one()})
    with pytest.raises(Refused) as refused:
        hamlet.apply(
            household_party_id=house.id, members=[{"member_party_id": hamlet.head.id, "residence": residence}]
        )  # fmt: skip
    assert said(refused.value) == {"A6-1"}


def test_a_villager_of_another_collective_gets_none(hamlet: Hamlet) -> None:
    house = hamlet.household(hamlet.head)
    hamlet.tx.execute(text("DELETE FROM collective_member WHERE member_party_id = :p"), {"p": hamlet.head.id})
    with pytest.raises(Refused) as refused:
        hamlet.apply(household_party_id=house.id, members=[{"member_party_id": hamlet.head.id}])
    assert said(refused.value) == {"A6-2"}


def test_who_has_given_a_homestead_up_gets_none_again_unless_it_was_taken(hamlet: Hamlet) -> None:
    old = hamlet.has_homestead()
    registry_actions.end_right(hamlet.tx, None, old.id, reason="演示转让")
    with pytest.raises(Refused) as refused:
        hamlet.apply()
    assert said(refused.value) == {"A6-4"}
    assert hamlet.apply(loss_document_id=hamlet.paper().id).state is S.APPLIED


def test_who_lets_his_homestead_gets_no_other(hamlet: Hamlet) -> None:
    old = hamlet.has_homestead()
    plot = registry.things_of(hamlet.tx, old.ba_unit_id)[0]
    today = hamlet.tx.today()
    tenant = make.party(hamlet.tx, PartyKind.ENTERPRISE)
    make.lease(hamlet.tx, registry.parcels(hamlet.tx, plot), tenant, today, today + 365 * DAY)
    with pytest.raises(Refused) as refused:
        hamlet.apply(reason="relocate", old_right_id=old.id)
    assert said(refused.value) == {"A6-4"}


@pytest.mark.parametrize("reason", [BuildReason.REBUILD, BuildReason.RELOCATE])
def test_what_is_rebuilt_or_left_ends_when_the_new_one_is_registered(hamlet: Hamlet, reason: BuildReason) -> None:
    old = hamlet.has_homestead()
    house = make.right(
        hamlet.tx, hamlet.house, [], kind=RightKind.HOUSE_OWNERSHIP, parent_right_id=old.id, starts_on=None, ends_on=None
    )  # fmt: skip
    row = hamlet.walk(hamlet.apply(reason=reason, old_right_id=old.id), S.VERIFIED)
    assert old.end_lifespan_at is None
    hamlet.walk(row, S.REGISTERED)
    assert registry.right(hamlet.tx, old.id).end_reason == f"建房换发（homestead/{row.id}）"
    assert registry.right(hamlet.tx, house.id).end_lifespan_at is not None
    assert queries.homesteads_of(hamlet.tx, [hamlet.house.id], but_for=None) == [row.right_id]
    assert not queries.gave_up(hamlet.tx, [hamlet.house.id]), "replaced is not given up"


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"reason": "rebuild"}, "old_right_id"),
        ({"members": [{"member_party_id": 1}]}, "members[0].member_party_id"),
        ({"household_party_id": 2**60}, "household_party_id"),
        ({"representative_party_id": 2**60}, "representative_party_id"),
        ({"document_id": 2**60}, "document_id"),
    ],
)
def test_what_is_wrong_is_said_with_its_field(hamlet: Hamlet, over: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as wrong:
        hamlet.apply(**over)
    assert wrong.value.field == field


def test_only_the_representative_applies_and_the_town_only_on_paper(hamlet: Hamlet) -> None:
    with pytest.raises(Invalid) as wrong:
        actions.apply(hamlet.tx, actor(hamlet.tx, hamlet.accounts["neighbour"], P.HOMESTEAD_APPLY), hamlet.body())
    assert wrong.value.field == "representative_party_id"
    town = actor(hamlet.tx, hamlet.accounts["acceptor"], P.HOMESTEAD_APPLY)
    with pytest.raises(Invalid) as wrong:
        actions.apply(hamlet.tx, town, hamlet.body())
    assert wrong.value.field == "document_id"
    assert actions.apply(hamlet.tx, town, hamlet.body(document_id=hamlet.paper().id)).state is S.APPLIED
    with pytest.raises(Conflict) as taken:
        hamlet.apply()
    assert taken.value.field == "household_party_id"


def test_another_town_sees_nothing_of_it(hamlet: Hamlet) -> None:
    row = hamlet.apply()
    other = account(hamlet.tx, Role.TOWN_STATION, region="411003101")
    with pytest.raises(NotFound):
        queries.one(hamlet.tx, row.id, seen_by=actor(hamlet.tx, other, P.HOMESTEAD_READ))
    with pytest.raises(NotFound):
        actions.accept(hamlet.tx, actor(hamlet.tx, other, P.HOMESTEAD_REVIEW), row.id)
    with pytest.raises(NotFound):
        queries.one(hamlet.tx, row.id, seen_by=actor(hamlet.tx, hamlet.accounts["neighbour"], P.HOMESTEAD_READ))
    assert queries.one(hamlet.tx, row.id, seen_by=actor(hamlet.tx, hamlet.accounts["head"], P.HOMESTEAD_READ)) is row


def test_two_thirds_of_the_village_agree(hamlet: Hamlet) -> None:
    row = hamlet.apply()
    with pytest.raises(Refused):
        actions.deliberate(hamlet.tx, hamlet.clerk, row.id, resolution_id=hamlet.decided(yes=1))
    with pytest.raises(Invalid) as wrong:
        actions.deliberate(hamlet.tx, hamlet.clerk, row.id, resolution_id=2**60)
    assert wrong.value.field == "resolution_id"
    assert actions.deliberate(hamlet.tx, hamlet.clerk, row.id, resolution_id=hamlet.decided()).state is S.DELIBERATED


@pytest.mark.parametrize(("days", "over"), [(PUBLICITY, False), (PUBLICITY + 1, True)])
def test_the_publicity_lasts_to_its_last_day(hamlet: Hamlet, days: int, over: bool) -> None:
    row = hamlet.walk(hamlet.apply(), S.PUBLICISED)
    days_pass(hamlet.tx, days)
    if over:
        with pytest.raises(Conflict, match="公示期已过"):
            actions.object_(hamlet.tx, hamlet.neighbour, row.id, content="演示异议")
        assert actions.submit(hamlet.tx, hamlet.clerk, row.id).state is S.SUBMITTED
    else:
        with pytest.raises(Refused, match="尚未届满"):
            actions.submit(hamlet.tx, hamlet.clerk, row.id)
        assert actions.object_(hamlet.tx, hamlet.neighbour, row.id, content="演示异议").answered_at is None


@pytest.mark.parametrize("upheld", [False, True])
def test_an_objection_is_answered_first_and_one_that_holds_ends_it(hamlet: Hamlet, upheld: bool) -> None:
    tx, row = hamlet.tx, hamlet.walk(hamlet.apply(), S.PUBLICISED)
    filed = actions.object_(tx, hamlet.neighbour, row.id, content="演示异议：占了通道")
    days_pass(tx, PUBLICITY + 1)
    with pytest.raises(Refused, match="未答复"):
        actions.submit(tx, hamlet.clerk, row.id)
    actions.answer(tx, hamlet.clerk, row.id, filed.id, answer="演示答复", upheld=upheld)
    with pytest.raises(Conflict):
        actions.answer(tx, hamlet.clerk, row.id, filed.id, answer="再答", upheld=False)
    if upheld:
        with pytest.raises(Refused, match="异议成立"):
            actions.submit(tx, hamlet.clerk, row.id)
        assert actions.decline(tx, hamlet.clerk, row.id, reason="异议成立").state is S.REFUSED
        assert hamlet.apply().state is S.APPLIED, "and may apply anew"
    else:
        assert actions.submit(tx, hamlet.clerk, row.id).state is S.SUBMITTED


def test_land_that_cannot_be_built_on_is_found_at_the_visit(hamlet: Hamlet) -> None:
    row = hamlet.walk(hamlet.apply(), S.ACCEPTED)
    wrong_land: list[dict[str, Any]] = [
        {"land_type": "cultivated"}, {"area_mu": Decimal("0.2399")}, {"region_code": make.OTHER_VILLAGE},
        {"permanent_basic_farmland": True},
    ]  # fmt: skip
    for what in wrong_land:
        plot = make.parcel(hamlet.tx, **{"land_type": "homestead", "area_mu": Decimal("0.24")} | what)
        make.right(
            hamlet.tx, hamlet.collective, [plot], kind=RightKind.LAND_OWNERSHIP, starts_on=None, ends_on=None,
            region_code=plot.region_code,
        )  # fmt: skip
        with pytest.raises(Problem) as wrong:
            actions.inspect(hamlet.tx, hamlet.inspector, row.id, hamlet.inspected(parcel_id=plot.id))
        assert wrong.value.field == "parcel_id"
    with pytest.raises(Invalid) as early:
        actions.inspect(hamlet.tx, hamlet.inspector, row.id, hamlet.inspected(visited_on=row.since_on - DAY))
    assert early.value.field == "visited_on"
    fits = make.parcel(hamlet.tx, land_type="homestead", area_mu=Decimal("0.24"))
    make.right(hamlet.tx, hamlet.collective, [fits], kind=RightKind.LAND_OWNERSHIP, starts_on=None, ends_on=None)
    inspected = actions.inspect(hamlet.tx, hamlet.inspector, row.id, hamlet.inspected(parcel_id=fits.id))
    assert inspected.state is S.INSPECTED


def test_the_land_of_a_red_line_or_of_another_household_is_refused(hamlet: Hamlet) -> None:
    row = hamlet.walk(hamlet.apply(), S.ACCEPTED)
    line = registry_actions.impose(
        hamlet.tx, None,
        RestrictionIn(kind=RestrictionKind.ECOLOGICAL_RED_LINE, parcel_id=hamlet.plot.id, source="演示红线图层"),
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        actions.inspect(hamlet.tx, hamlet.inspector, row.id, hamlet.inspected())
    assert refused.value.reason == "ECOLOGICAL_RED_LINE"
    registry_actions.release(hamlet.tx, None, line.id, source="调整")
    neighbour = make.party(hamlet.tx, PartyKind.HOUSEHOLD)
    make.right(hamlet.tx, neighbour, [hamlet.plot], kind=RightKind.HOMESTEAD_USE_RIGHT, starts_on=None, ends_on=None)
    with pytest.raises(Invalid, match="他户"):
        actions.inspect(hamlet.tx, hamlet.inspector, row.id, hamlet.inspected())


def test_the_class_of_land_that_the_town_finds_is_the_one_that_counts(hamlet: Hamlet) -> None:
    row = hamlet.walk(hamlet.apply(requested_m2=Decimal(140)), S.ACCEPTED)
    with pytest.raises(Refused) as refused:
        actions.inspect(hamlet.tx, hamlet.inspector, row.id, hamlet.inspected(area_class="suburban_or_scarce_plain"))
    assert said(refused.value) == {"A6-3"}


def test_visit_permit_approval_and_register_are_different_people(hamlet: Hamlet) -> None:
    tx, row = hamlet.tx, hamlet.walk(hamlet.apply(), S.INSPECTED)
    with pytest.raises(Refused, match="许可人"):
        actions.permit(tx, hamlet.inspector, row.id)
    actions.permit(tx, hamlet.planner, row.id)
    for same in (hamlet.inspector, hamlet.planner):
        with pytest.raises(Refused, match="批准人"):
            actions.approve(tx, same, row.id, approved_m2=Decimal(160))
    with pytest.raises(IntegrityError, match="another_approves"), tx.session.begin_nested():
        tx.execute(
            text(
                "UPDATE homestead_case SET approval_no = 'x', approved_on = now(), approved_m2 = 1, valid_until = now(), "
                "approved_by_person = permitted_by_person"
            )
        )
    with pytest.raises(Invalid) as wrong:
        actions.approve(tx, hamlet.approver, row.id, approved_m2=Decimal("160.01"))
    assert wrong.value.field == "approved_m2"
    hamlet.walk(row, S.VERIFIED)
    same = Actor(1, hamlet.inspector.person_id, None, "演示", prefixes=(TOWN,))
    with pytest.raises(Refused, match="登记人"):
        actions.register(tx, same, row.id, certificate_no="演示")


def test_the_law_is_asked_again_before_the_approval(hamlet: Hamlet) -> None:
    row = hamlet.walk(hamlet.apply(), S.PERMITTED)
    hamlet.has_homestead()
    with pytest.raises(Refused) as refused:
        actions.approve(hamlet.tx, hamlet.approver, row.id, approved_m2=Decimal(160))
    assert said(refused.value) == {"A6-3"}


def test_the_stages_are_seen_in_order_and_each_until_it_passes(hamlet: Hamlet) -> None:
    row = hamlet.walk(hamlet.apply(), S.STAKED)
    with pytest.raises(Invalid) as wrong:
        hamlet.check(row, Stage.STRUCTURE)
    assert wrong.value.field == "stage"
    hamlet.check(row, Stage.FOUNDATION, passed=False)
    with pytest.raises(Invalid):
        hamlet.check(row, Stage.STRUCTURE)
    for stage in (Stage.FOUNDATION, Stage.STRUCTURE):
        hamlet.check(row, stage)
    with pytest.raises(Refused, match="尚未全部合格"):
        actions.complete(hamlet.tx, hamlet.head_actor, row.id)
    hamlet.check(row, Stage.ROOF)
    assert actions.complete(hamlet.tx, hamlet.head_actor, row.id).state is S.COMPLETED


@pytest.mark.parametrize(("measured", "fits"), [("160", True), ("160.01", False)])
def test_what_is_built_is_no_larger_than_what_was_approved(hamlet: Hamlet, measured: str, fits: bool) -> None:
    row = hamlet.walk(hamlet.apply(), S.COMPLETED)
    if fits:
        assert actions.verify(hamlet.tx, hamlet.inspector, row.id, hamlet.measured(measured)).state is S.VERIFIED
    else:
        with pytest.raises(Refused) as refused:
            actions.verify(hamlet.tx, hamlet.inspector, row.id, hamlet.measured(measured))
        assert refused.value.field == "measured_m2"


@pytest.mark.parametrize("state", [S.APPLIED, S.STAKED])
def test_the_household_withdraws_until_it_builds(hamlet: Hamlet, state: HomesteadState) -> None:
    row = hamlet.walk(hamlet.apply(), state)
    assert actions.withdraw(hamlet.tx, hamlet.head_actor, row.id, reason="不建了").state is S.WITHDRAWN


def test_nobody_withdraws_what_stands_already(hamlet: Hamlet) -> None:
    row = hamlet.walk(hamlet.apply(), S.BUILDING)
    with pytest.raises(Conflict):
        actions.withdraw(hamlet.tx, hamlet.head_actor, row.id, reason="迟了")


@pytest.mark.parametrize(("past", "lapses"), [(0, False), (1, True)])
def test_an_approval_holds_to_its_last_day_where_nothing_was_begun(hamlet: Hamlet, past: int, lapses: bool) -> None:
    row = hamlet.walk(hamlet.apply(), S.STAKED)
    assert row.valid_until is not None
    assert row.approved_on is not None
    assert row.valid_until == row.approved_on.replace(year=row.approved_on.year + 2)
    begins(hamlet.tx, row.valid_until + past * DAY)
    if lapses:
        with pytest.raises(Refused) as refused:
            hamlet.check(row, Stage.FOUNDATION)
        assert refused.value.reason == "PERMIT_EXPIRED"
    assert actions.expire_due(hamlet.tx) == int(lapses)
    assert actions.expire_due(hamlet.tx) == 0
    assert row.state is (S.EXPIRED if lapses else S.STAKED)


@pytest.mark.parametrize("row", HOMESTEAD_LIMITS, ids=lambda r: str(r["state"]))
def test_every_limit_names_its_state_its_basis_and_how_sure_it_is(row: dict[str, Any]) -> None:
    assert row["state"] in {*S, *BreachState}
    assert row["basis"]
    assert row["level"] in {"V", "S", "M", "D"}
    found = limit_of(row["state"], row["since"])
    assert found is not None
    assert found.days == row["days"] > 0
    assert limit_of(row["state"], row["since"] - DAY) is None


def test_working_days_skip_the_holidays_and_an_unpublished_year_is_left_open() -> None:
    five = Limit(5, "workdays", "演示", "D")
    assert five.due(date(2026, 4, 30), WORKDAYS) == date(2026, 5, 11), "Labour Day, with 9 May worked"
    assert five.due(date(2026, 12, 28), WORKDAYS) is None


def test_a_late_step_is_warned_of_once_and_the_last_day_is_not_late(hamlet: Hamlet) -> None:
    tx, row = hamlet.tx, hamlet.walk(hamlet.apply(), S.SUBMITTED)
    assert row.due_on == calendar(tx).add_workdays(row.since_on, 5)
    begins(tx, row.due_on)
    assert actions.warn_due(tx) == 0
    days_pass(tx, 1)
    assert [actions.warn_due(tx), actions.warn_due(tx)] == [1, 0]
    warning = tx.scalars(select(HomesteadWarning).where(HomesteadWarning.case_id == row.id)).one()
    assert (warning.state, warning.due_on) == (S.SUBMITTED, row.due_on)
    assert "行政许可法" in warning.basis
    assert queries.warnings(tx, hamlet.supervisor, open_only=True, after=None, limit=10) == [warning]
    stranger = Actor(1, 1, None, "演示", prefixes=("411024",))
    assert queries.warnings(tx, stranger, open_only=False, after=None, limit=10) == []
    with pytest.raises(NotFound):
        actions.handle(tx, stranger, warning.id, handling="演示")
    actions.handle(tx, hamlet.supervisor, warning.id, handling="已督办")
    with pytest.raises(Conflict):
        actions.handle(tx, hamlet.supervisor, warning.id, handling="再办")
    actions.accept(tx, hamlet.inspector, row.id)
    begins(tx, row.due_on + DAY)
    assert actions.warn_due(tx) == 1, "the next step is late by itself"


def test_a_due_day_in_an_unpublished_year_is_set_when_it_is_published(hamlet: Hamlet) -> None:
    begins(hamlet.tx, date(2026, 12, 28))
    row = hamlet.apply()
    assert row.due_on is None
    assert actions.date_due(hamlet.tx) == 0
    hamlet.tx.execute(text("INSERT INTO calendar_year (year, source, loaded_at) VALUES (2027, '演示', now())"))
    hamlet.tx.memo.clear()
    assert [actions.date_due(hamlet.tx), actions.date_due(hamlet.tx)] == [1, 0]
    assert row.due_on == calendar(hamlet.tx).add_workdays(row.since_on, 20)


@pytest.fixture
def world(database: Engine) -> Hamlet:
    assert database
    with transaction() as tx:
        load_regions(tx)
        load_published(tx)
        return Hamlet(tx)


def test_two_applications_of_one_household_at_one_moment_are_one(world: Hamlet) -> None:
    """Red without the unique index `homestead_case_open_key`: both are entered."""
    body, head, together = world.body(), world.head_actor, Barrier(2)

    def go() -> str:
        with transaction() as tx:
            tx.today()
            together.wait(10)
            try:
                return str(actions.apply(tx, head, body).id)
            except Conflict as e:
                tx.session.rollback()
                return str(e.reason)

    with ThreadPoolExecutor(2) as pool:
        answers = [f.result() for f in [pool.submit(go) for _ in range(2)]]
    assert answers.count("CASE_EXISTS") == 1
    with transaction(read_only=True) as tx:
        assert tx.scalar(select(func.count()).select_from(HomesteadCase)) == 1


def test_the_whole_way_over_http(web: TestClient) -> None:
    with transaction() as tx:
        hamlet = Hamlet(tx)
        body = hamlet.body().model_dump(mode="json")
        decision, drawings = hamlet.decided(), hamlet.paper().id
    who = {name: bearer(web, id_) for name, id_ in hamlet.accounts.items()}
    who["elsewhere"] = bearer(web, committed(Role.TOWN_STATION, region="411003101"))

    def post(name: str, path: str, sent: Any = None, status: int = 200) -> Any:
        given: dict[str, Any] = {"json": sent} if sent is not None else {}
        answer = web.post(f"/api/v1{path}", headers=who[name], **given)
        assert answer.status_code == status, answer.text
        return answer.json()

    def day() -> str:
        with transaction(read_only=True) as tx:
            return tx.today().isoformat()

    over = post("head", "/homesteads", body | {"requested_m2": "167.01"}, 409)
    assert over["reason"] == "A6-3"
    assert post("head", "/homesteads", body | {"requested_m2": 160}, 422)["errors"][0]["field"] == "requested_m2"
    row = post("head", "/homesteads", body, 201)
    assert (row["state_name"], row["reason_name"], row["limit_days"]) == ("已申请", "新建", 20)
    at = f"/homesteads/{row['id']}"
    assert post("head", "/homesteads", body, 409)["reason"] == "CASE_EXISTS"
    problem(web.get(f"/api/v1{at}", headers=who["elsewhere"]), 404, "not-found")
    problem(web.post(f"/api/v1{at}/accept", headers=who["elsewhere"]), 404, "not-found")
    problem(web.get(f"/api/v1{at}", headers=who["neighbour"]), 404, "not-found")
    problem(web.post(f"/api/v1{at}/publicise", headers=who["head"]), 403, "forbidden")
    assert [c["id"] for c in web.get("/api/v1/homesteads", headers=who["head"]).json()["items"]] == [row["id"]]
    assert post("acceptor", f"{at}/accept", status=409)["reason"] == "ILLEGAL_TRANSITION"
    post("clerk", f"{at}/deliberate", {"resolution_id": decision})
    post("clerk", f"{at}/publicise")
    (shown,) = web.get("/api/v1/homestead-publicity", headers=who["neighbour"]).json()["items"]
    assert (shown["id"], shown["requested_m2"]) == (row["id"], "160")
    assert "*" in shown["household"]
    problem(web.get("/api/v1/homestead-publicity", headers=who["registrar"]), 403, "forbidden")
    objection = post("neighbour", f"{at}/objections", {"content": "演示异议"}, 201)
    post("clerk", f"{at}/objections/{objection['id']}/answer", {"answer": "演示答复", "upheld": False})
    with transaction() as tx:
        days_pass(tx, PUBLICITY + 1)
    post("clerk", f"{at}/submit")
    with transaction() as tx:
        days_pass(tx, 15)
        assert actions.warn_due(tx) == 1
    warning = web.get("/api/v1/homestead-warnings?open_only=true", headers=who["supervisor"]).json()["items"][0]
    assert (warning["case_id"], warning["state"]) == (row["id"], "submitted")
    assert post("supervisor", f"/homestead-warnings/{warning['id']}/handle", {"handling": "已督办"})["handled_at"]
    problem(web.get("/api/v1/homestead-warnings", headers=who["head"]), 403, "forbidden")
    post("acceptor", f"{at}/accept")
    visit = {"visited_on": day(), "present": "演示：农业农村、自然资源", "note": "演示记录"}
    post("acceptor", f"{at}/inspect", visit | {"parcel_id": hamlet.plot.id, "area_class": "plain"})
    permit = post("planner", f"{at}/permit")["permit_no"]
    assert permit.startswith("乡字第4110030012026")
    assert post("planner", f"{at}/approve", {"approved_m2": "160"}, 409)["reason"] == "SAME_PERSON"
    assert post("approver", f"{at}/approve", {"approved_m2": "160"})["approval_no"].startswith("宅批字第411003001")
    post("acceptor", f"{at}/review", {"document_id": drawings})
    post("acceptor", f"{at}/stake", visit)
    for stage in ("foundation", "structure", "roof"):
        post("acceptor", f"{at}/check", visit | {"stage": stage, "passed": True})
    post("head", f"{at}/complete")
    post("acceptor", f"{at}/verify", visit | {"measured_m2": "158.5", "floor_m2": "210"})
    done = post("registrar", f"{at}/register", {"certificate_no": "演示不动产权第1号"})
    assert (done["state"], done["verbs"], len(done["visits"])) == ("registered", [], 6)
    with transaction(read_only=True) as tx:
        assert registry.right(tx, done["right_id"]).certificate_no == "演示不动产权第1号"
        assert tx.today() > BEGIN
