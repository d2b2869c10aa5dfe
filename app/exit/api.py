"""Applications of voluntary paid exit, and what is done with them."""

from typing import Annotated

from fastapi import APIRouter, Path

from app.base.actor import Actor
from app.base.db import Tx, transaction
from app.base.paging import Page, key_of
from app.exit import actions, queries
from app.exit.models import ExitApplication
from app.exit.schemas import (
    AgreeIn,
    ConfirmIn,
    ExitConsentOut,
    ExitDetailOut,
    ExitIn,
    ExitOut,
    PayIn,
    ReasonIn,
    WithdrawIn,
)  # fmt: skip
from app.exit.states import EXIT, EXIT_KIND_ZH, EXIT_STATE_ZH, ExitKind, ExitState
from app.identity.auth import may
from app.identity.permissions import P
from app.registry.api.reading import Cursor, Limit, page_of
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["exit 自愿退出"])

Id = Annotated[int, Path(ge=1, lt=2**63)]
Reader = Annotated[Actor, may(P.EXIT_READ)]
Applicant = Annotated[Actor, may(P.EXIT_APPLY)]
Collective = Annotated[Actor, may(P.EXIT_AGREE)]
Town = Annotated[Actor, may(P.EXIT_CONFIRM)]


def _detail(tx: Tx, row: ExitApplication) -> ExitDetailOut:
    return ExitDetailOut(
        **ExitOut.model_validate(row).model_dump(),
        kind_name=EXIT_KIND_ZH[row.kind],
        state_name=EXIT_STATE_ZH[row.state],
        consents=[ExitConsentOut.model_validate(c) for c in queries.consents(tx, row.id)],
        verbs=sorted(EXIT.verbs(row.state)),
    )


@router.get("/exits")
def exits(
    who: Reader, kind: ExitKind | None = None, state: ExitState | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[ExitOut]:
    """退出申请列表：经办人看本辖区的，农户看自己的。"""
    with transaction(read_only=True) as tx:
        rows = queries.page(tx, who, kind=kind, state=state, after=key_of(cursor), limit=limit + 1)
    return page_of(rows, limit, ExitOut)


@router.post("/exits", status_code=201)
def apply(body: ExitIn, who: Applicant) -> ExitDetailOut:
    """申请自愿有偿退出一项权利，附全体成年成员书面同意。"""
    with transaction() as tx:
        return _detail(tx, actions.apply(tx, who, body))


@router.get("/exits/{application_id}")
def one(application_id: Id, who: Reader) -> ExitDetailOut:
    """退出申请。"""
    with transaction(read_only=True) as tx:
        return _detail(tx, queries.one(tx, application_id, seen_by=who))


@router.post("/exits/{application_id}/withdraw")
def withdraw(application_id: Id, body: WithdrawIn, who: Applicant) -> ExitDetailOut:
    """农户撤回：付款之前随时可以，不须理由成立。"""
    with transaction() as tx:
        return _detail(
            tx, actions.withdraw(tx, who, application_id, reason=body.reason, document_id=body.document_id)
        )  # fmt: skip


@router.post("/exits/{application_id}/agree")
def agree(application_id: Id, body: AgreeIn, who: Collective) -> ExitDetailOut:
    """集体同意：成员大会决议与补偿价款。"""
    with transaction() as tx:
        return _detail(tx, actions.agree(tx, who, application_id, **body.model_dump()))


@router.post("/exits/{application_id}/decline")
def decline(application_id: Id, body: ReasonIn, who: Collective) -> ExitDetailOut:
    """集体不同意，权利照旧。"""
    with transaction() as tx:
        return _detail(tx, actions.decline(tx, who, application_id, reason=body.reason))


@router.post("/exits/{application_id}/publicise")
def publicise(application_id: Id, who: Collective) -> ExitDetailOut:
    """开始公示。"""
    with transaction() as tx:
        return _detail(tx, actions.publicise(tx, who, application_id))


@router.post("/exits/{application_id}/confirm")
def confirm(application_id: Id, body: ConfirmIn, who: Town) -> ExitDetailOut:
    """乡镇确认：公示期满，并再次询问农户。"""
    with transaction() as tx:
        return _detail(tx, actions.confirm(tx, who, application_id, asked_on=body.asked_on))


@router.post("/exits/{application_id}/reject")
def reject(application_id: Id, body: ReasonIn, who: Town) -> ExitDetailOut:
    """乡镇不予确认，权利照旧。"""
    with transaction() as tx:
        return _detail(tx, actions.reject(tx, who, application_id, reason=body.reason))


@router.post("/exits/{application_id}/pay")
def pay(application_id: Id, body: PayIn, who: Annotated[Actor, may(P.EXIT_PAY)]) -> ExitDetailOut:
    """登记补偿价款已全额付给农户。"""
    with transaction() as tx:
        return _detail(tx, actions.pay(tx, who, application_id, **body.model_dump()))


@router.post("/exits/{application_id}/end")
def end(application_id: Id, who: Town) -> ExitDetailOut:
    """办结：权利在登记簿上终止，归还集体。"""
    with transaction() as tx:
        return _detail(tx, actions.end(tx, who, application_id))
