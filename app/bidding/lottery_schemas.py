"""The lottery on the wire. Numbers, roots and commitments are lower-case hex of 32 bytes."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, field_serializer

from app.base.wire import In, Out

Hex32 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class PromiseIn(In):
    """承诺：随机数（32字节）的 SHA-256。"""

    commitment: Hex32


class NumberIn(In):
    """所承诺的随机数。"""

    number: Hex32


class TiedOut(Out):
    """同价并列的一方；rank 为优先权顺位。"""

    plate: str
    rank: int | None


class LotteryOut(Out):
    """抽签。未抽签前 platform_number、log_root、drawn 为空。"""

    platform_commitment: str
    supervisor_commitment: str | None
    supervisor_number: bytes | None
    platform_number: bytes | None
    log_root: bytes | None
    log_size: int | None
    tied: list[TiedOut] = Field(default_factory=list)
    drawn: list[str] | None
    asked_at: datetime | None
    reveal_by: datetime | None
    drawn_at: datetime | None

    @field_serializer("supervisor_number", "platform_number", "log_root")
    def _hex(self, value: bytes | None) -> str | None:
        return None if value is None else value.hex()
