"""Every way that a lot's life departs from the straight one."""

from typing import Any

import pytest

from app.demo.player import instant
from tests.stories.stage import DEAL, Stage, another

OFFICE = "changge"


def test_an_application_is_supplemented_twice_and_then_decided(stage: Stage) -> None:
    lot = stage.walk(until="L11")
    path = f"/listings/{lot['listing']['id']}"
    missing = {"missing": ["权属证明不清晰", "缺村民代表签名页"]}
    for _ in range(2):
        told = stage.post(f"{OFFICE}-town", f"{path}/return-from-town", missing)
        assert told["lots"][0]["state"] == "L12"
        assert "权属证明不清晰；缺村民代表签名页" in told["lots"][0]["reason_text"]
        stage.post(f"{OFFICE}-clerk", f"{path}/supplement")
        stage.post(f"{OFFICE}-town", f"{path}/take")
    problem = stage.refused(f"{OFFICE}-town", f"{path}/return-from-town", missing)
    assert problem["reason"] == "SUPPLEMENTS_EXHAUSTED"


def test_a_supplement_that_never_comes_counts_as_withdrawal(stage: Stage) -> None:
    lot = stage.walk(until="L11")
    stage.post(f"{OFFICE}-town", f"/listings/{lot['listing']['id']}/return-from-town", {"missing": ["权属证明"]})
    due = stage.lot()["due_on"]
    stage.pass_time(f"{due}T23:00:00+08:00")
    assert stage.lot()["state"] == "L12"
    stage.pass_time("2026-02-28T00:00:00+08:00")
    assert (stage.lot()["state"], stage.lot()["reason_code"]) == ("T1", "SUPPLEMENT_OVERDUE")


def test_a_rejection_gives_its_public_reason(stage: Stage) -> None:
    lot = stage.walk(until="L21")
    path = f"/listings/{lot['listing']['id']}/reject"
    assert stage.refused(f"{OFFICE}-approver", path, {"note": "不合适"})["field"] == "reason_code"
    told = stage.post(f"{OFFICE}-approver", path, {"reason_code": "TITLE_DISPUTED", "note": "邻村主张权属"})
    assert (told["lots"][0]["state"], told["lots"][0]["reason_code"]) == ("L13", "TITLE_DISPUTED")


def test_the_transferor_withdraws_before_the_notice_and_not_after(stage: Stage) -> None:
    lot = stage.walk(until="L30")
    path = f"/listings/{lot['listing']['id']}/withdraw"
    told = stage.post(f"{OFFICE}-clerk", path, {"note": "另行安排"})
    assert told["lots"][0]["state"] == "T1"

    late = stage.walk(another(county="yuzhou"), until="L40")
    problem = stage.refused("yuzhou-clerk", f"/listings/{late['listing']['id']}/withdraw", {"note": "反悔"})
    assert (problem["status"], problem["state"]) == (409, "L40")


def test_second_eyes_see_what_the_first_ones_saw(stage: Stage) -> None:
    lot = stage.walk(until="L21")
    path = f"/listings/{lot['listing']['id']}"
    assert stage.refused(f"{OFFICE}-approver", f"{path}/approve")["reason"] == "NOT_REVIEWED"
    stage.post(f"{OFFICE}-reviewer", f"{path}/review")
    stage.player.registrar.document(f"{OFFICE}-clerk", lot["listing"], "price_basis", "换过的作价依据")
    assert stage.refused(f"{OFFICE}-approver", f"{path}/approve")["reason"] == "CHANGED_SINCE_REVIEW"


