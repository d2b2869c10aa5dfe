"""Acts of the modes that are no ladder, on the wire: plates and amounts, never identities."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from app.base.wire import Count, Fen, In, LongText, Out, Text

Plate = Annotated[str, Field(pattern=r"^[A-Z0-9]{4,7}$")]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,20}$")]
Criterion = Annotated[str, Field(pattern=r"^[a-z_]{2,40}$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class CallIn(In):
    """A bid as the hall called it: plate, and amount for one unit of the announced basis."""

    plate: Plate
    amount_fen: Fen


class AmountIn(In):
    """A bidder's own amount for one unit of the announced basis."""

    amount_fen: Fen


class NoteIn(In):
    """Why, where there is something to say."""

    note: LongText | None = None


class AcceptIn(In):
    """应价。`price_fen`: the price that the screen showed; where the price is higher by now, nothing is taken."""

    price_fen: Fen | None = None


class CounterIn(In):
    """加价。`confirm_fen`: the amount again, for an unusual jump."""

    amount_fen: Fen
    confirm_fen: Fen | None = None


class JudgeIn(In):
    """A judge by code, and whether the village sent him."""

    code: Code
    village: bool


class PanelIn(In):
    """评审组。"""

    judges: Annotated[list[JudgeIn], Field(min_length=1, max_length=31)]


class TenderIn(In):
    """An offer as it was opened, with the vetoes that the committee found."""

    plate: Plate
    price_fen: Fen
    vetoes: Annotated[list[Text], Field(max_length=20, default_factory=list)]
    high_price_explained: bool = False


class SheetIn(In):
    """One judge's sealed sheet: marks in hundredths of a point by plate and criterion."""

    judge: Code
    marks: dict[Plate, dict[Criterion, Annotated[int, Field(ge=0, le=10_000)]]]


class MinutesIn(In):
    """协商纪要：who sat at the table, the digests of minutes and recording, and terms worse for the transferor."""

    n_panel: Count
    n_supervisors: Count
    minutes_sha256: Digest
    recording_sha256: Digest
    worse_for_transferor: Annotated[list[Text], Field(max_length=20, default_factory=list)]


class AgreeIn(In):
    """With whom the talks ended in an agreement."""

    plate: Plate


class ActOut(Out):
    """One act as everybody sees it; `verdict` is what it was answered."""

    n: int
    kind: str
    plate: str | None
    body: dict[str, Any]
    verdict: str
    at: datetime


class ActAnswerOut(ActOut):
    """The answer to whoever acted; `replayed` where the same key had been answered before."""

    message: str
    end_at: datetime
    replayed: bool


class FallingOut(Out):
    """降价现场。`price_fen` is the price of this instant, or the best of the second phase; `now` the server's clock."""

    lot_id: int
    now: datetime
    price_fen: int
    leader: str | None
    end_at: datetime
    stopped: bool
