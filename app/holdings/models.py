"""Tables of the ledger: accounts and their entries, assets, resources, contracts; imports and what they found."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.holdings.states import (
    AccountKind,
    Direction,
    ImportMode,
    ImportState,
    LesseeKind,
    Severity,
    UseState,
)  # fmt: skip
from app.registry.models.columns import BY_PREFIX, Instant, choice
from app.registry.states import AssetKind, LandType


class HoldingImport(Model):
    """One workbook sent in: what it may write, how far it is, and what came of it."""

    __tablename__ = "holding_import"
    __table_args__ = (
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent_is_a_percentage"),
        CheckConstraint(
            "(finished_at IS NULL) = (state IN ('queued', 'running'))", name="finished_when_nothing_is_left_to_do"
        ),
        Index("holding_import_region_idx", "region_code", "id", postgresql_ops=BY_PREFIX),
        Index(
            "holding_import_waiting_key", "region_code", "sha256", "mode", unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    mode: Mapped[ImportMode] = mapped_column(choice(ImportMode, "mode_is_known"))
    state: Mapped[ImportState] = mapped_column(choice(ImportState, "state_is_known"))
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]
    same_as_id: Mapped[int | None] = mapped_column(ForeignKey("holding_import.id"))
    submitted_by_account: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    submitted_at: Mapped[datetime] = mapped_column(Instant)
    attempt: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    heard_of_at: Mapped[datetime | None] = mapped_column(Instant)
    percent: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    n_rows: Mapped[int] = mapped_column(server_default=text("0"))
    n_errors: Mapped[int] = mapped_column(server_default=text("0"))
    n_notes: Mapped[int] = mapped_column(server_default=text("0"))
    summary: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    finished_at: Mapped[datetime | None] = mapped_column(Instant)


class HoldingImportBody(Model):
    """The workbook, while it waits and is read; it goes when the import is finished."""

    __tablename__ = "holding_import_body"

    import_id: Mapped[int] = mapped_column(ForeignKey("holding_import.id"), primary_key=True, autoincrement=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class HoldingImportProblem(Model):
    """One finding, by sheet, row and column."""

    __tablename__ = "holding_import_problem"
    __table_args__ = (Index("holding_import_problem_import_idx", "import_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("holding_import.id"))
    severity: Mapped[Severity] = mapped_column(choice(Severity, "severity_is_known"))
    code: Mapped[str] = mapped_column(String(40))
    sheet: Mapped[str | None] = mapped_column(String(60))
    row_no: Mapped[int | None]
    column_title: Mapped[str | None] = mapped_column(String(60))
    cell: Mapped[str | None] = mapped_column(String(24))
    reason: Mapped[str] = mapped_column(String(400))


class HoldingAccount(Model):
    """账户。 An account has one owner: a village committee and a collective never share one (政经分离)."""

    __tablename__ = "holding_account"
    __table_args__ = (
        UniqueConstraint("account_digest"),
        CheckConstraint("(balance_fen IS NULL) = (balance_on IS NULL)", name="balance_has_a_day"),
        CheckConstraint("balance_fen >= 0", name="balance_is_not_negative"),
        Index("holding_account_region_idx", "region_code", postgresql_ops=BY_PREFIX),
        Index("holding_account_owner_idx", "owner_party_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    owner_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    account_digest: Mapped[bytes] = mapped_column(LargeBinary)
    account_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    account_tail: Mapped[str] = mapped_column(String(4))
    kind: Mapped[AccountKind] = mapped_column(choice(AccountKind, "kind_is_known"))
    bank_name: Mapped[str | None] = mapped_column(String(200))
    balance_fen: Mapped[int | None] = mapped_column(BigInteger)
    balance_on: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(String(200))
    import_id: Mapped[int] = mapped_column(ForeignKey("holding_import.id"))
    changed_at: Mapped[datetime] = mapped_column(Instant)


class HoldingEntry(Model):
    """资金: one line of an account's journal."""

    __tablename__ = "holding_entry"
    __table_args__ = (
        UniqueConstraint("account_id", "voucher_no"),
        CheckConstraint("amount_fen > 0", name="amount_is_positive"),
        Index("holding_entry_region_idx", "region_code", postgresql_ops=BY_PREFIX),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    owner_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("holding_account.id"))
    voucher_no: Mapped[str] = mapped_column(String(200))
    entered_on: Mapped[date]
    direction: Mapped[Direction] = mapped_column(choice(Direction, "direction_is_known"))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    summary: Mapped[str] = mapped_column(String(200))
    counterparty: Mapped[str | None] = mapped_column(String(200))
    import_id: Mapped[int] = mapped_column(ForeignKey("holding_import.id"))
    changed_at: Mapped[datetime] = mapped_column(Instant)


