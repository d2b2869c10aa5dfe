"""A lifecycle is its table: what is in it happens, what is not is a conflict that tells the present state."""

from enum import StrEnum
from itertools import product

import pytest

from app.base.errors import Conflict
from app.base.lifecycle import Lifecycle, Move
from app.listing.states import FINAL_STATES, LOT, REASON_ZH, STATE_ZH, STAY, LotState


class S(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    WON = "won"
    FAILED = "failed"


LIFE = Lifecycle(
    "样品",
    Move("open", (S.DRAFT,), S.OPEN),
    Move("end", (S.OPEN,), S.WON),
    Move("end", (S.OPEN,), S.FAILED, "竞价岗", reasons=("NO_BID",)),
    Move("reopen", (S.WON, S.FAILED), S.OPEN),
)


@pytest.mark.parametrize(("state", "verb"), [*product(S, sorted(LIFE.all_verbs()))])
def test_each_state_answers_each_verb(state: S, verb: str) -> None:
    targets = {target for source, v, target in LIFE.edges() if (source, v) == (state, verb)}
    if not targets:
        with pytest.raises(Conflict) as refused:
            LIFE.after(state, verb)
        assert refused.value.reason == "ILLEGAL_TRANSITION"
        assert refused.value.extra == {"state": state.value}
        assert verb not in LIFE.verbs(state)
    elif len(targets) == 1:
        assert {LIFE.after(state, verb)} == targets
        assert verb in LIFE.verbs(state)
    else:
        with pytest.raises(ValueError, match="several"):
            LIFE.after(state, verb)
        assert {LIFE.after(state, verb, to=t) for t in targets} == targets


def test_an_outcome_that_the_table_does_not_know_is_a_conflict() -> None:
    with pytest.raises(Conflict):
        LIFE.after(S.OPEN, "end", to=S.DRAFT)
    with pytest.raises(Conflict):
        LIFE.after(S.DRAFT, "open", to=S.WON)


def test_the_row_behind_a_move_tells_who_and_why() -> None:
    row = LIFE.move(S.OPEN, "end", S.FAILED)
    assert (row.who, row.reasons) == ("竞价岗", ("NO_BID",))


def test_a_row_listed_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Lifecycle("x", Move("a", (S.DRAFT,), S.OPEN), Move("a", (S.DRAFT, S.WON), S.OPEN))


def test_every_state_of_a_lot_is_named_reachable_and_can_end() -> None:
    assert STATE_ZH.keys() == set(LotState)
    forward: dict[LotState, set[LotState]] = {s: set() for s in LotState}
    for source, _, target in LOT.edges():
        forward[source].add(target)

    def reach(start: LotState) -> set[LotState]:
        seen, todo = {start}, [start]
        while todo:
            fresh = forward[todo.pop()] - seen
            seen |= fresh
            todo += fresh
        return seen

    assert reach(LotState.DRAFT) == set(LotState)
    for state in LotState:
        assert reach(state) & FINAL_STATES, state
        assert bool(forward[state]) is (state not in FINAL_STATES), state
    assert not FINAL_STATES & STAY.keys()


def test_every_reason_of_a_lot_has_chinese() -> None:
    assert {reason for move in LOT.moves for reason in move.reasons} <= REASON_ZH.keys()
