"""The independent verifier, told a lot's events without a log around them."""

from sqlalchemy import select

from app.audit.models import AuditEvent
from app.base.db import Tx
from app.bidding.models import Session
from verify import nongjiao_verify as tool


def retold(tx: Tx, row: Session) -> None:
    """It comes to the same deal, whatever the mode, or raises; every close is told again but of a clock that stood."""
    verifier, subject = tool.Verifier([]), f"lot/{row.lot_id}"
    verifier.rules[subject] = row.rules, row.opens_at
    n_closed = 0
    for event in tx.scalars(select(AuditEvent).where(AuditEvent.subject == subject).order_by(AuditEvent.seq)):
        leaf = tool.Leaf(0, event.id, "", b"")
        verifier.auction(leaf, {"act": event.act, "subject": subject, "seq": event.seq, "facts": event.facts})
        n_closed += event.act == "lot.close"
    told = verifier.report.n
    assert n_closed == (
        told["重算的其他方式场次"] + told["重算的竞价场次"] + told["曾停钟（不重算）的降价场次"]
    )  # fmt: skip
