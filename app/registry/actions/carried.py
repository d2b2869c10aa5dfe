"""Whether a collective's resolution carries a matter: the law of decisions judged on what the registry recorded."""

from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Invalid, Refused
from app.base.findings import Finding, Outcome
from app.compliance.queries import calendar, overrides
from app.registry import queries
from app.registry.actions.regions import naming
from app.registry.models import Resolution
from app.registry.states import Matter, ResolutionBody
from app.rules.book import Step, enforce
from app.rules.catalogue import judge
from app.rules.reading import read_case
from app.rules.terms import two_thirds

_OF_REPRESENTATIVES = frozenset({ResolutionBody.MEMBERS_REPRESENTATIVES, ResolutionBody.VILLAGERS_REPRESENTATIVES})


def carried(
    tx: Tx, who: Actor | None, resolution_id: int, *, party_id: int, matter: Matter, category: str
) -> tuple[Resolution, tuple[Finding, ...]]:
    """The resolution of this collective on this matter, and what the law says of it (step S2 of a case).

    Raises Invalid naming `resolution_id` for another's resolution or another matter; Refused with the findings where
    the law forbids or misses something, and where the count of those entitled is not known: two thirds of an unknown
    number were never reached.
    """
    with naming("resolution_id"):
        resolution = queries.resolution(tx, resolution_id, seen_by=who)
    if resolution.party_id != party_id:
        raise Invalid("不是本集体的决议", field="resolution_id")
    if resolution.matter is not matter:
        raise Invalid(f"决议事项须为 {matter}", field="resolution_id")
    on = tx.today()
    document = {
        "as_of": on,
        "step": Step.S2.name,
        "county": resolution.region_code[:6],
        "category": category,
        "transferor": queries.transferor_facts(tx, queries.party(tx, party_id), []),
        "resolution": queries.resolution_facts(resolution),
    }
    parameters = overrides(tx, resolution.region_code[:6], on)
    case = read_case(queries.as_document(document), parameters=parameters, calendar=calendar(tx))
    judgment = enforce(judge(case, only=frozenset({Step.S0, Step.S2})))
    held = judgment.of(Outcome.HOLD)
    if held:
        said = "；".join(f.message for f in held)
        raise Refused(f"决议尚不齐备：{said}", reason=held[0].rule_id, findings=judgment.findings)
    base = resolution.reps_total if resolution.body in _OF_REPRESENTATIVES else resolution.eligible
    if base is None:
        raise Refused("应到人数未登记，无从认定三分之二", reason="COUNT_UNKNOWN", findings=judgment.findings)
    if resolution.body is ResolutionBody.BOARD or not two_thirds(resolution.yes, base):
        raise Refused("同意票未达全体三分之二", reason="TWO_THIRDS", findings=judgment.findings)
    return resolution, judgment.findings
