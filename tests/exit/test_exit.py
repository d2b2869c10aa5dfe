"""A household gives one right back for a price, of its own free will, and until it is paid it may think again."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.base.actor import Actor, Role
from app.base.days import add_months
from app.base.db import Tx, transaction
from app.base.errors import Conflict, Invalid, NotFound, Refused
from app.exit import actions, queries
from app.exit.models import ExitApplication
from app.exit.schemas import ExitIn
from app.exit.states import EXIT, ExitKind, ExitState
from app.identity.permissions import P
from app.registry import actions as registry_actions
from app.registry import queries as registry
from app.registry.actions import load_regions
from app.registry.models import LandRight, Parcel, Party
from app.registry.schemas import AssetIn, MemberIn, MembershipIn, MembershipsIn, MembersIn, RestrictionIn
from app.registry.states import AssetKind, PartyKind, RestrictionKind, RightKind
from tests.extension.village import DAY, OLD_END, PUBLICITY, Village, days_pass, home, resolution
from tests.people import account, actor, bearer, committed, problem, serve
from tests.registry import make

TOWN, COUNTY = "411003001", "411003"
PRICE = 3_600_000


class World:
    """A household of two, with its field, its homestead with a house, and its share, and everybody who has a say."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self.collective = make.party(tx)
        self.head_account = account(tx, Role.HOUSEHOLD, region=make.VILLAGE)
        self.head_actor = actor(tx, self.head_account, P.EXIT_APPLY)
        self.clerk = actor(tx, account(tx, Role.VILLAGE_CLERK, region=make.VILLAGE), P.EXIT_AGREE)
        self.town = actor(tx, account(tx, Role.TOWN_STATION, region=TOWN), P.EXIT_CONFIRM)
        self.cashier = actor(tx, account(tx, Role.CENTRE_CASHIER, region=COUNTY), P.EXIT_PAY)
        born = date(1980, 1, 1)
        self.head = make.party(tx, PartyKind.INDIVIDUAL, born_on=born, person_id=self.head_actor.person_id)
        self.spouse = make.party(tx, PartyKind.INDIVIDUAL, born_on=born)
        child = make.party(tx, PartyKind.INDIVIDUAL, born_on=date(2020, 1, 1))
        self.house = make.party(tx, PartyKind.HOUSEHOLD)
        members = [MemberIn(party_id=self.head.id, is_representative=True)]
        members += [MemberIn(party_id=p.id) for p in (self.spouse, child)]
        registry_actions.record_members(tx, None, self.house.id, MembersIn(members=members))
        joined = [
            MembershipIn(member_party_id=p.id, household_party_id=self.house.id, joined_on=date(2020, 1, 1))
            for p in (self.head, self.spouse)
        ]
        registry_actions.join(tx, None, self.collective.id, MembershipsIn(members=joined, source="演示确认"))
        self.field, self.plot = make.parcel(tx), make.parcel(tx, land_type="homestead")
        self.contract = make.right(tx, self.house, [self.field])
        over: dict[str, Any] = {"starts_on": None, "ends_on": None}
        self.homestead = make.right(tx, self.house, [self.plot], kind=RightKind.HOMESTEAD_USE_RIGHT, **over)
        self.dwelling = make.right(
            tx, self.house, [], kind=RightKind.HOUSE_OWNERSHIP, parent_right_id=self.homestead.id, **over
        )  # fmt: skip
        shares = registry_actions.record_asset(
            tx, None,
            AssetIn(
                asset_no=f"YS-{self.house.id}", name="演示量化资产", region_code=make.VILLAGE, kind=AssetKind.EQUITY_SHARE,
                owner_party_id=self.collective.id, quantity=Decimal(500), unit="股",
            ),
        )  # fmt: skip
        self.share = make.right(
            tx, self.house, [], asset_ids=[shares.id], kind=RightKind.INCOME_SHARE, share_num=1, share_den=500, **over
        )  # fmt: skip

    def right(self, kind: ExitKind) -> LandRight:
        return {
            ExitKind.CONTRACT_RIGHT: self.contract, ExitKind.HOMESTEAD: self.homestead,
            ExitKind.INCOME_SHARE: self.share,
        }[kind]  # fmt: skip

    def body(self, kind: ExitKind = ExitKind.CONTRACT_RIGHT, **over: Any) -> ExitIn:
        today = self.tx.today()
        said = {
            "voluntary": True,
            "informed": True,
            "made_a_condition": False,
            "acknowledged": True,
            "text": "自愿退出",
        }
        fields: dict[str, Any] = {
            "kind": kind, "right_id": self.right(kind).id, "representative_party_id": self.head.id,
            "return_on": add_months(today, 6) + DAY if kind is ExitKind.CONTRACT_RIGHT else today,
            "statement": said | over.pop("said", {}),
            "consents": [{"member_party_id": p.id, "given_on": today} for p in (self.head, self.spouse)],
        }  # fmt: skip
        return ExitIn(**fields | over)

    def apply(self, kind: ExitKind = ExitKind.CONTRACT_RIGHT, **over: Any) -> ExitApplication:
        return actions.apply(self.tx, self.head_actor, self.body(kind, **over))

    def decided(self, kind: ExitKind = ExitKind.CONTRACT_RIGHT) -> int:
        matter = {
            ExitKind.CONTRACT_RIGHT: "land_contracting", ExitKind.HOMESTEAD: "homestead_use",
            ExitKind.INCOME_SHARE: "share_quantification",
        }[kind]  # fmt: skip
        plain: dict[str, Any] = {"voters": None, "attended": 2, "yes": 2, "improper_proxies": 0}
        return resolution(self.tx, Village(self.collective), matter=matter, **plain).id

    def walk(self, row: ExitApplication, until: ExitState) -> ExitApplication:
        """Takes an application to a state as life does."""
        tx = self.tx
        for state in (ExitState.AGREED, ExitState.PUBLICISED, ExitState.CONFIRMED, ExitState.PAID, ExitState.ENDED):
            if row.state is until:
                break
            if state is ExitState.AGREED:
                actions.agree(tx, self.clerk, row.id, resolution_id=self.decided(row.kind), price_fen=PRICE)
            elif state is ExitState.PUBLICISED:
                actions.publicise(tx, self.clerk, row.id)
            elif state is ExitState.CONFIRMED:
                days_pass(tx, PUBLICITY + 1)
                actions.confirm(tx, self.town, row.id, asked_on=tx.today())
            elif state is ExitState.PAID:
                actions.pay(
                    tx, self.cashier, row.id, amount_fen=PRICE, paid_on=tx.today(), bank_reference=f"演示流水{row.id}"
                )
            else:
                days_pass(tx, max((row.return_on - tx.today()).days, 0))
                actions.end(tx, self.town, row.id)
        return row


