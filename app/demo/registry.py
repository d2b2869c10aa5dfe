"""What must stand in the registry before a scripted deal can be listed: the collective, its land, its decision."""

from datetime import date
from decimal import Decimal
from typing import Any

from app.demo.client import Client
from app.demo.people import COUNTIES, collective_code, village_of
from app.demo.script import ScriptedDeal, ScriptedLot

MEMBERS = 300
TERM_STARTS = date(2026, 10, 1)
LAND_TYPE = {"unallocated_collective_land": "cultivated", "other": "aquaculture_water"}


def text(value: Decimal) -> str:
    return format(value, "f")


class Registrar:
    """Records through the town station and the clerk, once: what is there already is found again."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def collective(self, county: str) -> int:
        """The county's demonstration collective; its party id."""
        code, name = COUNTIES[county]
        village = village_of(code)
        town = f"{county}-town"
        wanted = collective_code(code)
        for party in self.client.everything(town, "/parties", region=village):
            if party["credit_code"] == wanted:
                return int(party["id"])
        me = self.client.get(f"{county}-clerk", "/auth/me")
        party = self.client.post(
            town,
            "/parties",
            {
                "kind": "collective_economic_organisation", "name": f"{name}演示村股份经济合作社", "region_code": village,
                "credit_code": wanted, "organisation_id": me["organisation_id"],
            },
        )  # fmt: skip
        self.client.call(
            town, "PUT", f"/parties/{party['id']}/collective",
            json={
                "level": "village", "registration_valid": True, "members_full_capacity": MEMBERS,
                "households_total": 90, "reps_total": 31, "women_reps": 10, "board_total": 5,
                "reps_term_end_on": "2028-12-31",
            },
        )  # fmt: skip
        return int(party["id"])

    def resolution(self, deal: ScriptedDeal, party_id: int) -> int:
        """The assembly's decision to list this deal."""
        clerk, subject = f"{deal.county}-clerk", f"同意公开流转：{deal.title}"
        for found in self.client.everything(clerk, "/resolutions", party_id=party_id):
            if found["subject"] == subject:
                return int(found["id"])
        made = self.client.post(
            clerk,
            "/resolutions",
            {
                "party_id": party_id, "body": "members_assembly",
                "matter": "asset_disposal", "subject": subject, "notice_on": "2025-12-10", "meeting_on": "2025-12-28",
                "eligible": MEMBERS, "attended": 240, "yes": 231, "party_study_done": True,
                "party_study_on": "2025-12-08", "minutes_filed": True, "publicised": True,
                "charter_threshold_met": True, "improper_proxies": 0,
            },
        )  # fmt: skip
        return int(made["id"])

    def items(self, deal: ScriptedDeal, number: int, lot: ScriptedLot, party_id: int) -> list[dict[str, Any]]:
        """The parcels or the asset of a lot, as items of a listing."""
        if lot.asset:
            return [{"asset_id": self._asset(deal, number, lot, party_id), "quantity": text(lot.count)}]
        if lot.parts:
            return [
                {
                    "parcel_id": self._parcel(deal, f"{number}-{i}", lot.title, part.mu),
                    "quantity": text(part.mu),
                    "start_fen": part.start_fen,
                }
                for i, part in enumerate(lot.parts, 1)
            ]
        area = lot.mu or Decimal(1)
        return [{"parcel_id": self._parcel(deal, str(number), lot.title, area), "quantity": text(area)}]

    def _parcel(self, deal: ScriptedDeal, number: str, name: str, area: Decimal) -> int:
        town, village = f"{deal.county}-town", village_of(COUNTIES[deal.county][0])
        code = f"{village}-{deal.id.upper()}-{number}"
        for parcel in self.client.everything(town, "/parcels", region=village):
            if parcel["parcel_code"] == code:
                return int(parcel["id"])
        made = self.client.post(
            town,
            "/parcels",
            {
                "parcel_code": code, "name": name, "region_code": village, "area_mu": text(area),
                "land_type": LAND_TYPE[deal.category], "permanent_basic_farmland": False,
                "bound_east": "生产路", "bound_south": "河堤", "bound_west": "村界", "bound_north": "村道",
            },
        )  # fmt: skip
        self.client.post(
            town,
            "/rights",
            {
                "kind": "land_ownership", "region_code": village,
                "holder_party_id": self.collective(deal.county), "parcel_ids": [made["id"]],
                "certificate_no": f"演示权证-{code}", "source_kind": "certificate",
            },
        )  # fmt: skip
        return int(made["id"])

    def _asset(self, deal: ScriptedDeal, number: int, lot: ScriptedLot, party_id: int) -> int:
        town, village = f"{deal.county}-town", village_of(COUNTIES[deal.county][0])
        asset_no = f"SZ-{deal.id.upper()}-{number}"
        for asset in self.client.everything(town, "/assets", region=village):
            if asset["asset_no"] == asset_no:
                return int(asset["id"])
        made = self.client.post(
            town,
            "/assets",
            {
                "asset_no": asset_no, "kind": lot.asset, "name": lot.title, "region_code": village,
                "owner_party_id": party_id, "quantity": text(lot.count), "unit": lot.unit, "in_ledger": True,
            },
        )  # fmt: skip
        self.client.post(
            town,
            "/rights",
            {
                "kind": "asset_ownership", "region_code": village, "holder_party_id": party_id,
                "asset_ids": [made["id"]], "certificate_no": f"演示权证-{asset_no}", "source_kind": "certificate",
            },
        )  # fmt: skip
        return int(made["id"])

    def document(self, login: str, listing: dict[str, Any], kind: str, title: str) -> None:
        """Attaches a paper that is kept elsewhere, for one purpose."""
        form = {
            "region_code": listing["region_code"], "kind": kind, "title": f"{title}（演示）",
            "reference": f"演示档案 {listing['project_no']} {kind}",
        }  # fmt: skip
        made = self.client.call(login, "POST", "/documents", data=form)
        self.client.post(login, f"/listings/{listing['id']}/documents", {"kind": kind, "document_id": made["id"]})
