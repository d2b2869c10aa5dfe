"""A village whose contracts end in 2028: its collective, its members, their homes, land and resolution."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from app.base.db import Tx
from app.registry import actions
from app.registry.models import LandRight, Parcel, Party, Resolution
from app.registry.schemas import MemberIn, MembershipIn, MembershipsIn, MembersIn, ResolutionIn, VoterIn
from app.registry.states import PartyKind, RightKind, Vote
from tests.registry import make

OLD_END, NEW_START, NEW_END = date(2028, 9, 30), date(2028, 10, 1), date(2058, 9, 30)
DAY = timedelta(days=1)
PUBLICITY = 7


@dataclass
class Home:
    """A household, who speaks for it, its parcel and its contract."""

    party: Party
    head: Party
    parcel: Parcel
    right: LandRight


@dataclass
class Village:
    collective: Party
    homes: list[Home] = field(default_factory=list)

    @property
    def rights(self) -> list[int]:
        return [h.right.id for h in self.homes]


def village(tx: Tx, n: int = 3, **over: Any) -> Village:
    """A collective that owns its land, and n member households with one contracted parcel each."""
    made = Village(make.party(tx))
    for _ in range(n):
        made.homes.append(home(tx, made.collective, **over))
    return made


def home(tx: Tx, collective: Party, *, ends_on: date = OLD_END, land_type: str = "cultivated") -> Home:
    house = make.party(tx, PartyKind.HOUSEHOLD)
    head = make.party(tx, PartyKind.INDIVIDUAL, born_on=date(1980, 1, 1))
    actions.record_members(tx, None, house.id, MembersIn(members=[MemberIn(party_id=head.id, is_representative=True)]))
    joined = MembershipIn(member_party_id=head.id, household_party_id=house.id, joined_on=date(2020, 1, 1))
    actions.join(tx, None, collective.id, MembershipsIn(members=[joined], source="演示成员确认"))
    parcel = make.parcel(tx, land_type=land_type)
    make.right(tx, collective, [parcel], kind=RightKind.LAND_OWNERSHIP, starts_on=None, ends_on=None)
    return Home(house, head, parcel, make.right(tx, house, [parcel], ends_on=ends_on))


def resolution(tx: Tx, of: Village, in_favour: int | None = None, **over: Any) -> Resolution:
    """A members' assembly on contracting the land; all who are entitled come, `in_favour` of them agree (or all)."""
    on = tx.today() - DAY
    agreed = len(of.homes) if in_favour is None else in_favour
    voters = [VoterIn(party_id=h.head.id, vote=Vote.YES if i < agreed else Vote.NO) for i, h in enumerate(of.homes)]
    fields: dict[str, Any] = {
        "party_id": of.collective.id, "body": "members_assembly", "matter": "land_contracting", "subject": "演示方案",
        "notice_on": on - 11 * DAY, "meeting_on": on, "voters": voters, "party_study_done": True,
        "party_study_on": on - 12 * DAY, "minutes_filed": True,
    }  # fmt: skip
    return actions.record_resolution(tx, None, ResolutionIn(**fields | over))


def days_pass(tx: Tx, n: int) -> None:
    """Moves the platform's clock, as a demonstration does."""
    tx.execute(text("INSERT INTO installation (kind) VALUES ('demo') ON CONFLICT DO NOTHING"))
    tx.execute(
        text(
            "INSERT INTO clock_shift (shift) VALUES (make_interval(days => :n)) "
            "ON CONFLICT (only_one) DO UPDATE SET shift = clock_shift.shift + EXCLUDED.shift"
        ),
        {"n": n},
    )