def _joined(connection: Connection) -> Session:
    return Session(bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False)


@pytest.fixture(scope="module")
def settled(engine: Engine) -> Iterator[tuple[Connection, World]]:
    """One world for the tests of this file, in a transaction that is rolled back after the last of them."""
    with engine.connect() as connection:
        outer = connection.begin()
        with _joined(connection) as session:
            load_regions(Tx(session))
            built = World(Tx(session))
            session.commit()
        yield connection, built
        outer.rollback()


@pytest.fixture
def world(settled: tuple[Connection, World]) -> Iterator[World]:
    connection, built = settled
    point = connection.begin_nested()
    with _joined(connection) as session:
        built.tx = Tx(session)
        yield built
    point.rollback()


def living(tx: Tx, *rights: LandRight) -> list[bool]:
    return [registry.right(tx, r.id).end_lifespan_at is None for r in rights]


def test_every_state_answers_every_verb() -> None:
    for state in ExitState:
        for verb in EXIT.all_verbs():
            if verb in EXIT.verbs(state):
                assert EXIT.after(state, verb) in ExitState
            else:
                with pytest.raises(Conflict):
                    EXIT.after(state, verb)


@pytest.mark.parametrize("kind", list(ExitKind))
def test_one_kind_of_right_ends_and_the_other_two_go_on(world: World, kind: ExitKind) -> None:
    others = [world.right(k) for k in ExitKind if k is not kind]
    row = world.walk(world.apply(kind), ExitState.ENDED)
    assert row.state is ExitState.ENDED
    assert living(world.tx, world.right(kind)) == [False]
    assert living(world.tx, *others) == [True, True]
    assert living(world.tx, world.dwelling) == [kind is not ExitKind.HOMESTEAD], "the house goes with its land"
    assert registry.is_member(world.tx, [world.collective.id], world.house, world.tx.today()), (
        "membership is not given up"
    )
    ended = world.tx.scalars(select(AuditEvent).where(AuditEvent.act == "right.end")).all()
    assert [e.subject for e in ended][-1] == f"right/{world.right(kind).id}"
    applied = world.tx.scalars(select(AuditEvent).where(AuditEvent.act == "exit.apply")).one()
    wanted = {
        ExitKind.CONTRACT_RIGHT: "LCL-30", ExitKind.HOMESTEAD: "A6-6", ExitKind.INCOME_SHARE: "A9-3",
    }[kind]  # fmt: skip
    assert wanted in applied.rule_ids


