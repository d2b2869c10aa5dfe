"""Resolutions of collectives and mandates of households."""

from typing import Any

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid
from app.registry import queries
from app.registry.actions.collectives import counted
from app.registry.actions.regions import naming
from app.registry.models import Mandate, Resolution
from app.registry.schemas import MandateIn, ResolutionIn
from app.registry.states import COLLECTIVE_KINDS, ResolutionBody

_FROM_REGISTER = {
    "reps_total": "reps_total",
    "women_reps": "women_reps",
    "households_total": "households_total",
    "reps_term_end_on": "reps_term_end_on",
    "board_total": "board_total",
}
_DENOMINATOR = {
    ResolutionBody.MEMBERS_ASSEMBLY: "eligible",
    ResolutionBody.VILLAGERS_MEETING: "eligible",
    ResolutionBody.GROUP_MEETING: "eligible",
    ResolutionBody.MEMBERS_REPRESENTATIVES: "reps_total",
    ResolutionBody.VILLAGERS_REPRESENTATIVES: "reps_total",
    ResolutionBody.BOARD: "board_total",
}


def record_resolution(tx: Tx, who: Actor | None, body: ResolutionIn) -> Resolution:
    """登记决议。 Denominators come from the collective's register, voters are counted.

    Raises NotFound for a party outside the actor's regions, Invalid for counts that contradict each other.
    """
    with naming("party_id"):
        party = queries.party(tx, body.party_id, seen_by=who)
    now = tx.clock()
    if party.kind not in COLLECTIVE_KINDS:
        raise Invalid("该主体不是农村集体经济组织、村民委员会或村民小组", field="party_id")
    if body.meeting_on > tx.today():
        raise Invalid("会议日尚未到来", field="meeting_on")
    values = {name: value for name, value in dict(body).items() if name != "voters"}
    _complete(tx, values, body)
    cast, counts = counted(tx, who, party, body.body, body.meeting_on, body.voters) if body.voters else ([], {})
    values |= counts
    base = values[_DENOMINATOR[body.body]]
    if base is not None:
        for field in ("attended", "yes"):
            if values[field] > base:
                raise Invalid("人数超过应到人数", field=field)
    _document(tx, who, body.document_id)
    _document(tx, who, body.minutes_document_id, "minutes_document_id")
    resolution = Resolution(**values, region_code=party.region_code, recorded_at=now)
    tx.add(resolution)
    tx.flush()
    for vote in cast:
        vote.resolution_id = resolution.id
    tx.add_all(cast)
    tx.flush()
    record(
        tx, who, "resolution.record", f"resolution/{resolution.id}", region=party.region_code, party=party.id,
        body=body.body, matter=body.matter, meeting_on=body.meeting_on, eligible=resolution.eligible,
        reps_total=resolution.reps_total, board_total=resolution.board_total, attended=resolution.attended,
        yes=resolution.yes, one_by_one=bool(cast),
    )  # fmt: skip
    return resolution


def _complete(tx: Tx, values: dict[str, Any], body: ResolutionIn) -> None:
    """Puts in what follows from the register of the meeting's day and from the papers. What is registered member by
    member overrules; numbers recorded for the collective as a whole only fill what is left out.

    Raises Invalid for a number that the register of members or offices contradicts.
    """
    if body.party_study_on is not None:
        values["party_study_done"] = True
    if body.minutes_document_id is not None:
        values["minutes_filed"] = True
    known = queries.electorate(tx, body.party_id, body.meeting_on)
    fields = dict(_FROM_REGISTER)
    if body.body is ResolutionBody.MEMBERS_ASSEMBLY:
        fields["eligible"] = "members_full_capacity"
    register = queries.collective(tx, body.party_id)
    for field, source in fields.items():
        if source in known:
            if values[field] not in {None, known[source]}:
                raise Invalid(f"与名册不符：会议日为 {known[source]}", field=field)
            values[field] = known[source]
        elif values[field] is None and register is not None:
            values[field] = getattr(register, source)


def record_mandate(tx: Tx, who: Actor | None, body: MandateIn) -> Mandate:
    """登记委托书, with what it does not say left open. Raises Invalid for a party outside the actor's regions."""
    with naming("principal_party_id"):
        principal = queries.party(tx, body.principal_party_id, seen_by=who)
    if body.agent_party_id is not None:
        if body.agent_party_id == body.principal_party_id:
            raise Invalid("受托人不能是委托人本人", field="agent_party_id")
        with naming("agent_party_id"):
            queries.party(tx, body.agent_party_id, seen_by=who)
    for i, parcel_id in enumerate(body.parcel_ids or ()):
        with naming(f"parcel_ids[{i}]"):
            queries.parcel(tx, parcel_id, seen_by=who)
    _document(tx, who, body.document_id)
    mandate = Mandate(**body.model_dump(), region_code=principal.region_code, recorded_at=tx.clock())
    tx.add(mandate)
    tx.flush()
    record(
        tx, who, "mandate.record", f"mandate/{mandate.id}", region=mandate.region_code,
        principal=body.principal_party_id, agent=body.agent_party_id, parcels=body.parcel_ids, valid_from=body.valid_from,
        valid_to=body.valid_to,
    )  # fmt: skip
    return mandate


def revoke_mandate(tx: Tx, who: Actor | None, mandate_id: int, *, reason: str) -> Mandate:
    """撤回委托. Raises Conflict if it was revoked before."""
    mandate = queries.lock_mandate(tx, mandate_id, seen_by=who)
    now = tx.clock()
    if mandate.revoked_at is not None:
        raise Conflict("该委托已撤回", reason="MANDATE_REVOKED", extra={"state": "revoked"})
    mandate.revoked_at = now
    record(tx, who, "mandate.revoke", f"mandate/{mandate_id}", region=mandate.region_code, reason=reason)
    return mandate


def _document(tx: Tx, who: Actor | None, document_id: int | None, field: str = "document_id") -> None:
    if document_id is not None:
        with naming(field):
            queries.document(tx, document_id, seen_by=who)
