"""The household applies of its own free will, with all its grown members, and takes it back whenever it likes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, NotFound, Refused
from app.base.findings import Finding, Outcome
from app.compliance.queries import calendar, overrides
from app.exit import queries
from app.exit.actions.moves import advance, free
from app.exit.models import ExitApplication, ExitConsent
from app.exit.schemas import ConsentIn, ExitIn
from app.exit.states import CATEGORY_OF, EXIT, RIGHT_OF, ExitKind, ExitState
from app.registry import queries as registry
from app.registry.actions.regions import naming
from app.registry.models import LandRight, Party
from app.registry.states import PartyKind
from app.rules.book import RULEBOOK_VERSION, Step, enforce
from app.rules.catalogue import judge
from app.rules.reading import read_case


def apply(tx: Tx, who: Actor, body: ExitIn) -> ExitApplication:
    """申请退出 one right. By the household's representative himself, or entered by the town with the signed paper.

    Raises NotFound for a right that is no concern of the actor, Refused with the findings where the law forbids it or
    misses something (LCL-30, LCL-60, A6-4, A6-6, A9-3), where a grown member has not agreed in writing, or where it
    was asked of them as a condition of anything.
    """
    representative = _speaker(tx, who, body)
    right = registry.lock_right(tx, body.right_id)
    now = tx.clock()
    today = tx.today()
    holder = registry.party(tx, right.holder_party_id)
    if not queries.representative_of(tx, holder, representative.id):
        raise NotFound("没有这项权利，或者您不是该户代表")
    if who.is_official and not who.sees(right.region_code):
        raise NotFound("没有这项权利，或者不在您的范围内")
    if right.kind is not RIGHT_OF[body.kind]:
        raise Invalid("该权利不是此类退出的对象", field="right_id")
    if right.extends_right_id is not None:
        raise Invalid("请就原承包经营权申请，延包一并退出", field="right_id")
    if body.return_on < today:
        raise Invalid("交回日不得早于今日", field="return_on")
    if queries.open_for(tx, right.id) is not None:
        raise Conflict("该权利已有退出申请", reason="EXIT_EXISTS", field="right_id")
    free(tx, body.kind, right, body.return_on)
    grown = registry.adults_of(tx, [holder.id], today)[holder.id] if holder.kind is PartyKind.HOUSEHOLD else []
    _consented(grown, body.consents, today)
    findings = _judged(tx, body, right, holder, today)
    if body.statement.made_a_condition:
        raise Refused("退出不得作为任何事项的条件", reason="NOT_A_CONDITION", field="statement", findings=findings)
    if not (body.statement.voluntary and body.statement.informed and body.statement.acknowledged):
        raise Refused("须自愿、知情，并知晓退出的后果", reason="NOT_VOLUNTARY", field="statement", findings=findings)
    row = ExitApplication(
        region_code=right.region_code, kind=body.kind, state=ExitState.APPLIED, holder_party_id=holder.id,
        collective_party_id=_collective(tx, right, holder, today), right_id=right.id,
        representative_party_id=representative.id, statement=body.statement.text, document_id=body.document_id,
        return_on=body.return_on, applied_at=now, applied_by_person=who.person_id,
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    tx.add_all(
        ExitConsent(application_id=row.id, member_party_id=c.member_party_id, form=c.form, given_on=c.given_on)
        for c in body.consents
    )
    tx.flush()
    record(
        tx, who, "exit.apply", f"exit/{row.id}", region=row.region_code, after={"state": row.state}, findings=findings,
        rulebook=RULEBOOK_VERSION, kind=row.kind, right=right.id, holder=holder.id, return_on=row.return_on,
        consents=len(body.consents),
    )  # fmt: skip
    return row


def _speaker(tx: Tx, who: Actor, body: ExitIn) -> Party:
    """Who speaks for the household: the actor himself, or, on a signed paper, whoever the town entered it for."""
    with naming("representative_party_id"):
        party = registry.party(tx, body.representative_party_id)
    if body.document_id is not None:
        with naming("document_id"):
            registry.document(tx, body.document_id, seen_by=who)
    if who.is_official:
        if body.document_id is None:
            raise Invalid("代为登记的，须附农户签字的申请书", field="document_id")
    elif party.person_id != who.person_id:
        raise Invalid("须由户代表本人申请", field="representative_party_id")
    if party.kind is not PartyKind.INDIVIDUAL or not registry.is_capable(party, tx.today()):
        raise Invalid("户代表须为完全民事行为能力人", field="representative_party_id")
    return party


def _consented(grown: Sequence[int], given: Sequence[ConsentIn], today: date) -> None:
    ids = [c.member_party_id for c in given]
    if len(set(ids)) != len(ids):
        raise Invalid("同一成员重复", field="consents")
    for i, consent in enumerate(given):
        if consent.member_party_id not in grown:
            raise Invalid("不是该户的成年成员", field=f"consents[{i}].member_party_id")
        if consent.form not in registry.WRITTEN:
            raise Invalid("同意须为书面", field=f"consents[{i}].form")
        if consent.given_on > today:
            raise Invalid("同意日尚未到来", field=f"consents[{i}].given_on")
    missing = sorted(set(grown) - set(ids))
    if missing:
        raise Refused(
            f"尚有 {len(missing)} 名成年成员没有书面同意", reason="X-HH-ALL", field="consents",
            extra={"missing_party_ids": missing},
        )  # fmt: skip


def _judged(tx: Tx, body: ExitIn, right: LandRight, holder: Party, on: date) -> Sequence[Finding]:
    """What the law says of this exit; what it leaves open (HOLD) refuses, what is a person's to judge goes along."""
    said = body.statement
    parcel_ids, asset_ids = registry.things_of(tx, right.ba_unit_id)
    things = registry.parcels(tx, parcel_ids), [registry.asset(tx, a) for a in asset_ids]
    sections: dict[str, Any] = {
        "transferor": {
            "party_type": holder.kind.value, "is_right_holder": True, "signatory_is_representative": True,
            "all_adult_members_consent": True, "members_informed": True, "voluntary_declaration": said.voluntary,
            "coercion_complaint": said.made_a_condition,
        },
        # The register is the title here: a contract that never had a certificate can be given back too.
        "restrictions": {**registry.restriction_facts(tx, *things, on=on), "title_proved": True},
    }  # fmt: skip
    if body.kind is ExitKind.CONTRACT_RIGHT:
        sections["surrender"] = {"written": True, "notice_date": on, "return_date": body.return_on}
    if body.kind is ExitKind.HOMESTEAD:
        sections["homestead"] = {
            "forced": not said.voluntary, "settlement_condition": said.made_a_condition,
            "no_reapply_acknowledged": said.acknowledged, "reapplication_after_disposal": False,
        }  # fmt: skip
    if body.kind is ExitKind.INCOME_SHARE:
        sections["share"] = {"written_application": True}
    document = {
        "as_of": on, "step": Step.S1.name, "county": right.region_code[:6], "category": CATEGORY_OF[body.kind],
        "right": right.kind, "method": "withdrawal", **sections,
    }  # fmt: skip
    parameters = overrides(tx, right.region_code[:6], on)
    case = read_case(registry.as_document(document), parameters=parameters, calendar=calendar(tx))
    judgment = enforce(judge(case, only=frozenset({Step.S1})))
    held = judgment.of(Outcome.HOLD)
    if held:
        text = "；".join(f.message for f in held)
        raise Refused(f"退出条件尚不齐备：{text}", reason=held[0].rule_id, findings=judgment.findings)
    return judgment.findings


def _collective(tx: Tx, right: LandRight, holder: Party, on: date) -> int:
    """Whom the right goes back to: who owns the land; where that is not registered, whose members the household are."""
    parcel_ids, _ = registry.things_of(tx, right.ba_unit_id)
    found = queries.owners_of(tx, parcel_ids) or registry.collectives_of(tx, holder, on)
    if len(found) != 1:
        raise Invalid("登记簿上无从认定所属集体", field="right_id")
    return found[0]


def withdraw(
    tx: Tx, who: Actor, application_id: int, *, reason: str, document_id: int | None = None
) -> ExitApplication:
    """撤回: by anybody who agreed to it, at any time before the price is paid; by the town on a signed paper."""
    row, mine = queries.lock_own(tx, application_id, seen_by=who)
    target = EXIT.after(row.state, "withdraw")
    tx.clock()
    if not mine:
        if not who.is_official:
            raise NotFound("没有这份退出申请")
        if document_id is None:
            raise Invalid("代为登记撤回的，须附农户签字的材料", field="document_id")
    if document_id is not None:
        with naming("document_id"):
            registry.document(tx, document_id, seen_by=who)
    row.reason = reason
    return advance(tx, who, row, "withdraw", target, reason=reason, document=document_id)