def test_applications_for_all_three_stand_beside_each_other_and_know_nothing_of_another(world: World) -> None:
    rows = [world.apply(kind) for kind in ExitKind]
    actions.decline(world.tx, world.clerk, rows[0].id, reason="不同意")
    assert [r.state for r in rows] == [ExitState.DECLINED, ExitState.APPLIED, ExitState.APPLIED]
    again = world.apply(ExitKind.CONTRACT_RIGHT)
    with pytest.raises(Conflict, match="已有退出申请"):
        world.apply(ExitKind.CONTRACT_RIGHT)
    assert again.id != rows[0].id
    pointing = {fk.column.table.name for c in ExitApplication.__table__.columns for fk in c.foreign_keys}
    assert "exit_application" not in pointing


@pytest.mark.parametrize(
    ("kind", "said", "reason"),
    [
        (ExitKind.CONTRACT_RIGHT, {"made_a_condition": True}, "LCL-60"),
        (ExitKind.CONTRACT_RIGHT, {"voluntary": False}, "LCL-60"),
        (ExitKind.CONTRACT_RIGHT, {"acknowledged": False}, "NOT_VOLUNTARY"),
        (ExitKind.HOMESTEAD, {"made_a_condition": True}, "A6-6"),
        (ExitKind.HOMESTEAD, {"voluntary": False}, "A6-6"),
        (ExitKind.HOMESTEAD, {"acknowledged": False}, "A6-4"),
        (ExitKind.INCOME_SHARE, {"made_a_condition": True}, "NOT_A_CONDITION"),
        (ExitKind.INCOME_SHARE, {"informed": False}, "NOT_VOLUNTARY"),
    ],
)
def test_it_is_never_a_condition_and_never_against_the_will(
    world: World, kind: ExitKind, said: dict[str, bool], reason: str
) -> None:
    with pytest.raises(Refused) as refused:
        world.apply(kind, said=said)
    assert refused.value.reason == reason
    assert refused.value.findings


@pytest.mark.parametrize(("late", "fits"), [(0, True), (-1, False)])
def test_a_contract_is_given_back_half_a_year_after_notice_and_not_a_day_before(
    world: World, late: int, fits: bool
) -> None:
    on = add_months(world.tx.today(), 6) + timedelta(days=late)
    if fits:
        assert world.apply(return_on=on).return_on == on
    else:
        with pytest.raises(Refused) as refused:
            world.apply(return_on=on)
        assert refused.value.reason == "LCL-30"


def test_every_grown_member_agrees_in_writing_and_a_child_need_not(world: World) -> None:
    today = world.tx.today()
    own = {"member_party_id": world.head.id, "given_on": today}
    with pytest.raises(Refused) as refused:
        world.apply(consents=[own])
    assert refused.value.extra["missing_party_ids"] == [world.spouse.id]
    spoken = {"member_party_id": world.spouse.id, "given_on": today, "form": "oral"}
    with pytest.raises(Invalid, match="书面"):
        world.apply(consents=[own, spoken])
    with pytest.raises(Invalid, match="成年成员"):
        world.apply(
            consents=[own, {"member_party_id": make.party(world.tx, PartyKind.INDIVIDUAL).id, "given_on": today}]
        )


def test_only_who_speaks_for_the_household_applies_and_the_town_only_on_paper(world: World) -> None:
    stranger = actor(world.tx, account(world.tx, Role.HOUSEHOLD, region=make.VILLAGE), P.EXIT_APPLY)
    with pytest.raises(Invalid) as wrong:
        actions.apply(world.tx, stranger, world.body())
    assert wrong.value.field == "representative_party_id"
    with pytest.raises(NotFound):
        world.apply(representative_party_id=world.head.id, right_id=_strange(world).id)
    town = Actor(1, world.town.person_id, None, "演示", world.town.grants, prefixes=(TOWN,))
    with pytest.raises(Invalid) as wrong:
        actions.apply(world.tx, town, world.body())
    assert wrong.value.field == "document_id"
    paper = registry_actions.record_document(
        world.tx, None, region_code=make.VILLAGE, kind="application", title="演示申请书", content=None, reference="柜1"
    )
    assert actions.apply(world.tx, town, world.body(document_id=paper.id)).document_id == paper.id


def _strange(world: World) -> LandRight:
    return home(world.tx, make.party(world.tx)).right


