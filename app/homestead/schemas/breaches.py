"""Findings of building without approval, and warnings, on the wire."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from app.base.wire import Choice, Day, Id, In, LongText, Out, PlainDecimal, RegionCode, Text
from app.homestead.schemas.cases import AreaM2
from app.homestead.states import BreachKind, BreachState


class BreachIn(In):
    """违法建房线索。`document_ids`：现场照片等，须为上传的文件，以平台算出的摘要固定。"""

    region_code: RegionCode
    kind: Choice[BreachKind]
    builder_party_id: Id
    parcel_id: Id | None = None
    place: Text
    area_m2: AreaM2
    found_on: Day
    description: LongText
    document_ids: Annotated[list[Id], Field(min_length=1, max_length=20)]


class RequireIn(In):
    """责令限期改正：`until` 为改正的最后一日。"""

    until: Day


class RecheckIn(In):
    corrected: bool
    note: Text


class DecideIn(In):
    decision: LongText


class CloseIn(In):
    outcome: Text


class HandleIn(In):
    handling: Text


class BreachOut(Out):
    id: int
    region_code: str
    state: BreachState
    since_on: date
    due_on: date | None
    kind: BreachKind
    builder_party_id: int
    parcel_id: int | None
    place: str
    area_m2: PlainDecimal
    found_on: date
    description: str
    stop_no: str | None
    stopped_on: date | None
    require_no: str | None
    correct_until: date | None
    decision_no: str | None
    decision: str | None
    decided_on: date | None
    outcome: str | None
    closed_on: date | None


class EvidenceOut(Out):
    """`sha256`: of the bytes, in hexadecimal."""

    document_id: int
    sha256: str


class BreachDetailOut(BreachOut):
    """With its evidence, and what may still be done."""

    state_name: str
    kind_name: str
    evidence: list[EvidenceOut]
    verbs: list[str]


class HomesteadWarningOut(Out):
    id: int
    region_code: str
    case_id: int | None
    breach_id: int | None
    state: str
    since_on: date
    due_on: date
    basis: str
    raised_at: datetime
    handled_at: datetime | None
    handling: str | None
