"""Regions, parties and their members (LA_Party, LA_GroupParty), collectives, and the series of numbers given out."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)  # fmt: skip
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.registry.models.columns import BY_PREFIX, Instant, choice
from app.registry.states import CollectiveLevel, LegalCapacity, PartyKind, RegionLevel, Sex


class Region(Model):
    """An administrative division by its statistical code: 6 digits a county or the city, 9 a town, 12 a village."""

    __tablename__ = "region"
    __table_args__ = (
        CheckConstraint("code ~ '^[0-9]{6}([0-9]{3}([0-9]{3})?)?$'", name="code_is_a_division"),
        Index("region_code_idx", "code", postgresql_ops={"code": "text_pattern_ops"}),
        Index("region_parent_idx", "parent_code", "code"),
    )

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    level: Mapped[RegionLevel] = mapped_column(choice(RegionLevel, "level_is_known"))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))


class NumberSeries(Model):
    """The last number given out of a series in a year. The row's lock makes numbers unique and without gaps."""

    __tablename__ = "number_series"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(BigInteger)


class Party(Model):
    """权利主体（LA_Party）: a person, a household, a collective, an organisation.

    Resident id and bank account are sealed; the digest finds a person again without opening anything.
    """

    __tablename__ = "party"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(id_number_digest, id_number_sealed, id_number_masked) IN (0, 3)", name="id_number_is_whole"
        ),
        CheckConstraint("id_number_digest IS NULL OR kind = 'individual'", name="id_number_is_a_persons"),
        CheckConstraint(
            "credit_code IS NULL OR kind NOT IN ('individual','household')", name="code_is_an_organisations"
        ),
        CheckConstraint("(legal_capacity IS NOT NULL) = (kind = 'individual')", name="capacity_is_a_persons"),
        CheckConstraint("(bank_account_sealed IS NULL) = (bank_account_tail IS NULL)", name="bank_account_is_whole"),
        UniqueConstraint("region_code", "credit_code"),
        UniqueConstraint("region_code", "id_number_digest"),
        Index(
            "party_collective_code_key",
            "credit_code",
            unique=True,
            postgresql_where=text("kind = 'collective_economic_organisation'"),
        ),
        CheckConstraint("num_nonnulls(sex, died_on) = 0 OR kind = 'individual'", name="only_persons_die"),
        # 政经分离: a village committee and a collective never share an account.
        Index(
            "party_collectives_account_key",
            "bank_account_digest",
            unique=True,
            postgresql_where=text(
                "kind IN ('collective_economic_organisation', 'village_committee', 'villager_group')"
                " AND end_lifespan_at IS NULL"
            ),
        ),
        Index("party_region_idx", "region_code", postgresql_ops=BY_PREFIX),
        Index("party_person_idx", "person_id"),
        Index("party_organisation_idx", "organisation_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[PartyKind] = mapped_column(choice(PartyKind, "kind_is_known"))
    name: Mapped[str] = mapped_column(String(200))
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    credit_code: Mapped[str | None] = mapped_column(String(18))
    id_number_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_number_masked: Mapped[str | None] = mapped_column(String(18))
    born_on: Mapped[date | None]
    legal_capacity: Mapped[LegalCapacity | None] = mapped_column(choice(LegalCapacity, "capacity_is_known"))
    sex: Mapped[Sex | None] = mapped_column(choice(Sex, "sex_is_known"))
    died_on: Mapped[date | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    bank_name: Mapped[str | None] = mapped_column(String(200))
    bank_account_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    bank_account_tail: Mapped[str | None] = mapped_column(String(4))
    bank_account_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    address: Mapped[str | None] = mapped_column(String(200))
    begin_lifespan_at: Mapped[datetime] = mapped_column(Instant)
    end_lifespan_at: Mapped[datetime | None] = mapped_column(Instant)


class PartyMember(Model):
    """A member of a group party (LA_GroupParty). Without shares the group owns jointly (共同共有); with them, by share.

    A deferred trigger holds that the shares of a group's present members are all there and sum to one.
    """

    __tablename__ = "party_member"
    __table_args__ = (
        CheckConstraint("group_party_id <> member_party_id", name="nobody_is_his_own_member"),
        CheckConstraint("(share_num IS NULL) = (share_den IS NULL)", name="share_is_whole"),
        CheckConstraint("share_num > 0 AND share_num <= share_den", name="share_is_a_fraction"),
        Index(
            "party_member_current_key",
            "group_party_id",
            "member_party_id",
            unique=True,
            postgresql_where=text("end_lifespan_at IS NULL"),
        ),
        Index("party_member_member_idx", "member_party_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    group_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    member_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    share_num: Mapped[int | None] = mapped_column(BigInteger)
    share_den: Mapped[int | None] = mapped_column(BigInteger)
    relation: Mapped[str | None] = mapped_column(String(20))
    is_representative: Mapped[bool] = mapped_column(server_default=text("false"))
    begin_lifespan_at: Mapped[datetime] = mapped_column(Instant)
    end_lifespan_at: Mapped[datetime | None] = mapped_column(Instant)


class Collective(Model):
    """What the law asks of a collective: its level, registration, and the numbers that votes are counted against."""

    __tablename__ = "collective"
    __table_args__ = (
        CheckConstraint(
            "least(reps_total, women_reps, board_total, members_full_capacity, households_total) >= 0",
            name="counts_are_not_negative",
        ),
        CheckConstraint("women_reps <= reps_total", name="women_are_among_the_representatives"),
    )

    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), primary_key=True, autoincrement=False)
    level: Mapped[CollectiveLevel] = mapped_column(choice(CollectiveLevel, "level_is_known"))
    registration_valid: Mapped[bool | None]
    members_full_capacity: Mapped[int | None]
    households_total: Mapped[int | None]
    reps_total: Mapped[int | None]
    women_reps: Mapped[int | None]
    reps_term_end_on: Mapped[date | None]
    board_total: Mapped[int | None]
    updated_at: Mapped[datetime] = mapped_column(Instant)
