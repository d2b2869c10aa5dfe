"""Consents, filings, gaps of mandates; mortgages, which a bank registers and releases itself."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from app.base.actor import Actor
from app.base.db import transaction
from app.base.paging import Page, key_of
from app.identity.auth import may
from app.identity.permissions import P
from app.registry import actions, queries
from app.registry.api.reading import Cursor, Key, Limit, Reader, Region, page_of
from app.registry.models import Mortgage, Restriction
from app.registry.schemas import (
    ConsentIn,
    ConsentOut,
    FilingIn,
    FilingOut,
    GapOut,
    MortgageIn,
    MortgageOut,
    ReasonIn,
    ReleaseIn,
)  # fmt: skip
from app.registry.states import ConsentMatter
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["registry 登记"], route_class=StrictRoute)
Bank = Annotated[Actor, may(P.MORTGAGE_RECORD)]
Decisions = Annotated[Actor, may(P.RESOLUTION_RECORD)]


@router.get("/consents")
def consents(
    who: Reader, region: Region = None, matter: ConsentMatter | None = None, giver_party_id: Key = None,
    parcel_id: Key = None, cursor: Cursor = None, limit: Limit = 50,
) -> Page[ConsentOut]:  # fmt: skip
    """同意列表，含已撤回的。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_consents(
            tx, seen_by=who, prefix=region, matter=matter, giver_party_id=giver_party_id, parcel_id=parcel_id,
            after=key_of(cursor), limit=limit + 1,
        )  # fmt: skip
    return page_of(rows, limit, ConsentOut)


@router.post("/consents", status_code=201)
def record_consent(body: ConsentIn, who: Decisions) -> list[ConsentOut]:
    """登记同意书（再流转、抵押、转让、出租等），逐地块或逐资产。"""
    with transaction() as tx:
        return [ConsentOut.model_validate(row) for row in actions.record_consent(tx, who, body)]


@router.post("/consents/{consent_id}/withdraw")
def withdraw_consent(consent_id: int, body: ReasonIn, who: Decisions) -> ConsentOut:
    """撤回同意。"""
    with transaction() as tx:
        return ConsentOut.model_validate(actions.withdraw_consent(tx, who, consent_id, reason=body.reason))


@router.get("/filings")
def filings(
    who: Reader, region: Region = None, matter: ConsentMatter | None = None, parcel_id: Key = None,
    cursor: Cursor = None, limit: Limit = 50,
) -> Page[FilingOut]:  # fmt: skip
    """备案列表。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_filings(
            tx, seen_by=who, prefix=region, matter=matter, parcel_id=parcel_id, after=key_of(cursor), limit=limit + 1
        )
    return page_of(rows, limit, FilingOut)


@router.post("/filings", status_code=201)
def record_filing(body: FilingIn, who: Decisions) -> list[FilingOut]:
    """登记向发包方（集体）的备案，逐地块或逐资产。"""
    with transaction() as tx:
        return [FilingOut.model_validate(row) for row in actions.record_filing(tx, who, body)]


@router.get("/mandate-gaps")
def mandate_gaps(
    who: Reader,
    agent_party_id: Annotated[int, Query(ge=1, lt=2**63)],
    parcel_id: Annotated[list[Annotated[int, Query(ge=1, lt=2**63)]], Query(min_length=1, max_length=500)],
    on: date | None = None,
) -> list[GapOut]:
    """这些地块中，哪些承包农户对受托人还缺有效的书面委托；空列表即齐全。"""
    with transaction(read_only=True) as tx:
        parcels = [queries.parcel(tx, key, seen_by=who) for key in parcel_id]
        _, gaps = queries.mandates_for(tx, parcels, agent=agent_party_id, on=on or tx.today())
    return [GapOut.model_validate(gap) for gap in gaps]


def _out(mortgage: Mortgage, restriction: Restriction) -> MortgageOut:
    out = MortgageOut.model_validate(mortgage)
    out.released_at, out.release_source = restriction.released_at, restriction.release_source
    return out


@router.post("/mortgages", status_code=201)
def register_mortgage(body: MortgageIn, who: Bank) -> MortgageOut:
    """金融机构登记抵押；承包农户书面同意与备案取自登记，缺一不办。"""
    with transaction() as tx:
        return MortgageOut.model_validate(actions.register_mortgage(tx, who, body))


@router.get("/mortgages/{restriction_id}")
def mortgage(restriction_id: int, who: Bank) -> MortgageOut:
    """本机构登记的抵押。"""
    with transaction(read_only=True) as tx:
        row = queries.mortgage(tx, restriction_id, seen_by=who)
        return _out(row, queries.restriction(tx, restriction_id))


@router.post("/mortgages/{restriction_id}/release")
def release_mortgage(restriction_id: int, body: ReleaseIn, who: Bank) -> MortgageOut:
    """注销本机构的抵押登记，须有来源。"""
    with transaction() as tx:
        return _out(*actions.release_mortgage(tx, who, restriction_id, source=body.source))