def test_a_material_change_restarts_the_notice_and_another_leaves_five_days(stage: Stage) -> None:
    lot = stage.walk(until="L40")
    stage.player.registrar.document(f"{OFFICE}-clerk", lot["listing"], "amendment_resolution", "变更决议")
    stage.pass_time("2026-01-20T10:00:00+08:00")
    told = stage.post(f"{OFFICE}-reviewer", f"/lots/{lot['id']}/amend", {"note": "起始价更正", "start_fen": 82_000})
    assert instant(told["entry_closes_at"]) == instant("2026-02-03T09:00:00Z"), "十个工作日自变更之日重新计算"
    notice = stage.get(None, f"/lots/{lot['id']}/notices")[-1]
    assert (notice["kind"], notice["version"], notice["body"]["material"]) == ("amendment", 2, True)
    assert notice["body"]["changed"]["price"]["before"]["start_fen"] == 80_000


def test_a_suspended_notice_goes_on_with_the_days_it_promised(stage: Stage) -> None:
    lot = stage.walk(until="L40")
    path = f"/lots/{lot['id']}"
    stage.pass_time("2026-01-15T10:00:00+08:00")
    stage.post(f"{OFFICE}-approver", f"{path}/suspend", {"reason_code": "TITLE_OBJECTION", "note": "核实权属"})
    assert stage.refused("bidder1", f"{path}/entries", {"declaration": "报名"})["reason"] == "ENTRY_CLOSED"
    stage.pass_time("2026-01-22T10:00:00+08:00")
    told = stage.post(f"{OFFICE}-approver", f"{path}/resume", {"note": "权属无异议"})
    assert told["state"] == "L40"
    assert instant(told["entry_closes_at"]) == instant("2026-02-02T17:00:00+08:00"), "已过三个工作日，尚余七个"
    assert [n["kind"] for n in stage.get(None, f"{path}/notices")] == ["announcement", "suspension", "resumption"]


def test_a_terminated_lot_gives_every_deposit_back(stage: Stage) -> None:
    lot = stage.walk(until="L40")
    stage.enter(lot, 1, 2)
    told = stage.post(
        f"{OFFICE}-supervisor", f"/lots/{lot['id']}/terminate", {"reason_code": "SEIZED", "note": "法院查封"}
    )
    assert told["state"] == "T2"
    orders = stage.client.everything(f"{OFFICE}-cashier", "/money-orders", lot_id=lot["id"])
    assert sorted(o["kind"] for o in orders) == ["refund", "refund"]


def test_nobody_enters_and_the_lot_is_relisted_at_a_lower_price(stage: Stage) -> None:
    lot = stage.walk(another(bidders=()), until="L75")
    assert lot["reason_code"] == "NO_ENTRY"
    path = f"/lots/{lot['id']}/relist"
    assert stage.refused(f"{OFFICE}-clerk", path, {"note": "降价再挂"})["reason"] == "DOCUMENT_MISSING"
    stage.player.registrar.document(f"{OFFICE}-clerk", lot["listing"], "relisting_resolution", "再挂决议")
    assert stage.refused(f"{OFFICE}-clerk", path, {"note": "降价", "start_fen": 71_000})["reason"] == "CUT_TOO_DEEP"
    assert stage.refused(f"{OFFICE}-clerk", path, {"note": "降价", "start_fen": 79_000})["reason"] == (
        "BELOW_AUTHORISED_FLOOR"
    )
    told = stage.post(f"{OFFICE}-clerk", path, {"note": "原价再挂"})
    assert (told["state"], told["round_no"]) == ("L30", 2)
    assert stage.walk(another(bidders=()), until="L40")["round_no"] == 2


def test_a_lower_price_within_the_resolution_is_allowed(stage: Stage) -> None:
    deal = another(bidders=())
    stage.walk(deal, until="L75", floor_fen=72_000)
    lot = stage.lot(deal)
    stage.player.registrar.document(f"{OFFICE}-clerk", lot["listing"], "relisting_resolution", "再挂决议")
    told = stage.post(f"{OFFICE}-clerk", f"/lots/{lot['id']}/relist", {"note": "降一成", "start_fen": 72_000})
    assert told["start_fen"] == 72_000


