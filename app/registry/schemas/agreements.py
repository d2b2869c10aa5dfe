"""Consents, filings, mortgages and the gaps of mandates on the wire."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.base.wire import Choice, Day, Fen, Id, In, Out, Text
from app.registry.schemas.fields import Ids
from app.registry.states import ConsentForm, ConsentMatter


class _OnThings(In):
    parcel_ids: Ids = Field(default_factory=list)
    asset_ids: Ids = Field(default_factory=list)

    @model_validator(mode="after")
    def _some_of_one_kind(self) -> Self:
        if bool(self.parcel_ids) == bool(self.asset_ids):
            raise ValueError("parcel_ids 与 asset_ids 须且只能给出一项")
        if len(set(self.parcel_ids)) != len(self.parcel_ids) or len(set(self.asset_ids)) != len(self.asset_ids):
            raise ValueError("地块或资产重复")
        return self


class ConsentIn(_OnThings):
    """同意书: one paper on one matter, kept parcel by parcel. Without `to_party_id` it is for anybody."""

    matter: Choice[ConsentMatter]
    giver_party_id: Id
    to_party_id: Id | None = None
    form: Choice[ConsentForm]
    given_on: Day
    valid_to: Day | None = None
    document_id: Id | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.given_on:
            raise ValueError("有效期止早于同意日")
        return self


class ConsentOut(Out):
    id: int
    region_code: str
    matter: ConsentMatter
    giver_party_id: int
    to_party_id: int | None
    parcel_id: int | None
    asset_id: int | None
    form: ConsentForm
    given_on: date
    valid_to: date | None
    document_id: int | None
    recorded_at: datetime
    withdrawn_at: datetime | None
    withdrawn_because: str | None


class FilingIn(_OnThings):
    """备案 of a matter with the collective."""

    matter: Choice[ConsentMatter]
    filed_with_party_id: Id
    filed_by_party_id: Id
    filed_on: Day
    document_id: Id | None = None


class FilingOut(Out):
    id: int
    region_code: str
    matter: ConsentMatter
    filed_with_party_id: int
    filed_by_party_id: int
    parcel_id: int | None
    asset_id: int | None
    filed_on: date
    document_id: int | None
    recorded_at: datetime


class MortgageIn(In):
    """抵押登记, by the bank itself: consents and filings are those in the register, nobody states them here."""

    right_id: Id
    mortgagee_party_id: Id
    debtor_party_id: Id | None = None
    contract_no: Annotated[Text, Field(max_length=60)]
    debt_fen: Fen
    debt_from: Day
    debt_to: Day
    document_id: Id | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.debt_to < self.debt_from:
            raise ValueError("债务期限止早于起")
        return self


class MortgageOut(Out):
    restriction_id: int
    region_code: str
    right_id: int
    mortgagor_party_id: int
    mortgagee_party_id: int
    debtor_party_id: int
    contract_no: str
    debt_fen: int
    debt_from: date
    debt_to: date
    registered_at: datetime
    released_at: datetime | None = None
    release_source: str | None = None


class GapOut(Out):
    parcel_id: int
    household_party_id: int
    reason: str
