"""保留价：committed to before the opening, revealed at the close, and the same for everyone who checks (procedure 2.1)."""

from hashlib import sha256

NONCE_BYTES = 32


def commitment(lot: str, reserve_fen: int, nonce: bytes) -> str:
    """What is published instead of the reserve price, in hex. The nonce of 32 random bytes keeps it from being guessed."""
    if len(nonce) != NONCE_BYTES or reserve_fen <= 0:
        raise ValueError("保留价须为正整数分，随机数须为32字节")
    return sha256(f"nongjiao-reserve/1\n{lot}\n{reserve_fen}\n".encode() + nonce).hexdigest()


def is_revealed(committed: str, lot: str, reserve_fen: int, nonce: bytes) -> bool:
    """Whether what is revealed is what was committed to."""
    return commitment(lot, reserve_fen, nonce) == committed


def is_met(best_fen: int | None, reserve_fen: int | None, *, rising: bool = True) -> bool:
    """达到保留价：equal is enough. Without an offer nothing is met; without a reserve any offer is enough."""
    if best_fen is None or reserve_fen is None:
        return best_fen is not None
    return best_fen >= reserve_fen if rising else best_fen <= reserve_fen
