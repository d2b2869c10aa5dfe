"""可验证抽签：nobody can choose its outcome, and anybody can draw it again (procedure 2.1).

Two parties commit to a random number each before the opening; the seed binds both to the log as it stood at the close.
"""

from collections.abc import Iterable
from hashlib import sha256

SECRET_BYTES = 32


def commitment(secret: bytes) -> str:
    """What is published of a random number before the opening: its SHA-256, in hex."""
    return sha256(secret).hexdigest()


def seed(log_root: bytes, supervisor: bytes | None, platform: bytes, *, commitments: tuple[str | None, str]) -> bytes:
    """SHA256(收盘日志根‖监督岗随机数‖平台随机数)；监督岗未承诺或逾期未揭示的，没有中间一段。

    `commitments` are those of the supervisor and the platform. Raises ValueError where a part has not 32 bytes or a
    number is not the one committed to.
    """
    parts = [part for part in (log_root, supervisor, platform) if part is not None]
    if any(len(part) != SECRET_BYTES for part in parts):
        raise ValueError("日志根和随机数均为32字节")
    promised = commitments[0] if supervisor is None else commitment(supervisor)
    if (promised, commitment(platform)) != commitments:
        raise ValueError("揭示的随机数与开场前的承诺不符")
    return sha256(b"".join(parts)).digest()


def draw(drawn_from: bytes, plates: Iterable[str]) -> tuple[str, ...]:
    """The plates in the order drawn: ascending by SHA256(seed‖号牌). Whoever comes first wins, the rest are next."""
    return tuple(sorted(set(plates), key=lambda plate: sha256(drawn_from + plate.encode()).digest()))


def settle(drawn_from: bytes, tied: Iterable[tuple[str, int | None]]) -> tuple[str, ...]:
    """优先权人先行，同级抽签：the tied plates in order, those of a smaller rank first, no rank last."""
    ranks = dict(tied)
    drawn = draw(drawn_from, ranks)
    return tuple(sorted(drawn, key=lambda plate: (ranks[plate] is None, ranks[plate] or 0)))
