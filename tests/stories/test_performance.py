"""After the signature: rents, demands, changes, and the ways in which a contract ends."""

from datetime import date, timedelta
from typing import Any

from tests.stories.stage import DEAL, Stage, another

OFFICE = DEAL.county
YEAR_FEN = 83_000 * 50


def signed(stage: Stage, *, months: int = 36) -> Any:
    """A contract whose first year is paid; as its transferor sees it."""
    deal = another(months=months)
    lot = stage.walk(deal, until="L86")
    return stage.get(f"{OFFICE}-clerk", f"/lots/{lot['id']}/contract")


def transferee_of(stage: Stage, contract: Any) -> str:
    """Which bidder won."""
    for n in (1, 2):
        mine = stage.get(f"bidder{n}", "/contracts")["items"]
        if any(c["id"] == contract["id"] for c in mine):
            return f"bidder{n}"
    raise AssertionError("nobody won")


def name_of(login: str) -> str:
    return f"演示竞买人{login.removeprefix('bidder')}号"


def rent(stage: Stage, contract: Any, winner: str, fen: int, reference: str) -> Any:
    body = {"amount_fen": fen, "payer_name": name_of(winner), "bank_reference": reference}
    return stage.post(f"{OFFICE}-cashier", f"/contracts/{contract['id']}/rents", body)


def state(stage: Stage, contract: Any) -> str:
    return str(stage.get(f"{OFFICE}-clerk", f"/contracts/{contract['id']}")["state"])


def day_after(day: str, days: int = 1) -> str:
    return f"{date.fromisoformat(day) + timedelta(days=days)}T09:00:00+08:00"


def test_a_rent_not_paid_becomes_arrears_the_next_day_and_is_seen_by_all_who_oversee(stage: Stage) -> None:
    contract = signed(stage)
    path = f"/contracts/{contract['id']}"
    winner = transferee_of(stage, contract)
    second = contract["dues"][1]
    assert [d["amount_fen"] for d in contract["dues"]] == [YEAR_FEN] * 3
    assert contract["state"] == "C10"

    stage.pass_time(f"{second['due_on']}T23:00:00+08:00")
    assert state(stage, contract) == "C10", "到期日当日付款不算逾期"
    stage.pass_time(day_after(second["due_on"]))
    assert state(stage, contract) == "C11"
    late = stage.get(f"{OFFICE}-supervisor", "/contracts", overdue="true")["items"]
    assert [(c["id"], c["overdue_since"], c["overdue_fen"]) for c in late] == [
        (contract["id"], second["due_on"], YEAR_FEN)
    ]
    assert stage.get("weidu-supervisor", "/contracts")["items"] == [], "别的县看不到"

    asked = {"delivered_on": day_after(second["due_on"])[:10], "text": "请于期限内付清第二期租金"}
    today = {**asked, "grace_end_on": asked["delivered_on"]}
    assert stage.refused(f"{OFFICE}-clerk", f"{path}/demand", today)["field"] == "grace_end_on"
    stage.post(f"{OFFICE}-clerk", f"{path}/demand", {**asked, "grace_end_on": day_after(second["due_on"], 31)[:10]})
    assert state(stage, contract) == "C12"

    rent(stage, contract, winner, YEAR_FEN - 1, "RENT-1")
    assert state(stage, contract) == "C12", "差一分也是未付清"
    paid = rent(stage, contract, winner, 1, "RENT-2")
    assert (paid["state"], paid["dues"][1]["paid_at"] is not None) == ("C10", True)
    orders = stage.client.everything(f"{OFFICE}-cashier", "/money-orders", lot_id=contract["lot_id"])
    assert [o["amount_fen"] for o in orders if o["kind"] == "payout"][-1] == YEAR_FEN
    verbs = [e["verb"] for e in stage.get(winner, f"{path}/events")]
    assert verbs == ["fall_behind", "demand", "catch_up"]


def test_rent_in_arrears_ends_a_contract_only_after_a_demand_and_its_time(stage: Stage) -> None:
    contract = signed(stage)
    path = f"/contracts/{contract['id']}"
    due_on = contract["dues"][1]["due_on"]
    stage.pass_time(day_after(due_on))
    today = day_after(due_on)[:10]
    end = {
        "ground": "rent_arrears", "known_on": today, "delivered_on": today, "ended_on": today, "text": "欠租，通知解除",
    }  # fmt: skip

    assert stage.refused(f"{OFFICE}-clerk", f"{path}/dissolve", end)["state"] == "C11", "未经催告"
    grace = day_after(due_on, 31)[:10]
    stage.post(f"{OFFICE}-clerk", f"{path}/demand", {"delivered_on": today, "grace_end_on": grace, "text": "催告付租"})
    stage.pass_time(f"{grace}T09:00:00+08:00")
    assert stage.refused(f"{OFFICE}-clerk", f"{path}/dissolve", end)["reason"] == "GRACE_RUNS", "末日在期限之内"
    assert state(stage, contract) == "C12"

    stage.pass_time(day_after(due_on, 32))
    later = day_after(due_on, 32)[:10]
    told = stage.post(f"{OFFICE}-clerk", f"{path}/dissolve", {**end, "delivered_on": later, "ended_on": later})
    assert told["state"] == "C15"
    leases = stage.client.everything(f"{OFFICE}-town", "/leases")
    assert [x["ended_on"] for x in leases] == [later], "登记簿上的占有同日终止"
    back = {"handed_over_on": later, "condition": "已复垦，无附着物"}
    stage.post(f"{OFFICE}-clerk", f"{path}/recover", back)
    stage.post(f"{OFFICE}-archivist", f"{path}/close")
    assert state(stage, contract) == "C40"
    event = stage.get(
        f"{OFFICE}-supervisor", "/audit-events", subject=f"contract/{contract['id']}", act="contract.dissolve"
    )["items"][0]
    assert event["rulebook"] is not None


