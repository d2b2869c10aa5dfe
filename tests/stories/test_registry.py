"""A trade is only as good as the right behind it: what the register lacks stops a listing, and what it gains lets it go."""

from datetime import date, timedelta
from decimal import Decimal

from app.base.db import transaction
from app.demo.people import village_of
from app.registry import actions
from app.registry.schemas import ConsentIn, FilingIn, MandateIn, ParcelIn, PartyIn, RightIn
from app.registry.states import ConsentForm, ConsentMatter, LandType, PartyKind, RightKind
from tests.stories.stage import DEAL, Stage

HOUSEHOLDS = 120


def households(agent: int, village: str, *, without: set[int], n: int = HOUSEHOLDS) -> list[tuple[int, int]]:
    """Households with a contracted parcel each and a mandate for the collective, but for some; (parcel, household)."""
    made = []
    with transaction() as tx:
        today = tx.today()
        for i in range(n):
            household = actions.record_party(
                tx, None, PartyIn(kind=PartyKind.HOUSEHOLD, name=f"演示{i}户", region_code=village)
            )
            parcel = actions.record_parcel(
                tx, None,
                ParcelIn(
                    parcel_code=f"{village}-H{i}", name="演示承包地", region_code=village, area_mu=Decimal("4.5"),
                    land_type=LandType.CULTIVATED, permanent_basic_farmland=True,
                ),
            )  # fmt: skip
            actions.record_right(
                tx, None,
                RightIn(
                    kind=RightKind.CONTRACT_MANAGEMENT_RIGHT, region_code=village, holder_party_id=household.id,
                    parcel_ids=[parcel.id], starts_on=date(1998, 10, 1), ends_on=date(2030, 9, 30),
                    certificate_no=f"演示权证-H{i}",
                ),
            )  # fmt: skip
            if i not in without:
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


def consent(household: int, parcel: int, today: date) -> ConsentIn:
    return ConsentIn(
        matter=ConsentMatter.RETRANSFER, giver_party_id=household, parcel_ids=[parcel], form=ConsentForm.PAPER,
        given_on=today,
    )  # fmt: skip


def test_a_lessee_passes_his_lease_on_when_the_last_contractor_has_agreed(stage: Stage) -> None:
    body, village = stage.player._draft(DEAL), village_of("411082")
    land = households(body["transferor_party_id"], village, without={0, 1}, n=2)
    with transaction() as tx:
        today = tx.today()
        lessee = actions.record_party(
            tx, None, PartyIn(kind=PartyKind.FAMILY_FARM, name="演示家庭农场", region_code=village)
        )
        heads = actions.grant_lease(
            tx, None, [parcel for parcel, _ in land], holder_party_id=lessee.id, starts_on=date(2026, 1, 1),
            ends_on=date(2030, 9, 30), reference="演示流转合同",
        )  # fmt: skip
        actions.record_consent(tx, None, consent(land[0][1], land[0][0], today))
        filing = FilingIn(
            matter=ConsentMatter.RETRANSFER, filed_with_party_id=body["transferor_party_id"],
            filed_by_party_id=lessee.id, parcel_ids=[parcel for parcel, _ in land], filed_on=today,
        )  # fmt: skip
        actions.record_filing(tx, None, filing)
    items = [{"parcel_id": parcel, "quantity": "4.5"} for parcel, _ in land]
    body |= {
        "category": "household_land_management", "transferor_party_id": lessee.id, "resolution_id": None,
        "lots": [body["lots"][0] | {"items": items, "deposit_fen": None}],
    }  # fmt: skip
    listing = stage.post("changge-clerk", "/listings", body)
    for kind, title in (("application", "转出申请书"), ("title_proof", "权属证明"), ("price_basis", "作价依据")):
        stage.player.registrar.document("changge-clerk", listing, kind, title)

    refused = stage.refused("changge-clerk", f"/listings/{listing['id']}/submit")
    assert (refused["status"], refused["reason"]) == (409, "LCL-46"), refused

    with transaction() as tx:
        actions.record_consent(tx, None, consent(land[1][1], land[1][0], tx.today()))
    lot = stage.walk(until="L86")
    assert lot["listing"]["id"] == listing["id"]
    contract = stage.get("changge-clerk", f"/lots/{lot['id']}/contract")
    passed = stage.client.everything("changge-town", "/leases", reference=contract["contract_no"])
    assert sorted(x["head_lease_id"] for x in passed) == [head.id for head in heads]
    chain = stage.get("changge-town", f"/leases/{passed[0]['id']}/chain")
    assert [x["holder_party_id"] for x in chain] == [lessee.id, passed[0]["holder_party_id"]]
    paid = stage.client.everything("changge-cashier", "/money-orders", lot_id=lot["id"])
    assert {o["party_id"] for o in paid if o["kind"] == "payout"} == {lessee.id}, "经营权人自己的收益，不是承包户的"
