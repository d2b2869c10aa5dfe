#!/usr/bin/env python3
"""nongjiao-seal：密封报价。在报价人自己的机器上加密；截止前任何人（含平台）都打不开，截止后任何人都能复核。

    python nongjiao_seal.py holder --save 我的私钥.json                      份额保管单位各自生成密钥
    python nongjiao_seal.py ceremony --lot 7 --holder A=公钥 --holder B=公钥 --holder C=公钥   为一个标的生成密钥，三分其二
    python nongjiao_seal.py seal --lot 7 --bidder A43F2A5 --rules one_shot/1 --key 公钥 --amount-fen 123400 --save 回执.json
    python nongjiao_seal.py share --lot 7 --key 我的私钥.json --sealed-share 密文    保管单位取出自己的一份
    python nongjiao_seal.py open --key 标的公钥 --share 1:… --share 2:… < 全部密封报价.jsonl
    python nongjiao_seal.py check --private 已公布的私钥 < 全部密封报价.jsonl         截止后任何人复核

Plain Python 3.11; the one dependency is `cryptography` (48 or later, for HPKE).

* An offer is padded to 512 bytes and sealed by HPKE (RFC 9180: X25519, HKDF-SHA256, AES-256-GCM) to the lot's key. The
  ciphertext has 560 bytes whatever the amount. Lot, bidder and rule version are bound to it: moved elsewhere it does not open.
* Beside it goes a commitment, SHA-256 over lot, bidder, rule version, amount and 32 random bytes. The bidder keeps amount
  and random bytes as his receipt. Should the shares be lost, the receipt shows what he offered; and an envelope whose
  content is not what was committed to is named as such.
* The lot's private key is split over GF(256) so that any two of three shares give it back and one says nothing. Each
  share is sealed to its holder's own key. The whole key is never written anywhere until it is published after the close.
"""

from __future__ import annotations

import argparse
import json
import re
import secrets
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
PADDED = 512
CIPHERTEXT = 560
MAX_FEN = 10**15 - 1
_NAME = re.compile(r"[A-Za-z0-9._:/-]{1,100}\Z", re.ASCII)
_CONTENT = re.compile(r'\{"amount_fen":([1-9][0-9]{0,14}),"nonce":"([0-9a-f]{64})"\}\Z', re.ASCII)


class CannotOpen(Exception):
    """An envelope that does not open: its code says why."""


@dataclass(frozen=True)
class Place:
    """What an envelope is for. Each part is a short ASCII name."""

    lot: str
    bidder: str
    rules: str

    def __post_init__(self) -> None:
        for part in (self.lot, self.bidder, self.rules):
            if not _NAME.match(part):
                raise ValueError("标的、号牌、规则版本只能用字母、数字和 . _ : / -")

    def info(self) -> bytes:
        """The bytes bound to the ciphertext."""
        return f"nongjiao-seal/1\n{self.lot}\n{self.bidder}\n{self.rules}".encode()


@dataclass(frozen=True)
class Envelope:
    """What is sent: 560 bytes nobody can read yet, and the commitment in hex."""

    ciphertext: bytes
    commitment: str


@dataclass(frozen=True)
class Receipt:
    """What the bidder keeps: the amount in fen and 32 random bytes in hex."""

    amount_fen: int
    nonce: str


def commitment(place: Place, receipt: Receipt) -> str:
    """SHA-256, in hex, over the place, the amount and the random bytes."""
    return sha256(place.info() + f"\n{receipt.amount_fen}\n{receipt.nonce}".encode()).hexdigest()


def _pad(content: bytes) -> bytes:
    return content + b"\x80" + bytes(PADDED - len(content) - 1)


def seal(public_key: bytes, place: Place, amount_fen: int, *, nonce: bytes | None = None) -> tuple[Envelope, Receipt]:
    """Seals an offer to the lot's key of 32 bytes. Raises ValueError for an amount outside 1 … 10^15-1 fen."""
    if isinstance(amount_fen, bool) or not 0 < amount_fen <= MAX_FEN:
        raise ValueError("金额须为正整数分")
    receipt = Receipt(amount_fen, (nonce or secrets.token_bytes(32)).hex())
    content = _pad(f'{{"amount_fen":{amount_fen},"nonce":"{receipt.nonce}"}}'.encode())
    ciphertext = SUITE.encrypt(content, X25519PublicKey.from_public_bytes(public_key), place.info())
    return Envelope(ciphertext, commitment(place, receipt)), receipt