def test_a_contract_nears_its_end_expires_and_is_relisted(stage: Stage) -> None:
    contract = signed(stage, months=12)
    path = f"/contracts/{contract['id']}"
    lot = stage.lot(another(months=12))
    stage.pass_time(day_after(lot["term_end"], -181))
    assert state(stage, contract) == "C10", "距到期还有一百八十一日"
    stage.pass_time(day_after(lot["term_end"], -180))
    assert state(stage, contract) == "C20", "距到期一百八十日"
    stage.pass_time(f"{lot['term_end']}T23:00:00+08:00")
    assert state(stage, contract) == "C20", "末日在期限之内"
    stage.pass_time(day_after(lot["term_end"]))
    assert state(stage, contract) == "C30"

    assert stage.refused(f"{OFFICE}-clerk", f"{path}/relist", {"project_no": "没有"})["field"] == "project_no"
    own = {"project_no": lot["listing"]["project_no"]}
    assert stage.refused(f"{OFFICE}-clerk", f"{path}/relist", own)["status"] == 422
    assert stage.refused(f"{OFFICE}-archivist", f"{path}/close")["state"] == "C30"
    stage.post(
        f"{OFFICE}-clerk",
        f"{path}/recover",
        {"handed_over_on": day_after(lot["term_end"])[:10], "condition": "原状交还"},
    )
    stage.post(f"{OFFICE}-archivist", f"{path}/close")
    assert state(stage, contract) == "C40"


def test_a_retransfer_needs_the_other_party_and_the_law(stage: Stage) -> None:
    contract = signed(stage)
    path = f"/contracts/{contract['id']}"
    winner = transferee_of(stage, contract)
    lot = stage.get(None, f"/lots/{contract['lot_id']}")
    other = next(p for p in stage.client.everything(f"{OFFICE}-town", "/parties") if p["kind"].startswith("collective"))
    begins = lot["term_start"]
    wanted = {
        "kind": "retransfer", "text": "转给演示合作社经营",
        "retransfer": {
            "to_party_id": other["id"], "starts_on": begins, "ends_on": str(date.fromisoformat(lot["term_end"]) + timedelta(days=1)),
            "parcels_consented": 1, "consent_form": "paper", "collective_filed": True,
        },
    }  # fmt: skip
    assert stage.refused(winner, f"{path}/changes", {"kind": "mortgage", "text": "抵押"})["status"] == 422
    change = stage.post(winner, f"{path}/changes", wanted)
    assert state(stage, contract) == "C14"
    assert stage.refused(winner, f"{path}/changes/agree", {"content_sha256": change["content_sha256"]})["reason"] == (
        "NOT_YOUR_ACT"
    )
    decide = {"accept": True, "reason": "材料齐全"}
    assert stage.refused(f"{OFFICE}-approver", f"{path}/changes/decide", decide)["reason"] == "NOT_AGREED"
    stage.post(f"{OFFICE}-clerk", f"{path}/changes/agree", {"content_sha256": change["content_sha256"]})
    blocked = stage.refused(f"{OFFICE}-approver", f"{path}/changes/decide", decide)
    assert (blocked["reason"], blocked["status"]) == ("CC-717", 409), "再流转不得超过原合同剩余期限"
    stage.post(f"{OFFICE}-approver", f"{path}/changes/decide", {"accept": False, "reason": "期限过长"})
    assert state(stage, contract) == "C10"

    wanted["retransfer"]["ends_on"] = lot["term_end"]  # type: ignore[index]
    change = stage.post(winner, f"{path}/changes", wanted)
    stage.post(f"{OFFICE}-clerk", f"{path}/changes/agree", {"content_sha256": change["content_sha256"]})
    stage.post(f"{OFFICE}-approver", f"{path}/changes/decide", decide)
    chain = stage.client.everything(f"{OFFICE}-town", "/leases")
    assert [x["head_lease_id"] is None for x in sorted(chain, key=lambda x: x["id"])] == [True, False]

    agreed = stage.post(
        f"{OFFICE}-clerk", f"{path}/changes", {"kind": "dissolution", "text": "协议解除", "ended_on": begins}
    )
    stage.post(winner, f"{path}/changes/agree", {"content_sha256": agreed["content_sha256"]})
    assert stage.refused(f"{OFFICE}-approver", f"{path}/changes/decide", decide)["reason"] == "SUBLEASE_LIVES"


def test_a_dispute_and_its_award_are_entered_and_not_judged(stage: Stage) -> None:
    contract = signed(stage)
    path = f"/contracts/{contract['id']}"
    winner = transferee_of(stage, contract)
    stage.post(
        winner, f"{path}/dispute", {"forum": "arbitration", "docket_no": "仲〔2026〕演示1号", "text": "租金争议"}
    )
    assert state(stage, contract) == "C13"
    stage.post(f"{OFFICE}-approver", f"{path}/reconcile", {"text": "仲裁调解，继续履行"})
    assert state(stage, contract) == "C10"
    stage.post(winner, f"{path}/dispute", {"forum": "court", "text": "起诉解除"})
    today = stage.get(None, "/demo/clock")["now"][:10]
    ruling = {"forum": "court", "docket_no": "民初演示2号", "ended_on": today, "text": "判决解除"}
    assert stage.refused(winner, f"{path}/dissolve-by-decision", ruling)["status"] in {403, 404}
    assert stage.post(f"{OFFICE}-approver", f"{path}/dissolve-by-decision", ruling)["state"] == "C15"
    assert stage.refused("bidder3", path, method="GET")["status"] == 404, "非当事人看不到合同"
