"""Opening envelopes as docs/sealed.md lays them down. The server never seals and never splits a key: it only opens,
after the close, what two holders have given it the key for. The bidders' own tool is verify/nongjiao_seal.py.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from itertools import combinations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

RULES = "one_shot/1"
CIPHERTEXT = 560
SEALED_SHARE = 81
THRESHOLD = 2
HOLDERS = 3

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_CONTENT = re.compile(rb'\{"amount_fen":([1-9][0-9]{0,14}),"nonce":"([0-9a-f]{64})"\}\x80\x00*\Z')


@dataclass(frozen=True, slots=True)
class Place:
    """What an envelope is bound to."""

    lot: str
    bidder: str
    rules: str = RULES

    def info(self) -> bytes:
        return f"nongjiao-seal/1\n{self.lot}\n{self.bidder}\n{self.rules}".encode()


@dataclass(frozen=True, slots=True)
class Content:
    """What an envelope held, or the reason why nobody can read it."""

    amount_fen: int | None = None
    nonce: bytes | None = None
    fault: str | None = None


def lot_name(lot_id: int, round_no: int, number: int) -> str:
    """The name of one round of envelopes: an envelope opens in its own listing round and quoting round alone."""
    return f"lot/{lot_id}/{round_no}.{number}"


def is_key(public_key: bytes) -> bool:
    """Whether anything can be sealed to these 32 bytes: points of small order are none."""
    try:
        _SUITE.encrypt(b"", X25519PublicKey.from_public_bytes(public_key), b"")
    except ValueError:
        return False
    return True


def commitment(place: Place, amount_fen: int, nonce: bytes) -> bytes:
    return sha256(place.info() + f"\n{amount_fen}\n{nonce.hex()}".encode()).digest()


def is_committed(place: Place, amount_fen: int, nonce: bytes, committed: bytes) -> bool:
    """Whether a receipt says what was committed to."""
    return compare_digest(commitment(place, amount_fen, nonce), committed)


def content(private_key: bytes, place: Place, ciphertext: bytes, committed: bytes) -> Content:
    """Opens one envelope. Whatever is wrong with it is said, and stops nothing."""
    if len(ciphertext) != CIPHERTEXT:
        return Content(fault="WRONG_SIZE")
    try:
        padded = _SUITE.decrypt(ciphertext, X25519PrivateKey.from_private_bytes(private_key), place.info())
    except (InvalidTag, ValueError):
        return Content(fault="NOT_FOR_THIS_PLACE")
    found = _CONTENT.match(padded)
    if found is None:
        return Content(fault="NO_OFFER")
    amount, nonce = int(found[1]), bytes.fromhex(found[2].decode())
    if not is_committed(place, amount, nonce, committed):
        return Content(fault="NOT_AS_COMMITTED")
    return Content(amount, nonce)


def _times(a: int, b: int) -> int:
    """The product in GF(256) modulo x^8+x^4+x^3+x+1."""
    product = 0
    while b:
        product ^= a * (b & 1)
        a = (a << 1) ^ (0x11B * (a >> 7))
        b >>= 1
    return product


def _inverse(a: int) -> int:
    return next(b for b in range(1, 256) if _times(a, b) == 1)


def _joined(one: tuple[int, bytes], other: tuple[int, bytes]) -> bytes:
    (x1, y1), (x2, y2) = one, other
    over = _inverse(x1 ^ x2)
    w1, w2 = _times(x2, over), _times(x1, over)
    return bytes(_times(a, w1) ^ _times(b, w2) for a, b in zip(y1, y2, strict=True))


def private_half(shares: dict[int, bytes], public_key: bytes) -> tuple[bytes, tuple[int, int]] | None:
    """The private half and the numbers of the two shares that gave it; None while no two of them fit the key.

    `shares`: 32 bytes each, by number.
    """
    for one, other in combinations(sorted(shares.items()), THRESHOLD):
        secret = _joined(one, other)
        if X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw() == public_key:
            return secret, (one[0], other[0])
    return None
