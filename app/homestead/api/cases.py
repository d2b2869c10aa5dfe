"""Applications to build on a homestead, and what is done with them."""

from typing import Annotated

from fastapi import APIRouter, Path

from app.base.actor import Actor
from app.base.db import Tx, transaction
from app.base.masking import mask_name
from app.base.paging import Page, cursor_of, key_of
from app.homestead import actions, queries
from app.homestead.models import HomesteadCase
from app.homestead.schemas import (
    AnswerIn,
    ApproveIn,
    CheckIn,
    DeliberateIn,
    HomesteadDetailOut,
    HomesteadIn,
    HomesteadMemberOut,
    HomesteadObjectionOut,
    HomesteadOut,
    HomesteadVisitOut,
    InspectIn,
    ObjectIn,
    PublicityOut,
    ReasonIn,
    RegisterIn,
    ReviewIn,
    VerifyIn,
    VisitIn,
    WithdrawIn,
)  # fmt: skip
from app.homestead.states import BUILD_REASON_ZH, HOMESTEAD, HOMESTEAD_STATE_ZH, HomesteadState, limit_of
from app.identity.auth import may
from app.identity.permissions import P
from app.registry.api.reading import Cursor, Limit, page_of
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["homestead 宅基地建房"], route_class=StrictRoute)

Id = Annotated[int, Path(ge=1, lt=2**63)]
Reader = Annotated[Actor, may(P.HOMESTEAD_READ)]
Applicant = Annotated[Actor, may(P.HOMESTEAD_APPLY)]
Collective = Annotated[Actor, may(P.HOMESTEAD_DELIBERATE)]
Town = Annotated[Actor, may(P.HOMESTEAD_REVIEW)]


def _detail(tx: Tx, row: HomesteadCase) -> HomesteadDetailOut:
    limit = limit_of(row.state, row.since_on)
    return HomesteadDetailOut(
        **HomesteadOut.model_validate(row).model_dump(),
        state_name=HOMESTEAD_STATE_ZH[row.state],
        reason_name=BUILD_REASON_ZH[row.reason],
        limit_days=limit.days if limit and limit.unit == "workdays" else None,
        limit_basis=limit.basis if limit else None,
        limit_level=limit.level if limit else None,
        members=[HomesteadMemberOut.model_validate(m) for m in queries.members(tx, row.id)],
        visits=[HomesteadVisitOut.model_validate(v) for v in queries.visits(tx, row.id)],
        objections=[HomesteadObjectionOut.model_validate(o) for o in queries.objections(tx, row.id)],
        verbs=sorted(HOMESTEAD.verbs(row.state)),
    )