def test_one_bidder_is_given_an_extension_and_then_the_lot(stage: Stage) -> None:
    deal = another(bidders=(1,))
    lot = stage.walk(deal, until="L50", bidding={"one_bidder": "EXTEND_THEN_DIRECT", "extension_cycles": 1})
    told = stage.post(f"{OFFICE}-auctioneer", f"/lots/{lot['id']}/schedule")
    assert told["state"] == "L41"
    stage.pass_time(told["entry_closes_at"])
    told = stage.post(f"{OFFICE}-auctioneer", f"/lots/{lot['id']}/schedule")
    assert told["state"] == "L70"
    award = stage.get(None, f"/lots/{lot['id']}/award")
    assert (award["way"], award["price_fen"]) == ("single", 80_000)


def object_to(stage: Stage, lot: Any) -> Any:
    return stage.post(
        "bidder1", f"/lots/{lot['id']}/objections", {"interest": "同场竞买人", "grounds": "受让方资格存疑"}
    )


def test_a_dismissed_objection_lets_publicity_go_on_with_the_time_it_lost(stage: Stage) -> None:
    lot = stage.walk(until="L71")
    ends = stage.get(None, f"/lots/{lot['id']}/award")["publicity_ends_at"]
    objection = object_to(stage, lot)
    assert stage.lot()["state"] == "L72"
    stage.pass_time("2026-01-30T09:00:00+08:00")
    body = {"upheld": False, "answer": "经核查，受让方具备资格"}
    stage.post(f"{OFFICE}-reception", f"/objections/{objection['id']}/answer", body)
    assert stage.lot()["state"] == "L71"
    assert stage.get(None, f"/lots/{lot['id']}/award")["publicity_ends_at"] > ends


@pytest.mark.parametrize(
    ("reason", "state"),
    [("BIDDER_NOT_ELIGIBLE", "L70"), ("PROCEDURE_VIOLATED", "L76"), ("COLLUSION", "L76"), ("SUBJECT_WRONG", "T2")],
)
def test_an_upheld_objection_passes_on_annuls_or_ends(stage: Stage, reason: str, state: str) -> None:
    lot = stage.walk(until="L71")
    first = stage.get(None, f"/lots/{lot['id']}/award")
    objection = object_to(stage, lot)
    body = {"upheld": True, "answer": "异议成立", "reason_code": reason}
    stage.post(f"{OFFICE}-reception", f"/objections/{objection['id']}/answer", body)
    assert stage.lot()["state"] == state
    if state == "L70":
        following = stage.get(None, f"/lots/{lot['id']}/award")
        assert following["way"] == "candidate"
        assert 80_000 <= following["price_fen"] < first["price_fen"]


def test_a_winner_who_does_not_confirm_loses_his_deposit_to_the_next(stage: Stage) -> None:
    lot = stage.walk(until="L70")
    path = f"/lots/{lot['id']}"
    default = {"reason_code": "NOT_CONFIRMED", "note": "逾期未签署"}
    assert stage.refused(f"{OFFICE}-approver", f"{path}/default", default)["reason"] == "NOT_YET_DUE"
    stage.pass_time(f"{lot['due_on']}T23:59:59+08:00")
    stage.pass_time("2026-02-03T09:00:00+08:00")
    assert stage.post(f"{OFFICE}-approver", f"{path}/default", default)["state"] == "L74"
    told = stage.post(f"{OFFICE}-approver", f"{path}/pass-on")
    assert told["state"] == "L70"
    orders = stage.client.everything(f"{OFFICE}-cashier", "/money-orders", lot_id=lot["id"])
    assert [o["kind"] for o in orders] == ["forfeit"]
    assert stage.get(None, f"{path}/award")["way"] == "candidate"


def test_when_all_candidates_give_up_the_lot_fails(stage: Stage) -> None:
    lot = stage.walk(another(bidders=(1,)), until="L70")
    path = f"/lots/{lot['id']}"
    stage.pass_time("2026-02-10T09:00:00+08:00")
    stage.post(f"{OFFICE}-approver", f"{path}/default", {"reason_code": "NOT_CONFIRMED", "note": "逾期"})
    told = stage.post(f"{OFFICE}-approver", f"{path}/pass-on")
    assert (told["state"], told["reason_code"]) == ("L75", "ALL_CANDIDATES_GAVE_UP")


