"""Members and offices of collectives, and the count of a resolution's voters."""

from collections import Counter
from datetime import date
from typing import Any

from psycopg import errors as pg
from sqlalchemy.exc import IntegrityError

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid
from app.registry import queries
from app.registry.actions.regions import naming
from app.registry.models import CollectiveMember, CollectiveOffice, Party, ResolutionVoter
from app.registry.schemas import LeaveIn, MembershipsIn, OfficeIn, VoterIn
from app.registry.states import COLLECTIVE_KINDS, Office, PartyKind, ResolutionBody, Vote


def _collective(tx: Tx, who: Actor | None, party_id: int) -> Party:
    party = queries.lock_party(tx, party_id, seen_by=who)
    if party.kind not in COLLECTIVE_KINDS:
        raise Invalid("该主体不是农村集体经济组织、村民委员会或村民小组", field="party_id")
    return party


def _person(tx: Tx, who: Actor | None, party_id: int, field: str) -> Party:
    with naming(field):
        person = queries.party(tx, party_id, seen_by=who)
    if person.kind is not PartyKind.INDIVIDUAL:
        raise Invalid("须为自然人", field=field)
    return person


def join(tx: Tx, who: Actor | None, collective_id: int, body: MembershipsIn) -> list[CollectiveMember]:
    """登记成员, each with the household. Raises Conflict for whoever is a member here or elsewhere on one of the days."""
    collective = _collective(tx, who, collective_id)
    now = tx.clock()
    if collective.kind is not PartyKind.COLLECTIVE_ECONOMIC_ORGANISATION:
        raise Invalid("成员名册属于农村集体经济组织", field="party_id")
    rows = []
    for i, each in enumerate(body.members):
        _person(tx, who, each.member_party_id, f"members[{i}].member_party_id")
        if each.household_party_id is not None:
            with naming(f"members[{i}].household_party_id"):
                household = queries.party(tx, each.household_party_id, seen_by=who)
            if household.kind is not PartyKind.HOUSEHOLD:
                raise Invalid("须为农户", field=f"members[{i}].household_party_id")
        if each.joined_on > tx.today():
            raise Invalid("加入日尚未到来", field=f"members[{i}].joined_on")
        rows.append(
            CollectiveMember(
                region_code=collective.region_code, collective_party_id=collective_id,
                member_party_id=each.member_party_id, household_party_id=each.household_party_id,
                joined_on=each.joined_on, source_kind=body.source_kind, source=body.source, recorded_at=now,
            )
        )  # fmt: skip
    tx.add_all(rows)
    _once(tx, "有人在此期间已是本集体或者其他集体的成员", "members")
    record(
        tx, who, "collective.join", f"party/{collective_id}", region=collective.region_code,
        members=[r.member_party_id for r in rows], source=body.source, source_kind=body.source_kind,
    )  # fmt: skip
    return rows


def _once(tx: Tx, said: str, field: str) -> None:
    """Writes, and translates the exclusion constraint that another writer may have come before."""
    try:
        tx.flush()
    except IntegrityError as e:
        if isinstance(e.orig, pg.ExclusionViolation):
            raise Conflict(said, field=field, reason="OVERLAP") from e
        raise


def leave(tx: Tx, who: Actor | None, membership_id: int, body: LeaveIn) -> CollectiveMember:
    """终止成员身份 from a day on. Raises Conflict the second time, Invalid before the day of joining or after today."""
    row = queries.lock_membership(tx, membership_id, seen_by=who)
    tx.clock()
    if row.left_on is not None:
        raise Conflict("该成员身份已终止", reason="MEMBERSHIP_ENDED")
    if not row.joined_on <= body.on <= tx.today():
        raise Invalid("终止日须在加入日之后、今日之前", field="on")
    row.left_on, row.left_because = body.on, body.reason
    tx.flush()
    record(
        tx, who, "collective.leave", f"party/{row.collective_party_id}", region=row.region_code,
        member=row.member_party_id, left_on=body.on, reason=body.reason,
    )  # fmt: skip
    return row


