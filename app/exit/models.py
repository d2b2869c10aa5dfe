"""An application to give one right back for a price, and who of the household agreed to it."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Enum, ForeignKey, Identity, Index, String, Text, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.exit.states import ExitKind, ExitState
from app.registry.states import ConsentForm

_Instant = TIMESTAMP(timezone=True)


def _choice(kind: type[ExitKind | ExitState | ConsentForm], truth: str) -> Enum:
    return Enum(
        kind, native_enum=False, length=30, create_constraint=True, name=truth,
        values_callable=lambda members: [m.value for m in members],
    )  # fmt: skip


class ExitApplication(Model):
    """退出申请 of one right. Nothing in it points to another right, another application, or to anything gained by it."""

    __tablename__ = "exit_application"
    __table_args__ = (
        CheckConstraint("price_fen > 0", name="exit_is_paid_for"),
        CheckConstraint(
            "state IN ('applied', 'withdrawn', 'declined') OR num_nonnulls(price_fen, resolution_id) = 2",
            name="agreed_with_a_price",
        ),
        CheckConstraint(
            "state NOT IN ('confirmed', 'paid', 'ended') OR num_nonnulls(confirmed_by_person, reaffirmed_on) = 2",
            name="confirmed_after_asking_again",
        ),
        CheckConstraint("(state IN ('paid', 'ended')) = (paid_on IS NOT NULL)", name="paid_on_a_day"),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended_at_an_instant"),
        CheckConstraint("num_nonnulls(paid_on, bank_reference, paid_by_person) IN (0, 3)", name="payment_is_whole"),
        CheckConstraint("publicised_on < publicity_until", name="publicity_runs_forward"),
        CheckConstraint("agreed_by_person <> applied_by_person", name="nobody_agrees_with_himself"),
        CheckConstraint("confirmed_by_person <> agreed_by_person", name="two_persons_confirm"),
        CheckConstraint("paid_by_person <> confirmed_by_person", name="another_pays"),
        Index(
            "exit_application_open_key",
            "right_id",
            unique=True,
            postgresql_where=text("state NOT IN ('withdrawn', 'declined')"),
        ),
        Index("exit_application_bank_reference_key", "bank_reference", unique=True),
        Index("exit_application_representative_idx", "representative_party_id"),
        Index("exit_application_region_idx", "region_code", postgresql_ops={"region_code": "text_pattern_ops"}),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    kind: Mapped[ExitKind] = mapped_column(_choice(ExitKind, "kind_is_known"))
    state: Mapped[ExitState] = mapped_column(_choice(ExitState, "state_is_known"))
    collective_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    holder_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    right_id: Mapped[int] = mapped_column(ForeignKey("land_right.id"))
    representative_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    statement: Mapped[str] = mapped_column(Text)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    return_on: Mapped[date]
    applied_at: Mapped[datetime] = mapped_column(_Instant)
    applied_by_person: Mapped[int] = mapped_column(ForeignKey("person.id"))
    resolution_id: Mapped[int | None] = mapped_column(ForeignKey("resolution.id"))
    price_fen: Mapped[int | None] = mapped_column(BigInteger)
    agreed_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    publicised_on: Mapped[date | None]
    publicity_until: Mapped[date | None]
    reaffirmed_on: Mapped[date | None]
    confirmed_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    paid_on: Mapped[date | None]
    bank_reference: Mapped[str | None] = mapped_column(String(80))
    paid_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(_Instant)
    reason: Mapped[str | None] = mapped_column(String(200))


class ExitConsent(Model):
    """The written consent of one grown member of the household to this application alone. Only ever added to."""

    __tablename__ = "exit_consent"

    application_id: Mapped[int] = mapped_column(
        ForeignKey("exit_application.id"), primary_key=True, autoincrement=False
    )
    member_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), primary_key=True, autoincrement=False)
    form: Mapped[ConsentForm] = mapped_column(_choice(ConsentForm, "form_is_known"))
    given_on: Mapped[date]
