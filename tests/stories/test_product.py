"""Every state of a lot answers every verb: what the table does not allow is refused, and changes nothing."""

import pytest
from sqlalchemy import text

from app.base.db import transaction
from app.listing.states import LOT, LotState
from tests.stories.stage import DEAL, Stage

OFFICE = DEAL.county
REASON = {"reason_code": "SEIZED", "note": "演示"}
ACTS: dict[str, tuple[str, str, object]] = {
    "submit": (f"{OFFICE}-clerk", "/listings/{listing}/submit", {}),
    "supplement": (f"{OFFICE}-clerk", "/listings/{listing}/supplement", {}),
    "withdraw": (f"{OFFICE}-clerk", "/listings/{listing}/withdraw", {"note": "演示"}),
    "take": (f"{OFFICE}-town", "/listings/{listing}/take", {}),
    "prereview": (f"{OFFICE}-town", "/listings/{listing}/prereview", {}),
    "accept": (f"{OFFICE}-reception", "/listings/{listing}/accept", {}),
    "review": (f"{OFFICE}-reviewer", "/listings/{listing}/review", {}),
    "approve": (f"{OFFICE}-approver", "/listings/{listing}/approve", {}),
    "cosign": (f"{OFFICE}-supervisor", "/listings/{listing}/cosign", {}),
    "reject": (f"{OFFICE}-approver", "/listings/{listing}/reject", REASON),
    "preview": (f"{OFFICE}-reviewer", "/listings/{listing}/preview", {}),
    "publish": (f"{OFFICE}-reviewer", "/listings/{listing}/publish", {}),
    "amend": (f"{OFFICE}-reviewer", "/lots/{lot}/amend", {"note": "演示"}),
    "suspend": (f"{OFFICE}-approver", "/lots/{lot}/suspend", {"reason_code": "TITLE_OBJECTION", "note": "演示"}),
    "resume": (f"{OFFICE}-approver", "/lots/{lot}/resume", {"note": "演示"}),
    "terminate": (f"{OFFICE}-supervisor", "/lots/{lot}/terminate", REASON),
    "schedule": (f"{OFFICE}-auctioneer", "/lots/{lot}/schedule", {}),
    "confirm": ("bidder1", "/lots/{lot}/confirm", {}),
    "object": ("bidder2", "/lots/{lot}/objections", {"interest": "演示", "grounds": "演示"}),
    "default": (f"{OFFICE}-approver", "/lots/{lot}/default", {"reason_code": "COLLUSION", "note": "演示"}),
    "pass_on": (f"{OFFICE}-approver", "/lots/{lot}/pass-on", {}),
    "annul": (f"{OFFICE}-approver", "/lots/{lot}/annul", {"reason_code": "NOT_SIGNED"}),
    "relist": (f"{OFFICE}-clerk", "/lots/{lot}/relist", {"note": "演示"}),
    "sign": (f"{OFFICE}-clerk", "/lots/{lot}/sign", {"content_sha256": "0" * 64}),
    "settle": (f"{OFFICE}-cashier", "/lots/{lot}/settle", {}),
    "certify": (f"{OFFICE}-certifier", "/lots/{lot}/certificate/prepare", {}),
    "archive": (f"{OFFICE}-archivist", "/lots/{lot}/archive", {}),
}
BY_TIME = {"return", "close_entry", "extend", "fail", "negotiate", "evaluate", "open", "seal", "time", "ask", "freeze", "unfreeze", "win",
           "dismiss", "uphold", "end_publicity", "bill", "file"}  # fmt: skip
"""Verbs that time does, or that answer to a thing of their own (a session, an objection) and are tested with it."""


def test_every_verb_is_asked_or_is_not_a_person_s() -> None:
    assert LOT.all_verbs() == set(ACTS) | BY_TIME


@pytest.mark.parametrize("state", list(LotState))
def test_what_the_table_does_not_allow_is_refused_and_changes_nothing(theatre: Stage, state: LotState) -> None:
    listing = theatre.player._listing(DEAL)
    lot_id = listing["lots"][0]["id"]
    for verb, (login, path, body) in ACTS.items():
        if verb in LOT.verbs(state):
            continue
        with transaction() as tx:
            tx.execute(text("UPDATE lot SET state = :state WHERE id = :id"), {"state": state.value, "id": lot_id})
        told = theatre.refused(login, path.format(listing=listing["id"], lot=lot_id), body)
        assert told["status"] in {404, 409, 422}, (verb, told)
        with transaction(read_only=True) as tx:
            assert tx.scalar(text("SELECT state FROM lot WHERE id = :id"), {"id": lot_id}) == state.value, verb