class HoldingAsset(Model):
    """资产: a row of the village's list. `registry_asset_id` is the same thing in the registry, once it is linked."""

    __tablename__ = "holding_asset"
    __table_args__ = (
        UniqueConstraint("owner_party_id", "asset_no"),
        UniqueConstraint("registry_asset_id"),
        CheckConstraint("quantity > 0", name="quantity_is_positive"),
        CheckConstraint("least(book_value_fen, net_value_fen) >= 0", name="values_are_not_negative"),
        CheckConstraint("net_value_fen <= book_value_fen", name="net_value_is_within_book_value"),
        Index("holding_asset_region_idx", "region_code", postgresql_ops=BY_PREFIX),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    owner_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    asset_no: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[AssetKind] = mapped_column(choice(AssetKind, "kind_is_known"))
    location: Mapped[str | None] = mapped_column(String(200))
    quantity: Mapped[Decimal] = mapped_column(Numeric(16, 4))
    unit: Mapped[str] = mapped_column(String(10))
    book_value_fen: Mapped[int | None] = mapped_column(BigInteger)
    net_value_fen: Mapped[int | None] = mapped_column(BigInteger)
    acquired_on: Mapped[date | None]
    use_state: Mapped[UseState] = mapped_column(choice(UseState, "use_state_is_known"))
    profitable: Mapped[bool]
    public_welfare: Mapped[bool | None]
    fiscal_funded: Mapped[bool | None]
    attached_to_land: Mapped[bool | None]
    note: Mapped[str | None] = mapped_column(String(200))
    registry_asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"))
    import_id: Mapped[int] = mapped_column(ForeignKey("holding_import.id"))
    changed_at: Mapped[datetime] = mapped_column(Instant)


class HoldingResource(Model):
    """资源: land and water of the collective as the village lists it."""

    __tablename__ = "holding_resource"
    __table_args__ = (
        UniqueConstraint("owner_party_id", "resource_no"),
        CheckConstraint("area_mu > 0", name="area_is_positive"),
        Index("holding_resource_region_idx", "region_code", postgresql_ops=BY_PREFIX),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    owner_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    resource_no: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    land_type: Mapped[LandType] = mapped_column(choice(LandType, "land_type_is_known"))
    location: Mapped[str | None] = mapped_column(String(200))
    area_mu: Mapped[Decimal] = mapped_column(Numeric(14, 4))
    bound_east: Mapped[str | None] = mapped_column(String(100))
    bound_south: Mapped[str | None] = mapped_column(String(100))
    bound_west: Mapped[str | None] = mapped_column(String(100))
    bound_north: Mapped[str | None] = mapped_column(String(100))
    use_state: Mapped[UseState] = mapped_column(choice(UseState, "use_state_is_known"))
    parcel_code: Mapped[str | None] = mapped_column(String(40))
    basic_farmland: Mapped[bool | None]
    note: Mapped[str | None] = mapped_column(String(200))
    import_id: Mapped[int] = mapped_column(ForeignKey("holding_import.id"))
    changed_at: Mapped[datetime] = mapped_column(Instant)


class HoldingContract(Model):
    """合同: what the village has let or contracted out, with the certificate if it was traded on the platform."""

    __tablename__ = "holding_contract"
    __table_args__ = (
        UniqueConstraint("owner_party_id", "contract_no"),
        CheckConstraint("starts_on <= ends_on", name="term_runs_forward"),
        CheckConstraint("least(rent_fen, total_fen) >= 0", name="amounts_are_not_negative"),
        CheckConstraint("quantity > 0", name="quantity_is_positive"),
        Index("holding_contract_region_idx", "region_code", "id", postgresql_ops=BY_PREFIX),
        Index("holding_contract_certificate_idx", "certificate_no"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    owner_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    contract_no: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    thing_no: Mapped[str] = mapped_column(String(40))
    lessee_name: Mapped[str] = mapped_column(String(200))
    lessee_kind: Mapped[LesseeKind] = mapped_column(choice(LesseeKind, "lessee_kind_is_known"))
    signed_on: Mapped[date]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    quantity: Mapped[Decimal | None] = mapped_column(Numeric(16, 4))
    rent_fen: Mapped[int | None] = mapped_column(BigInteger)
    total_fen: Mapped[int] = mapped_column(BigInteger)
    certificate_no: Mapped[str | None] = mapped_column(String(30))
    note: Mapped[str | None] = mapped_column(String(200))
    import_id: Mapped[int] = mapped_column(ForeignKey("holding_import.id"))
    changed_at: Mapped[datetime] = mapped_column(Instant)
