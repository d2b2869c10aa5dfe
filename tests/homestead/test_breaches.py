"""A house built without approval: found on evidence, stopped, put right or decided, and in the way until it is closed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from threading import Event
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.audit.models import AuditEvent
from app.base.actor import Actor, Role
from app.base.db import transaction
from app.base.errors import Conflict, Invalid, NotFound, Refused
from app.compliance.actions import load_published
from app.compliance.queries import calendar
from app.homestead import actions, queries
from app.homestead.models import HomesteadBreach, HomesteadWarning
from app.homestead.states import BREACH, BreachState, HomesteadState
from app.identity.permissions import P
from app.registry.actions import load_regions
from app.registry.states import PartyKind
from app.supervision.acts import ACT_ZH
from tests.extension.village import days_pass
from tests.homestead.hamlet import Hamlet, begins
from tests.people import account, actor, bearer, committed, problem
from tests.registry import make

B, S = BreachState, HomesteadState
DAY = timedelta(days=1)


def found(hamlet: Hamlet, **over: Any) -> HomesteadBreach:
    return actions.find(hamlet.tx, hamlet.finder, hamlet.found(**over))


def correcting(hamlet: Hamlet) -> HomesteadBreach:
    row = found(hamlet)
    actions.stop(hamlet.tx, hamlet.finder, row.id)
    return actions.require(hamlet.tx, hamlet.finder, row.id, until=hamlet.tx.today() + 15 * DAY)


def closed(hamlet: Hamlet, row: HomesteadBreach) -> HomesteadBreach:
    actions.stop(hamlet.tx, hamlet.finder, row.id)
    actions.require(hamlet.tx, hamlet.finder, row.id, until=hamlet.tx.today() + DAY)
    actions.recheck(hamlet.tx, hamlet.finder, row.id, corrected=True, note="已自行拆除")
    return actions.close(hamlet.tx, hamlet.closer, row.id, outcome="已改正")


def test_every_state_answers_every_verb() -> None:
    for state in B:
        for verb in BREACH.all_verbs():
            targets = [t for s, v, t in BREACH.edges() if (s, v) == (state, verb)]
            for target in targets:
                assert BREACH.after(state, verb, to=target) is target
            if not targets:
                with pytest.raises(Conflict):
                    BREACH.after(state, verb)
    assert sorted(v for v in BREACH.all_verbs() if f"breach.{v}" not in ACT_ZH) == []


def test_what_was_found_is_kept_with_the_digest_of_its_photographs(hamlet: Hamlet) -> None:
    row = found(hamlet, document_ids=[hamlet.photo(1).id, hamlet.photo(2).id])
    kept = queries.evidence(hamlet.tx, row.id)
    assert {e.sha256 for e in kept} == {sha256(b"\xff\xd8\xff" + bytes([n])).digest() for n in (1, 2)}
    event = hamlet.tx.scalars(select(AuditEvent).where(AuditEvent.subject == f"breach/{row.id}")).one()
    assert sorted(event.facts["evidence"]) == sorted(e.sha256.hex() for e in kept)
    with pytest.raises(DBAPIError), hamlet.tx.session.begin_nested():
        hamlet.tx.execute(text("DELETE FROM homestead_evidence"))


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"builder_party_id": 2**60}, "builder_party_id"),
        ({"parcel_id": 2**60}, "parcel_id"),
        ({"document_ids": [2**60]}, "document_ids[0]"),
    ],
)
def test_what_is_wrong_is_said_with_its_field(hamlet: Hamlet, over: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as wrong:
        found(hamlet, **over)
    assert wrong.value.field == field


def test_a_paper_that_the_platform_does_not_hold_proves_nothing(hamlet: Hamlet) -> None:
    with pytest.raises(Invalid, match="上传") as wrong:
        found(hamlet, document_ids=[hamlet.paper().id])
    assert wrong.value.field == "document_ids[0]"
    with pytest.raises(Invalid) as wrong:
        found(hamlet, found_on=hamlet.tx.today() + DAY)
    assert wrong.value.field == "found_on"
    with pytest.raises(Invalid) as wrong:
        found(hamlet, builder_party_id=make.party(hamlet.tx, PartyKind.ENTERPRISE).id)
    assert wrong.value.field == "builder_party_id"


@pytest.mark.parametrize("builder", ["house", "spouse"])
def test_an_open_finding_stands_in_the_way_of_an_application(hamlet: Hamlet, builder: str) -> None:
    row = found(hamlet, builder_party_id=getattr(hamlet, builder).id)
    with pytest.raises(Refused) as refused:
        hamlet.apply()
    assert refused.value.reason == "BREACH_OPEN"
    assert refused.value.extra["breach_ids"] == [row.id]
    closed(hamlet, row)
    assert hamlet.apply().state is S.APPLIED


@pytest.mark.parametrize(
    ("state", "about"),
    [(S.ACCEPTED, "parcel"), (S.PERMITTED, "builder"), (S.VERIFIED, "builder"), (S.VERIFIED, "parcel")],
)
def test_an_open_finding_stops_the_visit_the_approval_and_the_registration(
    hamlet: Hamlet, state: HomesteadState, about: str
) -> None:
    row = hamlet.walk(hamlet.apply(), state)
    stranger = make.party(hamlet.tx, PartyKind.INDIVIDUAL)
    over = {} if about == "builder" else {"builder_party_id": stranger.id, "parcel_id": hamlet.plot.id}
    breach = found(hamlet, **over)
    after = list(S)[list(S).index(state) + 1]
    with pytest.raises(Refused) as refused:
        hamlet.walk(row, after)
    assert refused.value.reason == "BREACH_OPEN"
    actions.dismiss(hamlet.tx, hamlet.officer, breach.id, reason="查无此事")
    assert hamlet.walk(row, after).state is after


def test_who_found_it_neither_decides_nor_closes_it_and_who_decided_does_not_close(hamlet: Hamlet) -> None:
    tx, row = hamlet.tx, correcting(hamlet)
    actions.recheck(tx, hamlet.finder, row.id, corrected=False, note="未动")
    days_pass(tx, 16)
    same = Actor(1, hamlet.finder.person_id, None, "演示", prefixes=("411003",))
    with pytest.raises(Refused, match="决定人"):
        actions.decide(tx, same, row.id, decision="限期拆除")
    actions.decide(tx, hamlet.officer, row.id, decision="限期拆除")
    for person in (same, hamlet.officer):
        with pytest.raises(Refused, match="结案人"):
            actions.close(tx, person, row.id, outcome="已拆除")
    with pytest.raises(IntegrityError, match="another_closes"), tx.session.begin_nested():
        tx.execute(
            text(
                "UPDATE homestead_breach SET state = 'closed', closed_on = now(), outcome = 'x', "
                "closed_by_person = decided_by_person"
            )
        )
    assert actions.close(tx, hamlet.closer, row.id, outcome="已拆除").state is B.CLOSED


@pytest.mark.parametrize(("days", "over"), [(15, False), (16, True)])
def test_the_time_for_putting_it_right_is_theirs_to_its_last_day(hamlet: Hamlet, days: int, over: bool) -> None:
    row = correcting(hamlet)
    days_pass(hamlet.tx, days)
    assert actions.warn_due(hamlet.tx) == int(over)
    if over:
        assert actions.decide(hamlet.tx, hamlet.officer, row.id, decision="限期拆除").decision_no
    else:
        with pytest.raises(Refused, match="尚未届满"):
            actions.decide(hamlet.tx, hamlet.officer, row.id, decision="限期拆除")


def test_a_finding_that_nobody_stops_is_warned_of_once(hamlet: Hamlet) -> None:
    tx, row = hamlet.tx, found(hamlet)
    assert row.due_on == calendar(tx).add_workdays(row.since_on, 3)
    begins(tx, row.due_on)
    assert actions.warn_due(tx) == 0
    days_pass(tx, 1)
    assert [actions.warn_due(tx), actions.warn_due(tx)] == [1, 0]
    warning = tx.scalars(select(HomesteadWarning).where(HomesteadWarning.breach_id == row.id)).one()
    actions.handle(tx, hamlet.supervisor, warning.id, handling="已督办")
    handled = tx.scalars(select(AuditEvent.act).where(AuditEvent.subject == f"breach/{row.id}")).all()
    assert {"breach.warn", "breach.handle"} <= set(handled)
    actions.stop(tx, hamlet.finder, row.id)
    assert row.due_on == row.since_on + 90 * DAY


def test_another_town_sees_nothing_of_it_and_the_builder_his_own(hamlet: Hamlet) -> None:
    row = found(hamlet)
    other = account(hamlet.tx, Role.TOWN_STATION, region="411003101")
    for permission, ask in ((P.HOMESTEAD_READ, queries.breach), (P.BREACH_RECORD, queries.lock_breach)):
        with pytest.raises(NotFound):
            ask(hamlet.tx, row.id, seen_by=actor(hamlet.tx, other, permission))
    with pytest.raises(NotFound):
        queries.breach(hamlet.tx, row.id, seen_by=actor(hamlet.tx, hamlet.accounts["neighbour"], P.HOMESTEAD_READ))
    assert queries.breach(hamlet.tx, row.id, seen_by=actor(hamlet.tx, hamlet.accounts["head"], P.HOMESTEAD_READ)) is row
    with pytest.raises(NotFound):
        actions.find(hamlet.tx, actor(hamlet.tx, other, P.BREACH_RECORD), hamlet.found())


def test_a_finding_and_a_registration_of_one_moment_do_not_pass_each_other(database: Engine) -> None:
    """Red without the locks on the parties: the finding is entered unseen beside the registration."""
    assert database
    with transaction() as tx:
        load_regions(tx)
        load_published(tx)
        hamlet = Hamlet(tx)
        case = hamlet.walk(hamlet.apply(), S.VERIFIED).id
        body = hamlet.found()
    entered, registered = Event(), Event()

    def register() -> str:
        entered.wait(10)
        try:
            with transaction() as tx:
                return str(actions.register(tx, hamlet.registrar, case, certificate_no="演示").state)
        except Refused as e:
            return str(e.reason)
        finally:
            registered.set()

    def find() -> str:
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        with transaction() as tx:
            actions.find(tx, hamlet.finder, body)
            entered.set()
            while not registered.wait(0.01) and not tx.scalar(waiting):
                continue
        return "found"

    with ThreadPoolExecutor(2) as pool:
        answers = [f.result() for f in [pool.submit(find), pool.submit(register)]]
    assert answers == ["found", "BREACH_OPEN"]


def test_a_breach_goes_its_way_over_http(web: TestClient) -> None:
    with transaction() as tx:
        hamlet = Hamlet(tx)
        body = hamlet.found().model_dump(mode="json")
        until = (tx.today() + 5 * DAY).isoformat()
    who = {name: bearer(web, hamlet.accounts[name]) for name in ("acceptor", "supervisor", "closer", "head")}
    who["elsewhere"] = bearer(web, committed(Role.TOWN_STATION, region="411003101"))

    def post(name: str, path: str, sent: Any = None, status: int = 200) -> Any:
        given: dict[str, Any] = {"json": sent} if sent is not None else {}
        answer = web.post(f"/api/v1/homestead-breaches{path}", headers=who[name], **given)
        assert answer.status_code == status, answer.text
        return answer.json()

    post("head", "", body, 403)
    row = post("acceptor", "", body, 201)
    assert (row["state_name"], row["kind_name"], len(row["evidence"][0]["sha256"])) == (
        "已发现",
        "未经批准建房",
        64,
    )
    at = f"/{row['id']}"
    problem(web.get(f"/api/v1/homestead-breaches{at}", headers=who["elsewhere"]), 404, "not-found")
    assert web.get(f"/api/v1/homestead-breaches{at}", headers=who["head"]).json()["id"] == row["id"]
    assert post("acceptor", f"{at}/stop")["stop_no"].startswith("停建字第4110032026")
    post("acceptor", f"{at}/require", {"until": until})
    assert post("acceptor", f"{at}/recheck", {"corrected": False, "note": "未动"})["state"] == "correcting"
    with transaction() as tx:
        days_pass(tx, 6)
    post("acceptor", f"{at}/decide", {"decision": "限期拆除"}, 403)
    post("supervisor", f"{at}/decide", {"decision": "限期拆除，退还土地"})
    post("supervisor", f"{at}/close", {"outcome": "已拆除"}, 409)
    assert post("closer", f"{at}/close", {"outcome": "已拆除"})["verbs"] == []
