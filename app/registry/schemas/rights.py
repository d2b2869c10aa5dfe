"""Rights, restrictions, responsibilities and leases on the wire."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.base.wire import Choice, Day, Id, In, Out, PlainDecimal, RegionCode, Text
from app.registry.schemas.fields import Ids, Int32, ParcelArea
from app.registry.states import PlanningUse, ResponsibilityKind, RestrictionKind, RightKind, SourceKind


class RightIn(In):
    """权利. Both days of the term are inside it. Without parcels or assets: those of the parent or extended right."""

    kind: Choice[RightKind]
    region_code: RegionCode
    holder_party_id: Id
    parcel_ids: Ids = Field(default_factory=list)
    asset_ids: Ids = Field(default_factory=list)
    parent_right_id: Id | None = None
    extends_right_id: Id | None = None
    share_num: Int32 = 1
    share_den: Int32 = 1
    area_mu: ParcelArea | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    certificate_no: Annotated[Text, Field(max_length=60)] | None = None
    source_kind: Choice[SourceKind] = SourceKind.CONTRACT
    source_ref: Text | None = None
    source_document_id: Id | None = None
    signed_on: Day | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.starts_on is not None and self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError("终止日早于起始日")
        if self.parent_right_id is not None and self.extends_right_id is not None:
            raise ValueError("parent_right_id 与 extends_right_id 只能给出一项")
        if self.share_num > self.share_den:
            raise ValueError("份额不得大于一")
        for ids in (self.parcel_ids, self.asset_ids):
            if len(set(ids)) != len(ids):
                raise ValueError("地块或资产重复")
        return self


class RightOut(Out):
    id: int
    kind: RightKind
    region_code: str
    holder_party_id: int
    ba_unit_id: int
    share_num: int
    share_den: int
    area_mu: PlainDecimal | None
    parent_right_id: int | None
    extends_right_id: int | None
    starts_on: date | None
    ends_on: date | None
    certificate_no: str | None
    source_kind: SourceKind
    source_ref: str | None
    source_document_id: int | None
    signed_on: date | None
    begin_lifespan_at: datetime
    end_lifespan_at: datetime | None
    end_reason: str | None


def _on_one_thing(*ids: int | None) -> None:
    if sum(x is not None for x in ids) != 1:
        raise ValueError("parcel_id、asset_id、right_id 须且只能给出一项")


class RestrictionIn(In):
    """权利限制 on exactly one of parcel, asset and right. Without `source_kind`: what such a one usually rests on."""

    kind: Choice[RestrictionKind]
    parcel_id: Id | None = None
    asset_id: Id | None = None
    right_id: Id | None = None
    beneficiary_party_id: Id | None = None
    planning_use: Choice[PlanningUse] | None = None
    source_kind: Choice[SourceKind] | None = None
    source: Text
    source_document_id: Id | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        _on_one_thing(self.parcel_id, self.asset_id, self.right_id)
        if (self.planning_use is not None) != (self.kind is RestrictionKind.PLANNING_USE):
            raise ValueError("规划用途须且只能随规划限制给出")
        return self


class RestrictionOut(Out):
    id: int
    kind: RestrictionKind
    region_code: str
    parcel_id: int | None
    asset_id: int | None
    right_id: int | None
    beneficiary_party_id: int | None
    planning_use: PlanningUse | None
    source_kind: SourceKind
    source: str
    source_document_id: int | None
    imposed_at: datetime
    released_at: datetime | None
    release_source: str | None


class ResponsibilityIn(In):
    """义务 of a party, on exactly one of parcel, asset and right."""

    kind: Choice[ResponsibilityKind]
    bearer_party_id: Id
    parcel_id: Id | None = None
    asset_id: Id | None = None
    right_id: Id | None = None
    content: Text
    due_on: Day | None = None
    source_kind: Choice[SourceKind]
    source: Text
    source_document_id: Id | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        _on_one_thing(self.parcel_id, self.asset_id, self.right_id)
        return self


class ResponsibilityOut(Out):
    id: int
    kind: ResponsibilityKind
    region_code: str
    bearer_party_id: int
    parcel_id: int | None
    asset_id: int | None
    right_id: int | None
    content: str
    due_on: date | None
    source_kind: SourceKind
    source: str
    source_document_id: int | None
    imposed_at: datetime
    released_at: datetime | None
    release_source: str | None


class ReleaseIn(In):
    source: Text


class ReasonIn(In):
    reason: Text


class LeaseIn(In):
    """Possession under a contract made before or beside the platform; both days inside."""

    parcel_ids: Annotated[list[Id], Field(min_length=1, max_length=500)]
    holder_party_id: Id
    starts_on: Day
    ends_on: Day
    reference: Annotated[Text, Field(max_length=80)]
    right_id: Id | None = None
    head_lease_id: Id | None = None


class LeaseOut(Out):
    id: int
    parcel_id: int
    holder_party_id: int
    right_id: int | None
    head_lease_id: int | None
    reference: str
    starts_on: date
    last_day: date
    agreed_until: date
    ended_on: date | None
    voided_at: datetime | None
    end_reason: str | None


class EndLeaseIn(In):
    """`last_day`: the last day of possession; before the first one, the lease is voided."""

    last_day: Day
    reason: Text


class RightVersionOut(Out):
    """A state of a right, and since when it was so registered."""

    since: datetime
    right: RightOut
