"""到场: one record of what the town saw on the ground."""

from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Invalid
from app.homestead.models import HomesteadCase, HomesteadVisit
from app.homestead.schemas import VisitIn
from app.homestead.states import Stage
from app.registry import queries as registry
from app.registry.actions.regions import naming


def visited(
    tx: Tx, who: Actor, row: HomesteadCase, stage: Stage, body: VisitIn, *, passed: bool
) -> HomesteadVisit:  # fmt: skip
    """Raises Invalid for a day before the step began or after today: a visit is made when it is due, not afterwards."""
    now = tx.clock()
    if not row.since_on <= body.visited_on <= tx.today():
        raise Invalid("到场日须在本环节开始之后、今日之前", field="visited_on")
    if body.document_id is not None:
        with naming("document_id"):
            registry.document(tx, body.document_id, seen_by=who)
    visit = HomesteadVisit(
        case_id=row.id, stage=stage, visited_on=body.visited_on, passed=passed, present=body.present, note=body.note,
        document_id=body.document_id, by_person=who.person_id, recorded_at=now,
    )  # fmt: skip
    tx.add(visit)
    tx.flush()
    return visit
