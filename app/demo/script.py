"""The demonstration's deals, as data that the player acts out."""

import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "deals.toml"


@dataclass(frozen=True, slots=True)
class Part:
    """A parcel with a price of its own inside a lot that is sold for its total."""

    mu: Decimal
    start_fen: int


@dataclass(frozen=True, slots=True)
class ScriptedLot:
    title: str
    start_fen: int
    final_fen: int
    mu: Decimal | None = None
    asset: str | None = None
    count: Decimal = Decimal(1)
    unit: str = "亩"
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class ScriptedDeal:
    """One listing to be played. `bidders` are numbers of demonstration accounts."""

    id: str
    source: str
    county: str
    category: str
    title: str
    outcome: str
    months: int
    basis: str
    step_fen: int
    cap_fen: int | None
    bidders: tuple[int, ...]
    rounds: int
    lots: tuple[ScriptedLot, ...] = field(default=())

    @property
    def note(self) -> str:
        """How a listing is known again after a restart."""
        return f"演示 {self.id}：{self.source}"


def _fen(yuan: int) -> int:
    return yuan * 100


def _lot(raw: dict[str, Any]) -> ScriptedLot:
    return ScriptedLot(
        title=raw["title"],
        start_fen=_fen(raw["start"]),
        final_fen=_fen(raw["final"]),
        mu=Decimal(raw["mu"]) if "mu" in raw else None,
        asset=raw.get("asset"),
        count=Decimal(raw.get("count", "1")),
        unit=raw.get("unit", "亩"),
        parts=tuple(Part(Decimal(p["mu"]), _fen(p["start"])) for p in raw.get("part", ())),
    )


def deals() -> list[ScriptedDeal]:
    """All of them, in order."""
    raw = tomllib.loads(DATA.read_text("utf-8"))
    return [
        ScriptedDeal(
            id=d["id"], source=d["source"], county=d["county"], category=d["category"], title=d["title"],
            outcome=d["outcome"], months=d["months"], basis=d["basis"], step_fen=_fen(d["step"]),
            cap_fen=_fen(d["cap"]) if "cap" in d else None, bidders=tuple(d["bidders"]), rounds=d.get("rounds", 3),
            lots=tuple(_lot(lot) for lot in d["lot"]),
        )
        for d in raw["deal"]
    ]  # fmt: skip