@pytest.mark.parametrize("state", [ExitState.APPLIED, ExitState.AGREED, ExitState.PUBLICISED, ExitState.CONFIRMED])
def test_the_household_takes_it_back_at_any_time_before_it_is_paid(world: World, state: ExitState) -> None:
    row = world.walk(world.apply(), state)
    assert actions.withdraw(world.tx, world.head_actor, row.id, reason="改变主意").state is ExitState.WITHDRAWN
    assert living(world.tx, world.contract) == [True]
    assert world.apply().state is ExitState.APPLIED, "and may apply again"


def test_after_the_money_nobody_takes_it_back_and_a_stranger_never_could(world: World) -> None:
    row = world.apply()
    stranger = actor(world.tx, account(world.tx, Role.HOUSEHOLD, region=make.VILLAGE), P.EXIT_APPLY)
    with pytest.raises(NotFound):
        actions.withdraw(world.tx, stranger, row.id, reason="误")
    with pytest.raises(NotFound):
        queries.one(world.tx, row.id, seen_by=stranger)
    assert queries.one(world.tx, row.id, seen_by=world.head_actor) is row
    world.walk(row, ExitState.PAID)
    with pytest.raises(Conflict):
        actions.withdraw(world.tx, world.head_actor, row.id, reason="改变主意")
    with pytest.raises(Refused) as refused:
        actions.end(world.tx, world.town, row.id)
    assert refused.value.reason == "NOT_YET"


@pytest.mark.parametrize(("yes", "carried"), [(2, True), (1, False)])
def test_two_thirds_agree_to_it(world: World, yes: int, carried: bool) -> None:
    plain: dict[str, Any] = {"voters": None, "attended": 2, "yes": yes, "improper_proxies": 0}
    decision = resolution(world.tx, Village(world.collective), **plain)
    row = world.apply()
    if carried:
        actions.agree(world.tx, world.clerk, row.id, resolution_id=decision.id, price_fen=PRICE)
        assert row.price_fen == PRICE
    else:
        with pytest.raises(Refused) as refused:
            actions.agree(world.tx, world.clerk, row.id, resolution_id=decision.id, price_fen=PRICE)
        assert refused.value.reason == "RCEO-27-3"


def test_a_resolution_on_another_matter_agrees_to_nothing(world: World) -> None:
    row = world.apply(ExitKind.HOMESTEAD)
    with pytest.raises(Invalid, match="决议事项"):
        actions.agree(
            world.tx, world.clerk, row.id, resolution_id=world.decided(ExitKind.CONTRACT_RIGHT), price_fen=PRICE
        )


def test_the_whole_price_is_paid_by_another_person_after_the_household_was_asked_again(world: World) -> None:
    tx, row = world.tx, world.walk(world.apply(), ExitState.PUBLICISED)
    with pytest.raises(Refused) as refused:
        actions.confirm(tx, world.town, row.id, asked_on=tx.today())
    assert refused.value.reason == "PUBLICITY_RUNS"
    days_pass(tx, PUBLICITY + 1)
    with pytest.raises(Invalid):
        actions.confirm(tx, world.town, row.id, asked_on=tx.today() - DAY)
    actions.confirm(tx, world.town, row.id, asked_on=tx.today())
    paid: dict[str, Any] = {"amount_fen": PRICE, "paid_on": tx.today(), "bank_reference": "演示流水"}
    with pytest.raises(Invalid, match="不一致"):
        actions.pay(tx, world.cashier, row.id, **{**paid, "amount_fen": PRICE - 1})
    same = Actor(1, world.town.person_id, None, "演示", prefixes=(COUNTY,))
    with pytest.raises(Refused) as refused:
        actions.pay(tx, same, row.id, **paid)
    assert refused.value.reason == "SAME_PERSON"
    actions.pay(tx, world.cashier, row.id, **paid)
    with pytest.raises(IntegrityError, match="another_pays"), tx.session.begin_nested():
        tx.execute(text("UPDATE exit_application SET paid_by_person = confirmed_by_person"))


def test_a_running_lease_or_a_mortgage_keeps_a_right_from_being_given_back(world: World) -> None:
    tx, tenant = world.tx, make.party(world.tx, PartyKind.ENTERPRISE)
    start = tx.today()
    lease = make.lease(tx, [world.field], tenant, start, start + 365 * DAY)[0]
    with pytest.raises(Refused) as refused:
        world.apply()
    assert refused.value.reason == "LEASE_RUNS"
    registry_actions.end_lease(tx, None, lease.id, last_day=start, reason="协议解除")
    court = RestrictionIn(kind=RestrictionKind.SEIZURE, right_id=world.contract.id, source="演示法院裁定")
    standing = registry_actions.impose(tx, None, court)
    with pytest.raises(Refused):
        world.apply()
    registry_actions.release(tx, None, standing.id, source="解封")
    row = world.walk(world.apply(), ExitState.PAID)
    days_pass(tx, (row.return_on - tx.today()).days)
    make.right(tx, tenant, [], kind=RightKind.LAND_MANAGEMENT_RIGHT, parent_right_id=world.contract.id, starts_on=start)
    with pytest.raises(Refused, match="派生权利"):
        actions.end(tx, world.town, row.id)