@router.get("/homesteads")
def cases(
    who: Reader, state: HomesteadState | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[HomesteadOut]:
    """建房申请列表：经办人看本辖区的，农户看自己的。"""
    with transaction(read_only=True) as tx:
        rows = queries.page(tx, who, state=state, after=key_of(cursor), limit=limit + 1)
    return page_of(rows, limit, HomesteadOut)


@router.post("/homesteads", status_code=201)
def apply(body: HomesteadIn, who: Applicant) -> HomesteadDetailOut:
    """以户为单位申请宅基地建房。"""
    with transaction() as tx:
        return _detail(tx, actions.apply(tx, who, body))


@router.get("/homesteads/{case_id}")
def one(case_id: Id, who: Reader) -> HomesteadDetailOut:
    """建房申请。"""
    with transaction(read_only=True) as tx:
        return _detail(tx, queries.one(tx, case_id, seen_by=who))


@router.post("/homesteads/{case_id}/withdraw")
def withdraw(case_id: Id, body: WithdrawIn, who: Applicant) -> HomesteadDetailOut:
    """农户撤回：动工之前随时可以。"""
    with transaction() as tx:
        return _detail(tx, actions.withdraw(tx, who, case_id, reason=body.reason, document_id=body.document_id))


@router.post("/homesteads/{case_id}/deliberate")
def deliberate(case_id: Id, body: DeliberateIn, who: Collective) -> HomesteadDetailOut:
    """集体讨论通过：成员大会决议。"""
    with transaction() as tx:
        return _detail(tx, actions.deliberate(tx, who, case_id, resolution_id=body.resolution_id))


@router.post("/homesteads/{case_id}/decline")
def decline(case_id: Id, body: ReasonIn, who: Collective) -> HomesteadDetailOut:
    """集体不同意，或者公示异议成立。"""
    with transaction() as tx:
        return _detail(tx, actions.decline(tx, who, case_id, reason=body.reason))


@router.post("/homesteads/{case_id}/publicise")
def publicise(case_id: Id, who: Collective) -> HomesteadDetailOut:
    """开始村内公示。"""
    with transaction() as tx:
        return _detail(tx, actions.publicise(tx, who, case_id))


@router.get("/homestead-publicity")
def publicity(
    who: Annotated[Actor, may(P.HOMESTEAD_OBJECT)], cursor: Cursor = None, limit: Limit = 50
) -> Page[PublicityOut]:  # fmt: skip
    """本村正在公示的建房申请，公示期内可以提出异议。"""
    with transaction(read_only=True) as tx:
        rows = queries.publicised(tx, who, after=key_of(cursor), limit=limit + 1)
    items = [
        PublicityOut.model_validate(
            {name: getattr(row, name) for name in PublicityOut.model_fields if name != "household"}
            | {"household": mask_name(household)}
        )
        for row, household in rows[:limit]
    ]
    return Page(items=items, next_cursor=cursor_of(items[-1].id) if len(rows) > limit else None)


@router.post("/homesteads/{case_id}/objections", status_code=201)
def object_(case_id: Id, body: ObjectIn, who: Annotated[Actor, may(P.HOMESTEAD_OBJECT)]) -> HomesteadObjectionOut:
    """公示期内提出异议。"""
    with transaction() as tx:
        return HomesteadObjectionOut.model_validate(actions.object_(tx, who, case_id, content=body.content))


@router.post("/homesteads/{case_id}/objections/{objection_id}/answer")
def answer(case_id: Id, objection_id: Id, body: AnswerIn, who: Collective) -> HomesteadObjectionOut:
    """答复异议。"""
    with transaction() as tx:
        row = actions.answer(tx, who, case_id, objection_id, answer=body.answer, upheld=body.upheld)
        return HomesteadObjectionOut.model_validate(row)


@router.post("/homesteads/{case_id}/submit")
def submit(case_id: Id, who: Collective) -> HomesteadDetailOut:
    """公示期满无异议或者异议不成立，报乡镇。"""
    with transaction() as tx:
        return _detail(tx, actions.submit(tx, who, case_id))


@router.post("/homesteads/{case_id}/accept")
def accept(case_id: Id, who: Town) -> HomesteadDetailOut:
    """乡镇受理。"""
    with transaction() as tx:
        return _detail(tx, actions.accept(tx, who, case_id))


@router.post("/homesteads/{case_id}/reject")
def reject(case_id: Id, body: ReasonIn, who: Town) -> HomesteadDetailOut:
    """乡镇不予批准。"""
    with transaction() as tx:
        return _detail(tx, actions.reject(tx, who, case_id, reason=body.reason))


@router.post("/homesteads/{case_id}/inspect")
def inspect(case_id: Id, body: InspectIn, who: Town) -> HomesteadDetailOut:
    """批前到场踏勘与联审。"""
    with transaction() as tx:
        return _detail(tx, actions.inspect(tx, who, case_id, body))


@router.post("/homesteads/{case_id}/permit")
def permit(case_id: Id, who: Town) -> HomesteadDetailOut:
    """核发乡村建设规划许可证。"""
    with transaction() as tx:
        return _detail(tx, actions.permit(tx, who, case_id))


@router.post("/homesteads/{case_id}/approve")
def approve(case_id: Id, body: ApproveIn, who: Annotated[Actor, may(P.HOMESTEAD_APPROVE)]) -> HomesteadDetailOut:
    """核发宅基地批准书。"""
    with transaction() as tx:
        return _detail(tx, actions.approve(tx, who, case_id, approved_m2=body.approved_m2))


@router.post("/homesteads/{case_id}/review")
def review(case_id: Id, body: ReviewIn, who: Town) -> HomesteadDetailOut:
    """图纸审查。"""
    with transaction() as tx:
        return _detail(tx, actions.review(tx, who, case_id, document_id=body.document_id))


@router.post("/homesteads/{case_id}/stake")
def stake(case_id: Id, body: VisitIn, who: Town) -> HomesteadDetailOut:
    """开工前到场放线。"""
    with transaction() as tx:
        return _detail(tx, actions.stake(tx, who, case_id, body))


@router.post("/homesteads/{case_id}/check")
def check(case_id: Id, body: CheckIn, who: Town) -> HomesteadDetailOut:
    """分段检查：基础、主体、屋面。"""
    with transaction() as tx:
        return _detail(tx, actions.check(tx, who, case_id, body))


@router.post("/homesteads/{case_id}/complete")
def complete(case_id: Id, who: Applicant) -> HomesteadDetailOut:
    """报竣工。"""
    with transaction() as tx:
        return _detail(tx, actions.complete(tx, who, case_id))


@router.post("/homesteads/{case_id}/verify")
def verify(case_id: Id, body: VerifyIn, who: Town) -> HomesteadDetailOut:
    """竣工验收到场，出具验收意见表。"""
    with transaction() as tx:
        return _detail(tx, actions.verify(tx, who, case_id, body))


@router.post("/homesteads/{case_id}/register")
def register(
    case_id: Id, body: RegisterIn, who: Annotated[Actor, may(P.HOMESTEAD_REGISTER)]
) -> HomesteadDetailOut:  # fmt: skip
    """房地一体登记。"""
    with transaction() as tx:
        return _detail(tx, actions.register(tx, who, case_id, certificate_no=body.certificate_no))