def test_a_defaulted_lot_may_be_organised_anew_without_the_defaulter(stage: Stage) -> None:
    lot = stage.walk(until="L70")
    path = f"/lots/{lot['id']}"
    winner = 1 if stage.get("bidder1", f"{path}/bids/mine")[-1]["amount_fen"] == 83_000 else 2
    stage.pass_time("2026-02-10T09:00:00+08:00")
    stage.post(f"{OFFICE}-approver", f"{path}/default", {"reason_code": "NOT_CONFIRMED", "note": "逾期"})
    stage.post(f"{OFFICE}-approver", f"{path}/annul", {"reason_code": "NOT_CONFIRMED"})
    stage.player.registrar.document(f"{OFFICE}-clerk", lot["listing"], "relisting_resolution", "再挂决议")
    stage.post(f"{OFFICE}-clerk", f"{path}/relist", {"note": "重新组织"})
    stage.post(f"{OFFICE}-reviewer", f"/listings/{lot['listing']['id']}/publish")
    problem = stage.refused(f"bidder{winner}", f"{path}/entries", {"declaration": "再来"})
    assert problem["reason"] == "DEFAULTED_BEFORE"


def test_a_notice_cannot_be_dated_into_a_year_without_a_calendar(stage: Stage) -> None:
    lot = stage.walk(until="L30")
    stage.pass_time("2026-12-25T09:00:00+08:00")
    path = f"/listings/{lot['listing']['id']}/publish"
    problem = stage.refused(f"{OFFICE}-reviewer", path)
    assert (problem["reason"], problem["year"]) == ("N-5", 2027)
    stage.post("operator", "/calendars/2027", {"source": "演示安排", "days_off": ["2027-01-01"], "make_up_days": []})
    assert stage.post(f"{OFFICE}-reviewer", path)["lots"][0]["state"] == "L40"


def test_a_vote_short_of_two_thirds_is_refused_with_its_article(stage: Stage) -> None:
    party = stage.player.registrar.collective(OFFICE)
    short = stage.post(
        f"{OFFICE}-clerk",
        "/resolutions",
        {
            "party_id": party, "body": "members_assembly", "matter": "asset_disposal", "subject": "票数不足",
            "notice_on": "2025-12-10", "meeting_on": "2025-12-28", "eligible": 300, "attended": 240, "yes": 199,
            "party_study_done": True, "party_study_on": "2025-12-08", "minutes_filed": True,
        },
    )  # fmt: skip
    body = stage.player._draft(DEAL) | {"resolution_id": short["id"]}
    listing = stage.post(f"{OFFICE}-clerk", "/listings", body)
    for kind in ("application", "title_proof", "price_basis"):
        stage.player.registrar.document(f"{OFFICE}-clerk", listing, kind, "材料")
    stage.post(f"{OFFICE}-clerk", f"/listings/{listing['id']}/submit")
    stage.post(f"{OFFICE}-town", f"/listings/{listing['id']}/take")
    stage.player.registrar.document(f"{OFFICE}-town", listing, "site_photo", "照片")
    problem = stage.refused(f"{OFFICE}-town", f"/listings/{listing['id']}/prereview")
    assert problem["reason"] == "RCEO-27-3"
    assert "农村集体经济组织法" in next(f for f in problem["findings"] if f["rule_id"] == "RCEO-27-3")["citation"]
    assert "无效" not in problem["detail"]