def open_one(private_key: bytes, place: Place, envelope: Envelope) -> Receipt:
    """Opens one envelope. Raises CannotOpen: WRONG_SIZE, NOT_FOR_THIS_PLACE, NO_OFFER or NOT_AS_COMMITTED."""
    if len(envelope.ciphertext) != CIPHERTEXT:
        raise CannotOpen("WRONG_SIZE")
    try:
        padded = SUITE.decrypt(envelope.ciphertext, X25519PrivateKey.from_private_bytes(private_key), place.info())
    except (InvalidTag, ValueError) as e:
        raise CannotOpen("NOT_FOR_THIS_PLACE") from e
    content = padded.rstrip(b"\0")
    found = _CONTENT.match(content[:-1].decode("ascii", "replace")) if content.endswith(b"\x80") else None
    if found is None:
        raise CannotOpen("NO_OFFER")
    receipt = Receipt(int(found[1]), found[2])
    if not is_receipt_of(place, receipt, envelope.commitment):
        raise CannotOpen("NOT_AS_COMMITTED")
    return receipt


def is_receipt_of(place: Place, receipt: Receipt, committed: str) -> bool:
    """Whether a receipt says what was committed to: the way out when the shares are lost."""
    return secrets.compare_digest(commitment(place, receipt), committed)


# --- the key of a lot, split among organisations -------------------------------------------------------------------


def new_key() -> tuple[bytes, bytes]:
    """A private and a public key of 32 bytes each."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def public_of(private_key: bytes) -> bytes:
    """The public half."""
    return X25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def _times(a: int, b: int) -> int:
    """The product in GF(256) modulo x^8+x^4+x^3+x+1."""
    product = 0
    while b:
        product ^= a * (b & 1)
        a = (a << 1) ^ (0x11B * (a >> 7))
        b >>= 1
    return product


def _inverse(a: int) -> int:
    power = a
    for _ in range(6):
        power = _times(_times(power, power), a)
    return _times(power, power)


def split(secret: bytes, *, n: int = 3) -> list[tuple[int, bytes]]:
    """Shares (number from 1, bytes): any two give the secret back, one says nothing (Shamir, a line a byte)."""
    slope = secrets.token_bytes(len(secret))
    return [(x, bytes(s ^ _times(k, x) for s, k in zip(secret, slope, strict=True))) for x in range(1, n + 1)]


def join(one: tuple[int, bytes], other: tuple[int, bytes], *, public_key: bytes) -> bytes:
    """The secret from two shares. Raises CannotOpen(WRONG_SHARES) where it is not the key it should be."""
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 or not {x1, x2} <= set(range(1, 256)) or len(y1) != len(y2):
        raise CannotOpen("WRONG_SHARES")
    over = _inverse(x1 ^ x2)
    w1, w2 = _times(x2, over), _times(x1, over)
    secret = bytes(_times(a, w1) ^ _times(b, w2) for a, b in zip(y1, y2, strict=True))
    if len(secret) != 32 or public_of(secret) != public_key:
        raise CannotOpen("WRONG_SHARES")
    return secret


def _share_info(lot: str, number: int) -> bytes:
    return f"nongjiao-share/1\n{Place(lot, '-', '-').lot}\n{number}".encode()


def ceremony(lot: str, holders: list[bytes]) -> tuple[bytes, list[bytes]]:
    """Makes the lot's key: its public half, and a share sealed to each holder's public key, in their order."""
    private, public = new_key()
    return public, [
        SUITE.encrypt(bytes([number]) + share, X25519PublicKey.from_public_bytes(holder), _share_info(lot, number))
        for (number, share), holder in zip(split(private, n=len(holders)), holders, strict=True)
    ]


def open_share(holder_private: bytes, lot: str, number: int, sealed: bytes) -> tuple[int, bytes]:
    """A holder's own share. Raises CannotOpen(NOT_FOR_THIS_PLACE) for another's, or another lot's."""
    try:
        raw = SUITE.decrypt(sealed, X25519PrivateKey.from_private_bytes(holder_private), _share_info(lot, number))
    except (InvalidTag, ValueError) as e:
        raise CannotOpen("NOT_FOR_THIS_PLACE") from e
    return raw[0], raw[1:]


# --- the command line ----------------------------------------------------------------------------------------------


