"""Possession of parcels: granted for a period that nobody else has, ended early by making the period shorter."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, Refused
from app.base.findings import Outcome
from app.compliance.queries import calendar
from app.registry import queries
from app.registry.actions.regions import naming
from app.registry.actions.rights import end_of
from app.registry.models import LandRight, Lease, Parcel
from app.rules.book import Step, enforce
from app.rules.catalogue import judge
from app.rules.reading import read_case

_DAY = timedelta(days=1)


def grant_lease(
    tx: Tx,
    who: Actor | None,
    parcel_ids: Sequence[int],
    *,
    holder_party_id: int,
    starts_on: date,
    ends_on: date,
    reference: str,
    right_id: int | None = None,
    head_lease_id: int | None = None,
) -> list[Lease]:
    """Gives possession of parcels for a term with both days inside, one row a parcel, in the order of the ids.

    `reference` is the contract's number. With `head_lease_id` it is a sublease of one parcel inside that lease's term.
    Raises Conflict (OVERLAP) where a parcel is taken on one of the days; the database says the same to whoever gets
    past this. `who` is None for what time does.
    """
    if ends_on < starts_on:
        raise Invalid("终止日早于起始日", field="ends_on")
    if not parcel_ids or len(set(parcel_ids)) != len(parcel_ids):
        raise Invalid("地块缺少或者重复", field="parcel_ids")
    parcels = queries.lock_parcels(tx, parcel_ids, seen_by=who)
    now = tx.clock()
    for field, key, read in (
        ("holder_party_id", holder_party_id, queries.party),
        ("right_id", right_id, queries.right),
    ):
        if key is not None:
            with naming(field):
                read(tx, key)
    if right_id is not None:
        _within_right(tx, queries.right(tx, right_id), starts_on, ends_on)
    period = Range(starts_on, ends_on + _DAY)
    if head_lease_id is not None:
        head = _inside(tx, who, head_lease_id, [p.id for p in parcels], starts_on, ends_on)
        _agreed(tx, head, parcels[0], holder_party_id, starts_on, ends_on)
    leases = []
    for parcel in parcels:
        _free(tx, parcel.id, parcel.parcel_code, period, head_lease_id)
        lease = Lease(
            region_code=parcel.region_code, parcel_id=parcel.id, holder_party_id=holder_party_id, right_id=right_id,
            head_lease_id=head_lease_id, reference=reference, period=period, agreed_until=ends_on, recorded_at=now,
        )  # fmt: skip
        tx.add(lease)
        tx.flush()
        record(
            tx, who, "lease.grant", f"lease/{lease.id}", region=lease.region_code,
            parcel=parcel.id, holder=holder_party_id, starts_on=starts_on, ends_on=ends_on, reference=reference,
            head_lease=head_lease_id,
        )  # fmt: skip
        leases.append(lease)
    return leases


def _within_right(tx: Tx, right: LandRight, starts_on: date, ends_on: date) -> None:
    """A lease stays inside the right behind it, with the contracts that carry that on (承包法 38)."""
    if right.end_lifespan_at is not None:
        raise Invalid("该权利已终止", field="right_id")
    until = end_of(tx, right)
    if (right.starts_on is not None and starts_on < right.starts_on) or (until is not None and ends_on > until):
        raise Invalid(f"流转期限超过所依权利的剩余期限（至 {until}）", field="ends_on")


def _inside(tx: Tx, who: Actor | None, head_id: int, parcel_ids: list[int], starts_on: date, ends_on: date) -> Lease:
    with naming("head_lease_id"):
        head = queries.lock_lease(tx, head_id, seen_by=who)
    if parcel_ids != [head.parcel_id]:
        raise Invalid("再流转须为同一地块", field="parcel_ids")
    if head.voided_at is not None or starts_on < head.starts_on or ends_on > head.last_day:
        raise Invalid(f"再流转不得超过上一手的期限（{head.starts_on}至{head.last_day}）", field="ends_on")
    return head


def _agreed(tx: Tx, head: Lease, parcel: Parcel, to: int, starts_on: date, ends_on: date) -> None:
    """Asks the law of passing a lease on (承包法 46): the consent of each contractor, and the filing.

    Raises Refused with the findings. Where no household contract lies on the parcel there is nobody to be asked.
    """
    on = tx.today()
    facts = queries.retransfer_facts(tx, [parcel], by=head.holder_party_id, to=to, on=min(on, head.last_day))
    if "parcels_total" not in facts:
        return
    document = {
        "as_of": on,
        "step": Step.S14.name,
        "county": parcel.region_code[:6],
        "category": "household_land_management",
        "term": {"start": starts_on, "end": ends_on},
        "retransfer": facts,
    }
    case = read_case(queries.as_document(document), calendar=calendar(tx))
    judgment = enforce(judge(case, only=frozenset({Step.S14})))
    open_ = [f for f in judgment.findings if f.outcome in {Outcome.HOLD, Outcome.REVIEW}]
    if open_:
        said = "；".join(f.message for f in open_)
        raise Refused(f"再流转条件尚不齐备：{said}", reason=open_[0].rule_id, findings=judgment.findings)


def _free(tx: Tx, parcel_id: int, parcel_code: str, period: "Range[date]", head_lease_id: int | None) -> None:
    """Under the parcel's lock, so that the answer can name the lease in the way."""
    same = (
        (Lease.parcel_id == parcel_id) & Lease.head_lease_id.is_(None)
        if head_lease_id is None
        else Lease.head_lease_id == head_lease_id
    )
    other = tx.scalar(
        select(Lease).where(same, Lease.voided_at.is_(None), Lease.period.op("&&")(period)).order_by(Lease.id).limit(1)
    )
    if other is not None:
        raise Conflict(
            f"地块 {parcel_code} 在 {other.starts_on} 至 {other.last_day} 已有流转合同",
            field="period",
            reason="OVERLAP",
            extra={"parcel_id": parcel_id, "lease_id": other.id},
        )


def end_lease(tx: Tx, who: Actor | None, lease_id: int, *, last_day: date, reason: str) -> Lease:
    """Ends a lease early, `last_day` being the last of possession; before its first day it is voided instead.

    Raises Conflict if it was ended or voided before, Invalid for a day after the agreed end, Refused while a sublease
    goes on longer.
    """
    lease = queries.lock_lease(tx, lease_id, seen_by=who)
    now = tx.clock()
    if lease.ended_on is not None or lease.voided_at is not None:
        raise Conflict("该流转已提前终止", reason="LEASE_ENDED", extra={"state": "ended"})
    if last_day > lease.agreed_until:
        raise Invalid("不得晚于约定的终止日", field="last_day")
    lives = select(Lease).where(Lease.head_lease_id == lease_id, Lease.voided_at.is_(None))
    if any(sub.last_day > last_day for sub in tx.scalars(lives)):
        raise Refused("尚有再流转存续，须先终止", reason="SUBLEASE_LIVES")
    before = {"starts_on": lease.starts_on, "last_day": lease.last_day}
    if last_day < lease.starts_on:
        lease.voided_at = now
    else:
        lease.period = Range(lease.starts_on, last_day + _DAY)
        lease.ended_on = last_day
    lease.end_reason = reason
    tx.flush()
    record(
        tx, who, "lease.end", f"lease/{lease_id}", region=lease.region_code, before=before,
        after={"last_day": lease.last_day, "voided": lease.voided_at is not None}, reason=reason,
    )  # fmt: skip
    return lease