def test_a_dismissed_objection_is_taken_to_the_supervisors_who_overturn_it(stage: Stage) -> None:
    lot = stage.walk(until="L71")
    objection = object_to(stage, lot)
    path = f"/objections/{objection['id']}"
    stage.post(f"{OFFICE}-reception", f"{path}/answer", {"upheld": False, "answer": "经核查，程序合规"})
    assert stage.refused("bidder2", f"{path}/appeal", {"grounds": "不服"})["status"] == 404
    told = stage.post("bidder1", f"{path}/appeal", {"grounds": "答复未回应公告缺项"})
    assert (told["state"], stage.lot()["state"]) == ("appealed", "L72")

    verdict = {"upheld": True, "answer": "公告缺少面积附图", "reason_code": "PROCEDURE_VIOLATED"}
    assert stage.refused(f"{OFFICE}-reception", f"{path}/review", verdict)["status"] == 403
    told = stage.post(f"{OFFICE}-supervisor", f"{path}/review", verdict)
    assert (told["state"], stage.lot()["state"], stage.lot()["reason_code"]) == ("upheld", "L76", "PROCEDURE_VIOLATED")
    assert stage.refused("bidder1", f"{path}/appeal", {"grounds": "再来一次"})["status"] == 409


def test_a_reviewed_objection_lets_publicity_go_on(stage: Stage) -> None:
    lot = stage.walk(until="L71")
    objection = object_to(stage, lot)
    path = f"/objections/{objection['id']}"
    stage.post(f"{OFFICE}-reception", f"{path}/answer", {"upheld": False, "answer": "经核查，程序合规"})
    stage.post("bidder1", f"{path}/appeal", {"grounds": "不服"})
    told = stage.post("joint-conference", f"{path}/review", {"upheld": False, "answer": "维持答复"})
    assert (told["state"], stage.lot()["state"]) == ("reviewed", "L71")


def test_a_preview_is_public_and_takes_no_entries(stage: Stage) -> None:
    lot = stage.walk(until="L30")
    assert stage.refused(None, f"/lots/{lot['id']}", method="GET")["status"] == 404
    stage.post(f"{OFFICE}-reviewer", f"/listings/{lot['listing']['id']}/preview")
    assert stage.get(None, f"/lots/{lot['id']}")["state"] == "L31"
    assert stage.refused("bidder1", f"/lots/{lot['id']}/entries", {"declaration": "报名"})["reason"] == "ENTRY_CLOSED"
    stage.post(f"{OFFICE}-reviewer", f"/listings/{lot['listing']['id']}/publish", {})
    assert stage.lot()["state"] == "L40"


def test_what_the_law_leaves_to_a_person_needs_his_reason_and_what_it_forbids_is_not_qualified(stage: Stage) -> None:
    lot = stage.walk(another(bidders=()), until="L40")
    entry = stage.post("bidder1", f"/lots/{lot['id']}/entries", {"declaration": "承诺遵守规则（演示）"})
    path = f"/entries/{entry['id']}/decide"
    contradiction = {"cooperative_members_total": 5, "cooperative_members_farmers": 9}
    told = stage.refused(f"{OFFICE}-reviewer", path, {"qualified": True, "transferee": contradiction})
    assert told["reason"] == "FACTS_CONTRADICT"
    unable = {"qualified": True, "transferee": {"has_agricultural_capacity": False}}
    blocked = stage.refused(f"{OFFICE}-reviewer", path, unable)
    assert (blocked["reason"], blocked["findings"][0]["rule_id"]) == ("LCL-38-4", "LCL-38-4")
    assert "人工复核" in blocked["detail"]
    related = {"qualified": True, "transferee": {"manager_related": True, "has_agricultural_capacity": True}}
    assert stage.refused(f"{OFFICE}-reviewer", path, related)["field"] == "reason"
    told = stage.post(f"{OFFICE}-reviewer", path, {**related, "reason": "关联关系已回避表决，见会议记录"})
    assert (told["state"], [f["rule_id"] for f in told["findings"]]) == ("qualified", ["RCEO-35"])
    seen = stage.get(f"{OFFICE}-reviewer", f"/lots/{lot['id']}/entries")
    assert seen[0]["findings"] == told["findings"]
