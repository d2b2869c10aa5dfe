"""Plays the scripted deals through the public API: looks where each lot stands, does what comes next, lets time pass.

Nothing is remembered outside the platform, so a play that was interrupted goes on where the platform stands.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from app.base.days import BEIJING, add_months
from app.demo.client import ActError, Client
from app.demo.people import COUNTIES, village_of
from app.demo.registry import TERM_STARTS, Registrar
from app.demo.script import ScriptedDeal, ScriptedLot, deals

Json = dict[str, Any]
OPERATOR = "operator"
DONE = frozenset({"L75", "L76", "L90", "T1", "T2", "L13"})
RIGHT = {
    "collective_asset": ("asset_use_right", "lease"),
    "farm_equipment": ("asset_ownership", "sale"),
    "other": ("aquaculture_right", "lease"),
}


def instant(said: str) -> datetime:
    return datetime.fromisoformat(said)


class Player:
    """Acts the script. `tell` hears a line of progress for each thing done."""

    def __init__(self, client: Client, tell: Callable[[str], None]) -> None:
        self.client = client
        self.tell = tell
        self.registrar = Registrar(client)

    def play(self) -> None:
        """All deals to their end; then the clock joins real time."""
        script = deals()
        while True:
            waits = [wait for deal in script if (wait := self._advance(deal)) is not None]
            if not waits:
                break
            self._let_time_pass(min(waits))
        self._join_real_time()

    def _advance(self, deal: ScriptedDeal) -> datetime | None:
        """Does everything that can be done on a deal now; the next moment it waits for, None at its end."""
        listing = self._listing(deal)
        waits: list[datetime] = []
        for number, lot in enumerate(listing["lots"]):
            scripted = deal.lots[number]
            for _ in range(60):
                lot = self._lot(deal, lot["id"])  # noqa: PLW2901 - looked at again after each act
                if lot["state"] in DONE:
                    break
                wait = self._act(deal, scripted, lot)
                if wait is not None:
                    waits.append(wait)
                    break
        return min(waits, default=None)

    def _lot(self, deal: ScriptedDeal, lot_id: int) -> Json:
        listing = self._listing(deal)
        return next(lot | {"listing": listing} for lot in listing["lots"] if lot["id"] == lot_id)

    def _listing(self, deal: ScriptedDeal) -> Json:
        clerk = f"{deal.county}-clerk"
        for listing in self.client.everything(clerk, "/listings"):
            if listing["source_note"] == deal.note:
                return dict(listing)
        made: Json = self.client.post(clerk, "/listings", self._draft(deal))
        self.tell(f"{made['project_no']}  {deal.title}")
        return made

    def _draft(self, deal: ScriptedDeal) -> Json:
        party_id = self.registrar.collective(deal.county)
        code, county = COUNTIES[deal.county]
        right, method = RIGHT.get(deal.category, ("land_management_right", "lease"))
        ends = add_months(TERM_STARTS, deal.months) - timedelta(days=1)
        term = {"term_start": TERM_STARTS.isoformat(), "term_end": ends.isoformat()} if deal.months else {}
        return {
            "region_code": village_of(code), "category": deal.category, "right": right, "method": method,
            "award_mode": "competitive_bidding" if len(deal.bidders) != 1 else "negotiation",
            "title": deal.title, "transferor_party_id": party_id,
            "resolution_id": self.registrar.resolution(deal, party_id), "source_note": deal.note,
            "declared": {"land_use": {"planned": "grain"}} if deal.category == "unallocated_collective_land" else {},
            "terms": {
                "location": f"{county}演示村", "boundaries": "东至生产路 西至村界 南至河堤 北至村道",
                "present_state": "现状交付（演示）", "use": "按规划用途使用", "use_restrictions": "不得改变用途",
                "payment": "先付后用，首期签约后三个工作日内付清，以后各期到期前三十日付清",
                "transferee_conditions": "具备相应经营能力的单位和个人", "delivery": "签约后三日内现状交付",
                "contact_phone": "0374-0000000", "supervision_phone": "0374-0000001",
            },
            "lots": [
                {
                    "title": lot.title, "items": self.registrar.items(deal, number, lot, party_id), "unit": lot.unit,
                    "price_basis": deal.basis, "start_fen": lot.start_fen, "step_fen": deal.step_fen,
                    "bidding": {
                        "one_bidder": "DIRECT", "priority": "NONE", "extension_cycles": 0,
                        "free_seconds": 3600, "timed_seconds": 180,
                    },
                    **({"cap_fen": deal.cap_fen} if deal.cap_fen else {}), **term,
                }
                for number, lot in enumerate(deal.lots, 1)
            ],
        }  # fmt: skip

    def _act(  # noqa: C901,PLR0912 - one case a state: the table of the play, read from top to bottom
        self, deal: ScriptedDeal, scripted: ScriptedLot, lot: Json
    ) -> datetime | None:
        """One act on a lot where it stands. A moment to wait for, or None where something was done."""
        county, listing = deal.county, lot["listing"]
        at = f"/listings/{listing['id']}"
        this = f"/lots/{lot['id']}"
        match lot["state"]:
            case "L00":
                for kind, title in (
                    ("application", "转出申请书"),
                    ("title_proof", "权属证明"),
                    ("price_basis", "作价依据"),
                ):
                    self.registrar.document(f"{county}-clerk", listing, kind, title)
                self.client.post(f"{county}-clerk", f"{at}/submit")
            case "L10":
                self.client.post(f"{county}-town", f"{at}/take")
            case "L11":
                self.registrar.document(f"{county}-town", listing, "site_photo", "现场踏勘照片")
                self.client.post(f"{county}-town", f"{at}/prereview")
            case "L20":
                self.client.post(f"{county}-reception", f"{at}/accept")
            case "L21":
                self.client.post(f"{county}-reviewer", f"{at}/review")
                self.client.post(f"{county}-approver", f"{at}/approve")
            case "L30":
                self.client.post(f"{county}-reviewer", f"{at}/publish")
                self.tell(f"  公告 {lot['title']}")
            case "L40" | "L41":
                return self._enter(deal, lot)
            case "L50":
                self.client.post(f"{county}-auctioneer", f"{this}/schedule")
            case "L60":
                return instant(lot["auction_at"])
            case "L61":
                return self._bid(deal, scripted, lot)
            case "L62":
                return instant(self.client.get(None, f"{this}/auction")["end_at"])
            case "L70":
                return self._confirm(deal, lot)
            case "L71":
                return self._publicity(deal, lot)
            case "L72":
                self._uphold(deal, lot)
            case "L73":
                self._sign(deal, lot)
            case "L74":
                self.client.post(f"{county}-approver", f"{this}/pass-on")
            case "L81":
                self._pay(deal, lot)
            case "L82":
                self.client.post(f"{county}-certifier", f"{this}/certificate/prepare")
                made = self.client.post(f"{county}-approver", f"{this}/certificate/issue", {"issuer_filed": True})
                self.tell(f"  鉴证 {made['cert_no']}")
            case "L86":
                self._settle_orders(deal, lot)
                if deal.outcome == "defaulted":
                    self.client.post(f"{county}-cashier", f"{this}/distribute-forfeit", {})
                    self._settle_orders(deal, lot)
                self.client.post(f"{county}-archivist", f"{this}/archive")
            case other:
                raise RuntimeError(f"{lot['title']}: nobody knows what to do in {other}")
        return None

    def _enter(self, deal: ScriptedDeal, lot: Json) -> datetime:
        for n in deal.bidders:
            bidder = f"bidder{n}"
            mine = self.client.everything(bidder, "/entries/mine")
            entry = next((e for e in mine if e["lot_id"] == lot["id"] and e["round_no"] == lot["round_no"]), None)
            if entry is None:
                entry = self.client.post(
                    bidder, f"/lots/{lot['id']}/entries", {"declaration": "承诺遵守公告与规则（演示）"}
                )
            if entry["state"] == "applied":
                self._deposit(deal, lot, n, entry)
                self.client.post(f"{deal.county}-reviewer", f"/entries/{entry['id']}/decide", {"qualified": True})
        return instant(lot["entry_closes_at"])

    def _deposit(self, deal: ScriptedDeal, lot: Json, n: int, entry: Json) -> None:
        if lot["deposit_fen"] == 0:
            return
        body = {
            "entry_id": entry["id"], "amount_fen": lot["deposit_fen"], "payer_name": f"演示竞买人{n}号",
            "payer_account_last4": f"{n:04d}", "bank_reference": f"DEMO-DEP-{entry['id']}",
        }  # fmt: skip
        self.client.post(f"{deal.county}-cashier", "/deposits", body)

    def _bid(self, deal: ScriptedDeal, scripted: ScriptedLot, lot: Json) -> datetime | None:
        """Climbs to the scripted final price in the scripted number of rounds, bidders in turn."""
        seen = self.client.get(None, f"/lots/{lot['id']}/auction")
        best = seen["best_fen"]
        if best == scripted.final_fen or seen["phase"] != "FREE":
            return instant(seen["end_at"])
        turn = seen["seq"]
        steps = (scripted.final_fen - scripted.start_fen) // deal.step_fen
        amount = scripted.final_fen
        if turn + 1 < deal.rounds and steps:
            amount = scripted.start_fen + steps * turn // max(deal.rounds - 1, 1) * deal.step_fen
            amount = max(amount, seen["next_fen"])
        bidder = f"bidder{deal.bidders[turn % len(deal.bidders)]}"
        self.client.post(
            bidder, f"/lots/{lot['id']}/bids", {"amount_fen": amount, "confirm_fen": amount},
            key=f"demo-{lot['id']}-{lot['round_no']}-{turn:04d}",
        )  # fmt: skip
        return None

    def _winner(self, deal: ScriptedDeal, lot: Json, act: Callable[[str], Any]) -> str:
        """Whose award it is, only he himself may know: each bidder tries."""
        for n in deal.bidders:
            try:
                act(f"bidder{n}")
            except ActError as e:
                if e.status not in {403, 404}:
                    raise
            else:
                return f"bidder{n}"
        raise RuntimeError(f"{lot['title']}: nobody won")

    def _confirm(self, deal: ScriptedDeal, lot: Json) -> datetime | None:
        award = self.client.get(None, f"/lots/{lot['id']}/award")
        if deal.outcome == "defaulted" and award["way"] != "candidate":
            after = datetime.combine(
                date.fromisoformat(lot["due_on"]) + timedelta(days=1), datetime.min.time(), BEIJING
            )
            if self._now() < after:
                return after
            body = {"reason_code": "NOT_CONFIRMED", "note": "逾期未签署成交确认书（演示）"}
            self.client.post(f"{deal.county}-approver", f"/lots/{lot['id']}/default", body)
            return None
        self._winner(deal, lot, lambda who: self.client.post(who, f"/lots/{lot['id']}/confirm"))
        self.tell(f"  成交 {lot['title']}  {award['total_fen'] / 100:,.2f} 元")
        return None

    def _publicity(self, deal: ScriptedDeal, lot: Json) -> datetime | None:
        if deal.outcome == "objected":
            body = {"interest": "同场竞买人", "grounds": "竞价邀请未按公告通知到本人（演示）"}
            self.client.post(f"bidder{deal.bidders[0]}", f"/lots/{lot['id']}/objections", body)
            return None
        return instant(self.client.get(None, f"/lots/{lot['id']}/award")["publicity_ends_at"])

    def _uphold(self, deal: ScriptedDeal, lot: Json) -> None:
        officer = f"{deal.county}-reception"
        for objection in self.client.get(officer, f"/lots/{lot['id']}/objections"):
            if objection["state"] == "filed":
                body = {"upheld": True, "answer": "异议成立，重新组织（演示）", "reason_code": "PROCEDURE_VIOLATED"}
                self.client.post(officer, f"/objections/{objection['id']}/answer", body)

    def _sign(self, deal: ScriptedDeal, lot: Json) -> None:
        clerk = f"{deal.county}-clerk"
        contract = self.client.get(clerk, f"/lots/{lot['id']}/contract")
        body = {"content_sha256": contract["content_sha256"]}
        if contract["transferor_signed_at"] is None:
            self.client.post(clerk, f"/lots/{lot['id']}/sign", body)
        if contract["transferee_signed_at"] is None:
            self._winner(deal, lot, lambda who: self.client.post(who, f"/lots/{lot['id']}/sign", body))

    def _pay(self, deal: ScriptedDeal, lot: Json) -> None:
        cashier = f"{deal.county}-cashier"
        owed = self.client.get(cashier, f"/lots/{lot['id']}/owed")
        if owed["amount_fen"] == 0:
            self.client.post(cashier, f"/lots/{lot['id']}/settle")
            return
        body = {
            "amount_fen": owed["amount_fen"], "payer_name": owed["payer_name"],
            "bank_reference": f"DEMO-PAY-{lot['id']}-{lot['round_no']}",
        }  # fmt: skip
        self.client.post(cashier, f"/lots/{lot['id']}/payments", body)

    def _settle_orders(self, deal: ScriptedDeal, lot: Json) -> None:
        cashier, approver = f"{deal.county}-cashier", f"{deal.county}-approver"
        for order in self.client.everything(cashier, "/money-orders", lot_id=lot["id"]):
            if order["state"] == "due":
                self.client.post(cashier, f"/money-orders/{order['id']}/prepare")
            if order["state"] in {"due", "prepared"}:
                decision = {"decision_no": f"演示决〔2026〕{order['id']}号"} if order["kind"] == "forfeit" else {}
                self.client.post(approver, f"/money-orders/{order['id']}/approve", decision)

    def _now(self) -> datetime:
        return instant(self.client.get(None, "/demo/clock")["now"])

    def _let_time_pass(self, moment: datetime) -> None:
        if moment > self._now():
            try:
                self.client.post(OPERATOR, "/demo/clock", {"to": moment.isoformat()})
            except ActError as e:
                if e.problem.get("field") != "to":
                    raise
                return  # the moment came by itself, between looking and asking
            self.tell(f"时钟拨到 {moment.astimezone(BEIJING):%Y-%m-%d %H:%M}")

    def _join_real_time(self) -> None:
        clock = self.client.get(None, "/demo/clock")
        if instant(clock["real"]) > instant(clock["now"]):
            self.client.post(OPERATOR, "/demo/clock", {"to": clock["real"]})
        self.tell("演示数据已就绪")
