"""What may be done with a registered homestead and its house: inside the collective, let for a time, and not to townspeople."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.base.days import add_years
from app.base.errors import Refused
from app.homestead.queries.cases import owners_of
from app.homestead.states import HomesteadState
from app.identity.permissions import P
from app.listing import queries
from app.listing.actions.draft import draft
from app.listing.facts import case_of
from app.listing.models import Listing
from app.listing.schemas import ListingIn
from app.registry import actions as registry_actions
from app.registry import queries as registry
from app.registry.models import LandRight, Party
from app.registry.schemas import RestrictionIn
from app.registry.states import PartyKind, RestrictionKind, RightKind
from app.rules.book import Step
from app.rules.catalogue import judge
from tests.homestead.hamlet import Hamlet
from tests.people import actor
from tests.registry import make

TERMS = {
    "location": "演示村", "boundaries": "东至路 西至邻 南至路 北至邻", "present_state": "现状交付（演示）",
    "use": "居住", "use_restrictions": "不得翻建扩建", "payment": "先付后用", "transferee_conditions": "见公告",
    "delivery": "签约后交付", "contact_phone": "0374-0000000", "supervision_phone": "0374-0000001",
}  # fmt: skip
HOMESTEAD = {
    "with_house": True, "collective_consent": True, "area_m2": "158.5", "area_class": "plain",
    "no_reapply_acknowledged": True, "forced": False, "settlement_condition": False,
}  # fmt: skip


@pytest.fixture
def owner(hamlet: Hamlet) -> Hamlet:
    """The household after its house and land were registered."""
    hamlet.walk(hamlet.apply(), HomesteadState.REGISTERED)
    return hamlet


def listed(hamlet: Hamlet, category: str, right: str, method: str, term_end: date | None = None) -> Listing:
    starts = hamlet.tx.today()
    term = {"term_start": starts, "term_end": term_end} if term_end else {}
    lot = {
        "title": "演示农房", "items": [{"parcel_id": hamlet.plot.id, "quantity": "0.2378"}], "unit": "亩",
        "price_basis": "yuan_total" if method == "sale" else "yuan_per_mu_year", "start_fen": 100_000, **term,
    }  # fmt: skip
    body = {
        "region_code": make.VILLAGE, "category": category, "right": right, "method": method, "title": "演示农房",
        "transferor_party_id": hamlet.house.id, "terms": TERMS, "declared": {"homestead": HOMESTEAD}, "lots": [lot],
    }  # fmt: skip
    who = actor(hamlet.tx, hamlet.accounts["head"], P.LISTING_DRAFT)
    return draft(hamlet.tx, who, ListingIn.model_validate(body))


def blocked(hamlet: Hamlet, listing: Listing, step: Step, **sections: Any) -> set[str]:
    (lot,) = queries.lots_of(hamlet.tx, listing.id)
    case = case_of(hamlet.tx, listing, lot, step, on=hamlet.tx.today(), **sections)
    return {f.rule_id for f in judge(case, only=frozenset({step})).findings if f.outcome == "BLOCK"}


def taking(hamlet: Hamlet, party: Party, **known: Any) -> dict[str, Any]:
    return {"transferee": registry.transferee_facts(hamlet.tx, party, hamlet.house.id) | known}


@pytest.mark.parametrize(("past", "refused"), [(-1, False), (0, True)])
def test_an_idle_house_is_let_for_twenty_years_and_not_a_day_longer(owner: Hamlet, past: int, refused: bool) -> None:
    ends = add_years(owner.tx.today(), 20) + timedelta(days=past)
    listing = listed(owner, "idle_house", "house_lease_right", "lease", ends)
    assert ("A7-1" in blocked(owner, listing, Step.S9)) is refused
    tenant = make.party(owner.tx, PartyKind.INDIVIDUAL, born_on=date(1985, 1, 1))
    assert not blocked(owner, listing, Step.S5, **taking(owner, tenant, is_urban_resident=True)), "townspeople may rent"


def test_a_homestead_goes_to_a_member_who_has_none_and_to_nobody_else(owner: Hamlet) -> None:
    listing = listed(owner, "homestead", "homestead_use_right", "sale")
    tx = owner.tx
    person = make.party(tx, PartyKind.INDIVIDUAL, born_on=date(1990, 1, 1))
    neighbour = owner.household(person)
    townsperson = make.party(tx, PartyKind.INDIVIDUAL, born_on=date(1985, 1, 1))
    assert "A6-1" in blocked(owner, listing, Step.S5, **taking(owner, townsperson, is_urban_resident=True))
    assert "A6-2" in blocked(owner, listing, Step.S5, **taking(owner, neighbour)), "not of this collective"
    owner.join(neighbour, person)
    inside = blocked(owner, listing, Step.S5, **taking(owner, neighbour))
    assert not inside & {"A6-1", "A6-2", "A6-3"}
    owner.has_homestead(person)
    assert "A6-3" in blocked(owner, listing, Step.S5, **taking(owner, neighbour)), "his own counts for his household"


def sold(hamlet: Hamlet, buyer: Party) -> list[LandRight]:
    return registry_actions.convey(
        hamlet.tx, None, RightKind.HOMESTEAD_USE_RIGHT, parcel_ids={hamlet.plot.id}, asset_ids=set(),
        from_party_id=hamlet.house.id, to_party_id=buyer.id, reference="HT-演示",
    )  # fmt: skip


def test_with_the_homestead_goes_the_house_and_the_register_remembers_who_had_them(owner: Hamlet) -> None:
    tx = owner.tx
    buyer = owner.household(make.party(tx, PartyKind.INDIVIDUAL, born_on=date(1990, 1, 1)))
    conveyed = sold(owner, buyer)
    assert {r.kind for r in conveyed} == {RightKind.HOMESTEAD_USE_RIGHT, RightKind.HOUSE_OWNERSHIP}
    assert {(r.holder_party_id, r.source_ref, r.end_lifespan_at) for r in conveyed} == {(buyer.id, "HT-演示", None)}
    for right in conveyed:
        assert [r.holder_party_id for _, r in registry.versions(tx, LandRight, right.id)][:2] == [
            buyer.id,
            owner.house.id,
        ]
    assert owners_of(tx, owner.plot.id) == {owner.collective.id}, "the land stays the collective's"
    assert sold(owner, buyer) == [], "who has sold has nothing left to convey"


@pytest.mark.parametrize("kind", [RestrictionKind.SEIZURE, RestrictionKind.DISPUTE])
def test_what_is_seized_or_disputed_changes_no_hands_until_its_release(owner: Hamlet, kind: RestrictionKind) -> None:
    buyer = owner.household(make.party(owner.tx, PartyKind.INDIVIDUAL, born_on=date(1990, 1, 1)))
    standing = registry_actions.impose(
        owner.tx, None,
        RestrictionIn(kind=kind, parcel_id=owner.plot.id, source="演示裁定"),
    )  # fmt: skip
    with pytest.raises(Refused, match="查封或者争议") as refused:
        sold(owner, buyer)
    assert refused.value.reason == "RESTRICTED"
    registry_actions.release(owner.tx, None, standing.id, source="演示解除")
    assert len(sold(owner, buyer)) == 2
