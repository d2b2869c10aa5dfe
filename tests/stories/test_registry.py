"""A trade is only as good as the right behind it: what the register lacks stops a listing, and what it gains lets it go."""

from datetime import date, timedelta
from decimal import Decimal

from app.base.db import transaction
from app.demo.people import village_of
from app.registry import actions
from app.registry.schemas import MandateIn, ParcelIn, PartyIn, RightIn
from app.registry.states import LandType, PartyKind, RightKind
from tests.stories.stage import DEAL, Stage

HOUSEHOLDS = 120


def households(agent: int, village: str, *, without: set[int]) -> list[tuple[int, int]]:
    """Households with a contracted parcel each and a mandate for the collective, but for some; (parcel, household)."""
    made = []
    with transaction() as tx:
        today = tx.today()
        for n in range(HOUSEHOLDS):
            household = actions.record_party(
                tx, None, PartyIn(kind=PartyKind.HOUSEHOLD, name=f"演示{n}户", region_code=village)
            )
            parcel = actions.record_parcel(
                tx, None,
                ParcelIn(
                    parcel_code=f"{village}-H{n}", name="演示承包地", region_code=village, area_mu=Decimal("4.5"),
                    land_type=LandType.CULTIVATED, permanent_basic_farmland=True,
                ),
            )  # fmt: skip
            actions.record_right(
                tx, None,
                RightIn(
                    kind=RightKind.CONTRACT_MANAGEMENT_RIGHT, region_code=village, holder_party_id=household.id,
                    parcel_ids=[parcel.id], starts_on=date(1998, 10, 1), ends_on=date(2030, 9, 30),
                    certificate_no=f"演示权证-H{n}",
                ),
            )  # fmt: skip
            if n not in without:
                actions.record_mandate(tx, None, mandate(household.id, agent, parcel.id, today))
            made.append((parcel.id, household.id))
    return made


def mandate(household: int, agent: int, parcel: int, today: date) -> MandateIn:
    return MandateIn(
        principal_party_id=household, agent_party_id=agent, written=True, matter="流转承包地经营权",
        authority="签订流转合同", parcel_ids=[parcel], valid_from=today, valid_to=today + timedelta(days=365),
        signed_on=today,
    )  # fmt: skip


def test_a_collective_lists_the_land_of_120_households_when_the_last_two_have_mandated_it(stage: Stage) -> None:
    body = stage.player._draft(DEAL)
    agent, village = body["transferor_party_id"], village_of("411082")
    land = households(agent, village, without={7, 93})
    items = [{"parcel_id": parcel, "quantity": "4.5"} for parcel, _ in land]
    lot = body["lots"][0] | {"items": items, "deposit_fen": None}
    body |= {"category": "household_land_management", "lots": [lot], "declared": {"mandate": {"written": True}}}
    listing = stage.post("changge-clerk", "/listings", body)
    asked = {"agent_party_id": agent, "parcel_id": [parcel for parcel, _ in land]}

    gaps = stage.get("changge-clerk", "/mandate-gaps", **asked)
    assert [(g["parcel_id"], g["household_party_id"]) for g in gaps] == [land[7], land[93]]
    refused = stage.refused("changge-clerk", f"/listings/{listing['id']}/submit")
    assert refused["reason"] == "LTM-8", refused

    with transaction() as tx:
        for n in (7, 93):
            actions.record_mandate(tx, None, mandate(land[n][1], agent, land[n][0], tx.today()))
    assert stage.get("changge-clerk", "/mandate-gaps", **asked) == []
    for kind, title in (("application", "转出申请书"), ("title_proof", "权属证明"), ("price_basis", "作价依据")):
        stage.player.registrar.document("changge-clerk", listing, kind, title)
    lots = stage.post("changge-clerk", f"/listings/{listing['id']}/submit")["lots"]
    assert [each["state"] for each in lots] == ["L10"]
