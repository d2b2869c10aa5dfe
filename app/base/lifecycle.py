"""A lifecycle is a table of moves. Enforcement, buttons, tests and the diagram are all read from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from app.base.errors import Conflict

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Move(Generic[S]):
    """`verb` takes a thing from any of `sources` to `target`.

    `who` names in Chinese who may, `documents` what must be there, `reasons` the public reason codes of which one must
    be given. The move's time limit is that of the state it leaves.
    """

    verb: str
    sources: tuple[S, ...]
    target: S
    who: str = "系统"
    documents: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


class Lifecycle(Generic[S]):
    """The moves of one kind of thing. A verb may lead to several targets, told apart by `to`."""

    def __init__(self, name: str, *moves: Move[S]) -> None:
        self.name = name
        self.moves = moves
        self._targets: dict[tuple[S, str], tuple[S, ...]] = {}
        for move in moves:
            for source in move.sources:
                known = self._targets.get((source, move.verb), ())
                if move.target in known:
                    raise ValueError(f"{name}: {source} --{move.verb}--> {move.target} is listed twice")
                self._targets[source, move.verb] = (*known, move.target)

    def after(self, state: S, verb: str, *, to: S | None = None) -> S:
        """The state after `verb`. `to` chooses where the outcome decides. Raises Conflict with the present state."""
        targets = self._targets.get((state, verb), ())
        if to is None and len(targets) == 1:
            return targets[0]
        if to is not None and to in targets:
            return to
        if to is None and targets:
            raise ValueError(f"{self.name}: {verb} from {state} has several outcomes, say which")
        raise Conflict(f"当前状态（{state}）不能执行“{verb}”", reason="ILLEGAL_TRANSITION", extra={"state": str(state)})

    def move(self, state: S, verb: str, target: S) -> Move[S]:
        """The row of the table behind a change of state."""
        return next(m for m in self.moves if m.verb == verb and state in m.sources and m.target == target)

    def verbs(self, state: S) -> frozenset[str]:
        """What may be done from here."""
        return frozenset(verb for source, verb in self._targets if source == state)

    def all_verbs(self) -> frozenset[str]:
        return frozenset(move.verb for move in self.moves)

    def edges(self) -> Iterator[tuple[S, str, S]]:
        """Every (source, verb, target), in the order of the table."""
        for move in self.moves:
            for source in move.sources:
                yield source, move.verb, move.target
