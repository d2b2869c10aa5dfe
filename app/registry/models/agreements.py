"""Who agreed to what: consents and filings by parcel or asset, and the terms of mortgages."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.registry.models.columns import BY_PREFIX, Instant, choice
from app.registry.states import ConsentForm, ConsentMatter


class Consent(Model):
    """同意: of one party, to one matter, on one parcel or asset, in one form. To anybody where `to_party_id` is None."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("num_nonnulls(parcel_id, asset_id) = 1", name="one_thing"),
        CheckConstraint("given_on <= valid_to", name="term_runs_forward"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_because IS NULL)", name="withdrawal_has_a_reason"),
        Index("consent_region_idx", "region_code", postgresql_ops=BY_PREFIX),
        Index("consent_parcel_idx", "parcel_id", "matter", postgresql_where=text("withdrawn_at IS NULL")),
        Index("consent_asset_idx", "asset_id", "matter", postgresql_where=text("withdrawn_at IS NULL")),
        Index("consent_giver_idx", "giver_party_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    matter: Mapped[ConsentMatter] = mapped_column(choice(ConsentMatter, "matter_is_known"))
    giver_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    to_party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"))
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"))
    form: Mapped[ConsentForm] = mapped_column(choice(ConsentForm, "form_is_known"))
    given_on: Mapped[date]
    valid_to: Mapped[date | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_because: Mapped[str | None] = mapped_column(String(200))


class Filing(Model):
    """备案 with the collective (发包方) or the owner of the land. Only ever added to."""

    __tablename__ = "filing"
    __table_args__ = (
        CheckConstraint("num_nonnulls(parcel_id, asset_id) = 1", name="one_thing"),
        Index("filing_region_idx", "region_code", postgresql_ops=BY_PREFIX),
        Index("filing_parcel_idx", "parcel_id", "matter"),
        Index("filing_asset_idx", "asset_id", "matter"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    matter: Mapped[ConsentMatter] = mapped_column(choice(ConsentMatter, "matter_is_known"))
    filed_with_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    filed_by_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"))
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"))
    filed_on: Mapped[date]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class Mortgage(Model):
    """抵押（融资担保）of a right: the terms behind a restriction, whose release is the mortgage's. Only ever added to."""

    __tablename__ = "mortgage"
    __table_args__ = (
        CheckConstraint("debt_fen > 0", name="debt_is_positive"),
        CheckConstraint("debt_from <= debt_to", name="term_runs_forward"),
        CheckConstraint("mortgagor_party_id <> mortgagee_party_id", name="bank_is_another"),
        UniqueConstraint("mortgagee_party_id", "contract_no", "right_id"),
        Index("mortgage_right_idx", "right_id"),
        Index("mortgage_region_idx", "region_code", postgresql_ops=BY_PREFIX),
    )

    restriction_id: Mapped[int] = mapped_column(ForeignKey("restriction.id"), primary_key=True, autoincrement=False)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    right_id: Mapped[int] = mapped_column(ForeignKey("land_right.id"))
    mortgagor_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    mortgagee_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    debtor_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    contract_no: Mapped[str] = mapped_column(String(60))
    debt_fen: Mapped[int] = mapped_column(BigInteger)
    debt_from: Mapped[date]
    debt_to: Mapped[date]
    registered_by_account: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    registered_at: Mapped[datetime] = mapped_column(Instant)