def appoint(tx: Tx, who: Actor | None, collective_id: int, body: OfficeIn) -> CollectiveOffice:
    """登记任职: a representative, a council member, a supervisor. A representative is a member, where there is a register.

    Raises Conflict for who holds the office on one of the days.
    """
    collective = _collective(tx, who, collective_id)
    now = tx.clock()
    person = _person(tx, who, body.holder_party_id, "holder_party_id")
    if (
        body.office is Office.REPRESENTATIVE
        and collective.kind is PartyKind.COLLECTIVE_ECONOMIC_ORGANISATION
        and queries.is_member(tx, [collective_id], person, body.term_start) is False
    ):
        raise Invalid("成员代表须为本集体成员", field="holder_party_id")
    row = CollectiveOffice(
        **dict(body), region_code=collective.region_code, collective_party_id=collective_id, recorded_at=now
    )
    tx.add(row)
    _once(tx, "此人在此期间已任此职", "holder_party_id")
    record(
        tx, who, "collective.appoint", f"party/{collective_id}", region=collective.region_code, holder=person.id,
        office=body.office, term_start=body.term_start, term_end=body.term_end, source=body.source,
    )  # fmt: skip
    return row


def retire(tx: Tx, who: Actor | None, office_id: int, body: LeaveIn) -> CollectiveOffice:
    """任职终止 from a day on. Raises Conflict the second time, Invalid before its first day or after today."""
    row = queries.lock_office(tx, office_id, seen_by=who)
    tx.clock()
    if row.ended_on is not None:
        raise Conflict("该任职已终止", reason="OFFICE_ENDED")
    if not row.term_start <= body.on <= tx.today():
        raise Invalid("终止日须在任职之后、今日之前", field="on")
    row.ended_on, row.ended_because = body.on, body.reason
    tx.flush()
    record(
        tx, who, "collective.retire", f"party/{row.collective_party_id}", region=row.region_code,
        holder=row.holder_party_id, office=row.office, ended_on=body.on, reason=body.reason,
    )  # fmt: skip
    return row


def counted(
    tx: Tx, who: Actor | None, collective: Party, body: ResolutionBody, on: date, given: list[VoterIn]
) -> tuple[list[ResolutionVoter], dict[str, Any]]:
    """The voters of a meeting, and what they make: `attended`, `yes`, `improper_proxies`.

    A proxy is proper at a members' assembly alone, and where it is of the same household, of full capacity, and in
    writing (农村集体经济组织法 27). Raises Invalid for who has no vote there, as far as the register knows.
    """
    entitled = _entitled(tx, collective, body, on)
    household = {m.member_party_id: m.household_party_id for m, _ in queries.members_on(tx, collective.id, on)}
    rows = []
    for i, voter in enumerate(given):
        _person(tx, who, voter.party_id, f"voters[{i}].party_id")
        if entitled is not None and voter.party_id not in entitled:
            raise Invalid("此人在会议日没有表决权", field=f"voters[{i}].party_id")
        proper = None
        if voter.proxy_party_id is not None:
            proxy = _person(tx, who, voter.proxy_party_id, f"voters[{i}].proxy_party_id")
            home = household.get(voter.party_id)
            proper = (
                body is ResolutionBody.MEMBERS_ASSEMBLY
                and home is not None
                and household.get(proxy.id) == home
                and queries.is_capable(proxy, on)
                and voter.proxy_written
            )
        rows.append(
            ResolutionVoter(
                voter_party_id=voter.party_id, proxy_party_id=voter.proxy_party_id,
                proxy_written=voter.proxy_written if voter.proxy_party_id is not None else None,
                proxy_is_proper=proper, vote=voter.vote,
            )
        )  # fmt: skip
    if max(Counter(r.voter_party_id for r in rows).values(), default=0) > 1:
        raise Invalid("同一人只有一票", field="voters")
    return rows, {
        "attended": len(rows),
        "yes": sum(r.vote is Vote.YES for r in rows),
        "improper_proxies": sum(r.proxy_is_proper is False for r in rows),
    }


def _entitled(tx: Tx, collective: Party, body: ResolutionBody, on: date) -> set[int] | None:
    """Who has a vote in this body on that day; None where the register cannot say."""
    if body is ResolutionBody.MEMBERS_ASSEMBLY:
        if not queries.has_register(tx, collective.id):
            return None
        return {p.id for _, p in queries.members_on(tx, collective.id, on) if queries.is_capable(p, on)}
    offices = {
        ResolutionBody.MEMBERS_REPRESENTATIVES: Office.REPRESENTATIVE,
        ResolutionBody.VILLAGERS_REPRESENTATIVES: Office.REPRESENTATIVE,
        ResolutionBody.BOARD: Office.COUNCIL,
    }
    if body not in offices:
        return None
    return {p.id for _, p in queries.officers_on(tx, collective.id, on, offices[body])} or None