def test_what_carries_a_contract_on_ends_with_it(world: World) -> None:
    later = make.right(
        world.tx, world.house, [], extends_right_id=world.contract.id, starts_on=OLD_END + DAY,
        ends_on=date(2058, 9, 30),
    )  # fmt: skip
    with pytest.raises(Invalid, match="延包一并退出"):
        world.apply(right_id=later.id)
    world.walk(world.apply(), ExitState.ENDED)
    assert living(world.tx, world.contract, later) == [False, False]


def test_a_homestead_with_the_house_of_another_is_not_given_back(world: World) -> None:
    heir: Party = make.party(world.tx, PartyKind.INDIVIDUAL)
    plot: Parcel = world.plot
    make.right(world.tx, heir, [plot], kind=RightKind.HOUSE_OWNERSHIP, starts_on=None, ends_on=None)
    with pytest.raises(Refused) as refused:
        world.apply(ExitKind.HOMESTEAD)
    assert refused.value.reason == "HOUSE_OF_ANOTHER"


@pytest.fixture(scope="module")
def web(clone: Any, divided: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serve(clone(divided), tmp_path_factory.mktemp("exit")) as client:
        yield client


def test_a_household_goes_the_whole_way_over_http(web: TestClient) -> None:
    with transaction() as tx:
        world = World(tx)
        today, decision = tx.today(), world.decided(ExitKind.INCOME_SHARE)
        body = world.body(ExitKind.INCOME_SHARE).model_dump(mode="json")
        share, membership = world.share.id, world.house.id
    who = {"household": bearer(web, world.head_account)}
    for name, seen in (("clerk", world.clerk), ("town", world.town), ("cashier", world.cashier)):
        who[name] = bearer(web, seen.account_id)
    who["neighbour"] = bearer(web, committed(Role.HOUSEHOLD, region=make.VILLAGE))

    def post(name: str, path: str, sent: Any = None, status: int = 200) -> Any:
        given: dict[str, Any] = {"json": sent} if sent is not None else {}
        answer = web.post(f"/api/v1{path}", headers=who[name], **given)
        assert answer.status_code == status, answer.text
        return answer.json()

    linked = post("household", "/exits", body | {"in_return_for": "落户"}, 422)
    assert linked["code"] == "invalid", "there is no field for a condition"
    row = post("household", "/exits", body, 201)
    assert (row["kind_name"], row["state_name"], len(row["consents"])) == ("集体收益分配权", "已申请", 2)
    at = f"/exits/{row['id']}"
    problem(web.get(f"/api/v1{at}", headers=who["neighbour"]), 404, "not-found")
    assert web.get("/api/v1/exits", headers=who["neighbour"]).json()["items"] == []
    assert [e["id"] for e in web.get("/api/v1/exits", headers=who["household"]).json()["items"]] == [row["id"]]
    problem(web.post(f"/api/v1{at}/publicise", headers=who["household"]), 403, "forbidden")
    assert post("clerk", f"{at}/publicise", status=409)["reason"] == "ILLEGAL_TRANSITION"
    post("clerk", f"{at}/agree", {"resolution_id": decision, "price_fen": PRICE})
    post("clerk", f"{at}/publicise")
    with transaction() as tx:
        days_pass(tx, PUBLICITY + 1)
        later = tx.today().isoformat()
    post("town", f"{at}/confirm", {"reaffirmed": False, "asked_on": later}, 422)
    assert "withdraw" in post("town", f"{at}/confirm", {"reaffirmed": True, "asked_on": later})["verbs"]
    post("cashier", f"{at}/pay", {"amount_fen": PRICE, "paid_on": later, "bank_reference": "演示流水"})
    assert post("household", f"{at}/withdraw", {"reason": "迟了"}, 409)["reason"] == "ILLEGAL_TRANSITION"
    assert post("town", f"{at}/end")["state"] == "ended"
    with transaction(read_only=True) as tx:
        assert registry.right(tx, share).end_reason == f"自愿有偿退出（exit/{row['id']}）"
        assert tx.get_one(Party, membership).end_lifespan_at is None
        assert tx.today() > today