def _open_all(private: bytes) -> int:
    """Reads an envelope a line from standard input, says what each holds; 1 if one does not open."""
    bad = 0
    for line in sys.stdin:
        if not line.strip():
            continue
        row = json.loads(line)
        place = Place(row["lot"], row["bidder"], row["rules"])
        told: dict[str, object] = {"lot": place.lot, "bidder": place.bidder}
        try:
            told["amount_fen"] = open_one(
                private, place, Envelope(bytes.fromhex(row["ciphertext"]), row["commitment"])
            ).amount_fen
        except CannotOpen as e:
            told["unreadable"], bad = str(e), 1
        print(json.dumps(told, ensure_ascii=False))
    return bad


def _save(path: Path, content: dict[str, object]) -> None:
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(json.dumps(content), encoding="utf-8")


def _numbered(text: str) -> tuple[int, bytes]:
    number, _, share = text.partition(":")
    return int(number), bytes.fromhex(share)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="nongjiao_seal", description="密封报价")
    verbs = parser.add_subparsers(dest="verb", required=True)
    one = verbs.add_parser("holder")
    one.add_argument("--save", type=Path, required=True)
    one = verbs.add_parser("ceremony")
    one.add_argument("--lot", required=True)
    one.add_argument("--holder", action="append", required=True, help="名称=公钥（十六进制），共三家")
    one = verbs.add_parser("seal")
    for name in ("--lot", "--bidder", "--rules", "--key"):
        one.add_argument(name, required=True)
    one.add_argument("--amount-fen", type=int, required=True)
    one.add_argument("--save", type=Path, required=True, help="回执另存，勿交他人")
    one = verbs.add_parser("share")
    one.add_argument("--lot", required=True)
    one.add_argument("--key", type=Path, required=True)
    one.add_argument("--sealed-share", type=_numbered, required=True, help="编号:密文")
    one.add_argument("--digest", action="store_true", help="只印份额的 SHA-256：截止前向平台确认能打开")
    one = verbs.add_parser("open")
    one.add_argument("--key", required=True)
    one.add_argument("--share", type=_numbered, action="append", required=True)
    one = verbs.add_parser("check")
    one.add_argument("--private", required=True)
    asked = parser.parse_args(argv)
    try:
        return _carry_out(asked)
    except (CannotOpen, ValueError, OSError) as e:
        print(f"未完成：{e}", file=sys.stderr)
        return 2


def _carry_out(asked: argparse.Namespace) -> int:
    if asked.verb == "holder":
        private, public = new_key()
        _save(asked.save, {"private": private.hex(), "public": public.hex()})
        print(json.dumps({"public": public.hex()}))
    elif asked.verb == "ceremony":
        names, keys = zip(*(h.split("=", 1) for h in asked.holder), strict=True)
        if len(set(keys)) != 3:
            raise ValueError("须有三家不同的保管单位")
        public, shares = ceremony(asked.lot, [bytes.fromhex(k) for k in keys])
        told = [
            {"holder": h, "sealed_share": f"{i}:{s.hex()}"}
            for i, (h, s) in enumerate(zip(names, shares, strict=True), 1)
        ]
        print(json.dumps({"lot": asked.lot, "public": public.hex(), "shares": told}, ensure_ascii=False))
    elif asked.verb == "seal":
        place = Place(asked.lot, asked.bidder, asked.rules)
        envelope, receipt = seal(bytes.fromhex(asked.key), place, asked.amount_fen)
        _save(asked.save, {"amount_fen": receipt.amount_fen, "nonce": receipt.nonce, **vars(place)})
        print(json.dumps({**vars(place), "ciphertext": envelope.ciphertext.hex(), "commitment": envelope.commitment}))
    elif asked.verb == "share":
        private = bytes.fromhex(json.loads(asked.key.read_text("utf-8"))["private"])
        number, share = open_share(private, asked.lot, *asked.sealed_share)
        print(sha256(share).hexdigest() if asked.digest else f"{number}:{share.hex()}")
    elif asked.verb == "open":
        if len(asked.share) != 2:
            raise ValueError("须恰有两份")
        private = join(*asked.share, public_key=bytes.fromhex(asked.key))
        print(json.dumps({"private": private.hex()}))
        return _open_all(private)
    else:
        return _open_all(bytes.fromhex(asked.private))
    return 0


if __name__ == "__main__":
    sys.exit(main())
