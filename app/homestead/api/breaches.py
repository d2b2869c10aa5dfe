"""Findings of building without approval, and the warnings about late steps."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.base.actor import Actor
from app.base.db import Tx, transaction
from app.base.paging import Page, key_of
from app.homestead import actions, queries
from app.homestead.models import HomesteadBreach
from app.homestead.schemas import (
    BreachDetailOut,
    BreachIn,
    BreachOut,
    CloseIn,
    DecideIn,
    EvidenceOut,
    HandleIn,
    HomesteadWarningOut,
    ReasonIn,
    RecheckIn,
    RequireIn,
)  # fmt: skip
from app.homestead.states import BREACH, BREACH_KIND_ZH, BREACH_STATE_ZH, BreachState
from app.identity.auth import may
from app.identity.permissions import P
from app.registry.api.reading import Cursor, Limit, page_of
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["homestead 宅基地建房"], route_class=StrictRoute)

Id = Annotated[int, Path(ge=1, lt=2**63)]
Reader = Annotated[Actor, may(P.HOMESTEAD_READ)]
Town = Annotated[Actor, may(P.BREACH_RECORD)]
Office = Annotated[Actor, may(P.BREACH_DECIDE)]


def _detail(tx: Tx, row: HomesteadBreach) -> BreachDetailOut:
    return BreachDetailOut(
        **BreachOut.model_validate(row).model_dump(),
        state_name=BREACH_STATE_ZH[row.state],
        kind_name=BREACH_KIND_ZH[row.kind],
        evidence=[
            EvidenceOut(document_id=e.document_id, sha256=e.sha256.hex()) for e in queries.evidence(tx, row.id)
        ],
        verbs=sorted(BREACH.verbs(row.state)),
    )  # fmt: skip


@router.get("/homestead-breaches")
def breaches(
    who: Reader, state: BreachState | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[BreachOut]:  # fmt: skip
    """违法建房线索：经办人看本辖区的，当事人看自己的。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_breaches(tx, who, state=state, after=key_of(cursor), limit=limit + 1)
    return page_of(rows, limit, BreachOut)


@router.post("/homestead-breaches", status_code=201)
def find(body: BreachIn, who: Town) -> BreachDetailOut:
    """登记违法建房线索，附现场照片。"""
    with transaction() as tx:
        return _detail(tx, actions.find(tx, who, body))


@router.get("/homestead-breaches/{breach_id}")
def breach(breach_id: Id, who: Reader) -> BreachDetailOut:
    """违法建房线索。"""
    with transaction(read_only=True) as tx:
        return _detail(tx, queries.breach(tx, breach_id, seen_by=who))


@router.post("/homestead-breaches/{breach_id}/stop")
def stop(breach_id: Id, who: Town) -> BreachDetailOut:
    """责令停止建设。"""
    with transaction() as tx:
        return _detail(tx, actions.stop(tx, who, breach_id))


@router.post("/homestead-breaches/{breach_id}/require")
def require(breach_id: Id, body: RequireIn, who: Town) -> BreachDetailOut:
    """责令限期改正。"""
    with transaction() as tx:
        return _detail(tx, actions.require(tx, who, breach_id, until=body.until))


@router.post("/homestead-breaches/{breach_id}/recheck")
def recheck(breach_id: Id, body: RecheckIn, who: Town) -> BreachDetailOut:
    """复查改正情况。"""
    with transaction() as tx:
        return _detail(tx, actions.recheck(tx, who, breach_id, corrected=body.corrected, note=body.note))


@router.post("/homestead-breaches/{breach_id}/decide")
def decide(breach_id: Id, body: DecideIn, who: Office) -> BreachDetailOut:
    """作出处理决定。"""
    with transaction() as tx:
        return _detail(tx, actions.decide(tx, who, breach_id, decision=body.decision))


@router.post("/homestead-breaches/{breach_id}/close")
def close(breach_id: Id, body: CloseIn, who: Office) -> BreachDetailOut:
    """结案。"""
    with transaction() as tx:
        return _detail(tx, actions.close(tx, who, breach_id, outcome=body.outcome))


@router.post("/homestead-breaches/{breach_id}/dismiss")
def dismiss(breach_id: Id, body: ReasonIn, who: Office) -> BreachDetailOut:
    """线索不成立。"""
    with transaction() as tx:
        return _detail(tx, actions.dismiss(tx, who, breach_id, reason=body.reason))


@router.get("/homestead-warnings")
def warnings(
    who: Annotated[Actor, may(P.WARNING_READ)],
    *,
    open_only: Annotated[bool, Query(description="只看未处置的")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[HomesteadWarningOut]:
    """逾期预警：宅基地办理环节超过时限。"""
    with transaction(read_only=True) as tx:
        rows = queries.warnings(tx, who, open_only=open_only, after=key_of(cursor), limit=limit + 1)
    return page_of(rows, limit, HomesteadWarningOut)


@router.post("/homestead-warnings/{warning_id}/handle")
def handle(
    warning_id: Id, body: HandleIn, who: Annotated[Actor, may(P.WARNING_HANDLE)]
) -> HomesteadWarningOut:  # fmt: skip
    """处置逾期预警。"""
    with transaction() as tx:
        return HomesteadWarningOut.model_validate(actions.handle(tx, who, warning_id, handling=body.handling))
