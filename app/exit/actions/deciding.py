"""The collective agrees and pays for it, the town asks the household once more, and the right ends in the registry."""

from datetime import date, timedelta

from sqlalchemy import select

from app.base.actor import Actor
from app.base.days import beijing_day
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, Refused
from app.compliance.queries import parameters
from app.exit import queries
from app.exit.actions.moves import advance, free
from app.exit.models import ExitApplication
from app.exit.states import CATEGORY_OF, EXIT, MATTER_OF, ExitKind
from app.registry import actions as registry_actions
from app.registry import queries as registry


def agree(tx: Tx, who: Actor, application_id: int, *, resolution_id: int, price_fen: int) -> ExitApplication:
    """集体同意, by a resolution of two thirds on the matter of this kind, for a price. Not by whoever applied."""
    row = queries.lock(tx, application_id, seen_by=who)
    target = EXIT.after(row.state, "agree")
    tx.clock()
    if who.person_id == row.applied_by_person:
        raise Refused("办理人不得是申请人", reason="SAME_PERSON")
    resolution, findings = registry_actions.carried(
        tx, who, resolution_id, party_id=row.collective_party_id, matter=MATTER_OF[row.kind],
        category=CATEGORY_OF[row.kind],
    )  # fmt: skip
    row.resolution_id, row.price_fen, row.agreed_by_person = resolution.id, price_fen, who.person_id
    return advance(
        tx, who, row, "agree", target, findings=findings, resolution=resolution.id, price_fen=price_fen
    )  # fmt: skip


def decline(tx: Tx, who: Actor, application_id: int, *, reason: str) -> ExitApplication:
    """集体不同意: the right stays as it is."""
    return _refuse(tx, who, application_id, "decline", reason)


def reject(tx: Tx, who: Actor, application_id: int, *, reason: str) -> ExitApplication:
    """乡镇不予确认: the right stays as it is."""
    return _refuse(tx, who, application_id, "reject", reason)


def _refuse(tx: Tx, who: Actor, application_id: int, verb: str, reason: str) -> ExitApplication:
    row = queries.lock(tx, application_id, seen_by=who)
    target = EXIT.after(row.state, verb)
    tx.clock()
    row.reason = reason
    return advance(tx, who, row, verb, target, reason=reason)


def publicise(tx: Tx, who: Actor, application_id: int) -> ExitApplication:
    """公示: from today on, for as many natural days as the county's parameter says."""
    row = queries.lock(tx, application_id, seen_by=who)
    target = EXIT.after(row.state, "publicise")
    today = beijing_day(tx.clock())
    known = parameters(tx, row.region_code[:6], CATEGORY_OF[row.kind], today)
    row.publicised_on = today
    row.publicity_until = today + timedelta(days=known["village_publicity_natural_days"])
    return advance(tx, who, row, "publicise", target, until=row.publicity_until)


def confirm(tx: Tx, who: Actor, application_id: int, *, asked_on: date) -> ExitApplication:
    """乡镇确认 after the publicity, having asked the household once more whether it still wants to."""
    row = queries.lock(tx, application_id, seen_by=who)
    target = EXIT.after(row.state, "confirm")
    today = beijing_day(tx.clock())
    if row.publicity_until is None or today <= row.publicity_until:
        raise Refused(f"公示期至 {row.publicity_until}，尚未届满", reason="PUBLICITY_RUNS")
    if not row.publicity_until < asked_on <= today:
        raise Invalid("须在公示期满之后、今日之前再次询问农户", field="asked_on")
    if who.person_id == row.agreed_by_person:
        raise Refused("确认人不得是集体经办人", reason="SAME_PERSON")
    row.reaffirmed_on, row.confirmed_by_person = asked_on, who.person_id
    return advance(tx, who, row, "confirm", target, reaffirmed_on=asked_on)


def pay(
    tx: Tx, who: Actor, application_id: int, *, amount_fen: int, paid_on: date, bank_reference: str
) -> ExitApplication:
    """登记付款 of the whole price at once. Not by whoever confirmed. From here on nobody withdraws."""
    row = queries.lock(tx, application_id, seen_by=who)
    target = EXIT.after(row.state, "pay")
    today = beijing_day(tx.clock())
    if amount_fen != row.price_fen:
        raise Invalid("金额与议定价款不一致", field="amount_fen")
    if not (row.reaffirmed_on is not None and row.reaffirmed_on <= paid_on <= today):
        raise Invalid("付款日须在再次确认之后、今日之前", field="paid_on")
    if who.person_id == row.confirmed_by_person:
        raise Refused("付款登记人不得是确认人", reason="SAME_PERSON")
    used = select(ExitApplication.id).where(ExitApplication.bank_reference == bank_reference)
    if tx.scalar(used) is not None:
        raise Conflict("该付款凭证已登记", reason="REFERENCE_USED", field="bank_reference")
    row.paid_on, row.bank_reference, row.paid_by_person = paid_on, bank_reference, who.person_id
    return advance(
        tx, who, row, "pay", target, amount_fen=amount_fen, paid_on=paid_on, bank_reference=bank_reference
    )  # fmt: skip


def end(tx: Tx, who: Actor, application_id: int) -> ExitApplication:
    """The right ends in the registry by its own act and goes back to the collective, on the day agreed or later.

    A contract goes with whatever carries it on, a homestead with the household's own house. Refused while a lease or
    a derived right of somebody else still lives on it. No other right of the household is looked at.
    """
    row = queries.lock(tx, application_id, seen_by=who)
    target = EXIT.after(row.state, "end")
    right = registry.lock_right(tx, row.right_id, seen_by=who)
    now = tx.clock()
    today = beijing_day(now)
    if today < row.return_on:
        raise Refused(f"交回日为 {row.return_on}，尚未到来", reason="NOT_YET")
    if right.holder_party_id != row.holder_party_id:
        raise Conflict("权利人已变更", reason="HOLDER_CHANGED")
    free(tx, row.kind, right, today)
    going = queries.line(tx, right)
    if row.kind is ExitKind.HOMESTEAD:
        parcel_ids, _ = registry.things_of(tx, right.ba_unit_id)
        going = [*queries.houses(tx, right, parcel_ids), *going]
    reason = f"自愿有偿退出（exit/{row.id}）"
    for each in going:
        registry_actions.end_right(tx, who, each.id, reason=reason)
    row.ended_at = now
    return advance(tx, who, row, "end", target, rights=[each.id for each in going], to=row.collective_party_id)
