#!/usr/bin/env python3
"""nongjiao-verify：独立核验农交公开日志。不信任服务器，也不与服务器共用一行代码。

    python nongjiao_verify.py --url https://平台地址 [--key VKEY] [--since 旧树头文件] [--save 导出目录]
    python nongjiao_verify.py --export 导出目录 [--key VKEY] [--since 旧树头文件]
    python nongjiao_verify.py --receipt 回执.json --key VKEY
    python nongjiao_verify.py --receipt 回执.json --url https://平台地址 --receipts-only [--key VKEY]
    python nongjiao_verify.py … --policy 见证策略文件 --database postgresql://…

Plain Python 3.11; the one dependency is `cryptography`, for Ed25519 (and psycopg with --database). It checks

* the signed head (C2SP checkpoint, Ed25519), with the key that you name; without --key it uses the key that the log
  itself offers, and says so: then the log could have swapped key and history together;
* every leaf: canonical JSON (RFC 8785), domain tag, version, contiguous index, one leaf an event, and the root over all
  of them (RFC 6962) against the head, against every older head you hold (--since, export/heads/) and every head the
  server lists, with the server's own consistency and inclusion proofs and tiles;
* the chain of every subject: numbers without a gap, each hash recomputed, each following from the one before (over
  leaves whose content is withheld the chain is followed by number only, and with --database by hash as well);
* every receipt (--receipt, export/receipts/);
* every auction, of whichever mode, replayed from its leaves to the same winner and price, through the lottery and the
  answers of priority to the award;
* with --policy that a quorum of witnesses has cosigned the head;
* with --database that each row of audit_event, log_leaf and log_tile says what the leaves say, and that the rows of bids,
  lots, awards, contracts, deposits and money orders say what their acts in the log said. A check of roots alone would
  miss an edited row.

A receipt may be the platform's whole answer to a bid, a filing or a signature, as it was kept. One that was given before
a signed head covered its leaf has no proof yet: it is looked for among the leaves, or with --receipts-only its proof is
fetched and held against the bytes in hand.

It prints what it checked, in numbers. It ends with 0 if all holds, 1 at the first lie (which row, and why), 2 if it
could not ask.

What the replay reads, all on subject `lot/<id>`:
  facts.rules   of the newest act that has it (lot.schedule, lot.publish): start_fen, step_fen, and optionally
                cap_fen, step_max_fen, step_rule (MULTIPLE|AT_LEAST), allow_self_outbid, priority, free_seconds,
                prep_seconds, timed_seconds, extension (RESET|ANTI_SNIPE|APPEND), snipe_window_seconds,
                snipe_delay_seconds, rising
  facts.opens_at of the same act: with it the clock is replayed too
  bid.hear      {plate, amount_fen, verdict, bid_seq or seq, end_at, at, rank, confirm_fen, expected_seq}
  lot.close     {winner or winner_plate, price_fen, bid_seq}
Without opens_at or the periods the prices, the order and the winner are replayed, and the clock is not. A lot that was
frozen is replayed without its clock. Refusals that rest on facts outside the session (qualification, deposit) are
taken as said. A falling price whose clock stood still for a while is counted as not replayed.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

EVENT_DOMAIN, LEAF_DOMAIN, LEAF_VERSION = "nongjiao.audit.event.v1", "nongjiao.log.leaf", 1
EVENT_FIELDS = {
    "at",
    "act",
    "subject",
    "seq",
    "region_code",
    "account_id",
    "person_id",
    "organisation_id",
    "client_id",
    "on_behalf_of",
    "request_id",
    "before",
    "after",
    "facts",
    "findings",
    "rule_ids",
    "verdict",
    "rulebook",
}
EVENT_HEAD = f'{{"domain":"{EVENT_DOMAIN}","event":'
LEAF_HEAD = f'{{"domain":"{LEAF_DOMAIN}","event":'
LEAF_TAIL = re.compile(
    ',"event_id":(0|[1-9][0-9]{0,18}),"hash":"([0-9a-f]{64})","prev":(?:null|"([0-9a-f]{64})"),'
    f'"version":{LEAF_VERSION}}}'
)
"""What stands before and after the event in a canonical leaf: keys in order, no space, no other way to write it."""
EMPTY = sha256(b"").digest()


class Lie(Exception):
    """Something the log says does not hold. `row` names it."""

    def __init__(self, row: str, why: str) -> None:
        super().__init__(f"{row}: {why}")
        self.row, self.why = row, why


# ---------------------------------------------------------------- hashing


def _refuse(text: str) -> Any:
    raise ValueError(f"a leaf holds no {text[:20]}")


_scan: Callable[[str, int], tuple[Any, int]] = vars(json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse))[
    "scan_once"
]


def read(data: bytes | str) -> Any:
    """JSON as a leaf may hold it: strings, integers, booleans, null, arrays and objects, with no space around them."""
    text = data if isinstance(data, str) else data.decode()
    try:
        value, end = _scan(text, 0)
    except StopIteration:
        raise ValueError("no JSON") from None
    if end != len(text):
        raise ValueError("more than one JSON value")
    return value


def _encoder() -> Callable[[Any], str]:
    """Compact JSON with sorted keys. The standard library's C encoder is made once here, and not for each value anew;
    a Python without it takes the ordinary way to the same bytes.
    """
    plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    pieces = make(None, plain.default, json.encoder.encode_basestring, None, ":", ",", True, False, False)
    return lambda value: "".join(pieces(value, 0))


_encode = _encoder()


def canonical(value: Any) -> str:
    """RFC 8785 of what `read` gives. Python sorts keys by code point, the RFC by UTF-16: the same below U+10000."""
    out = _encode(value)
    if out.isascii() or len(out.encode("utf-16-le")) == 2 * len(out):
        return out

    def order(v: Any) -> Any:
        if isinstance(v, dict):
            return {k: order(v[k]) for k in sorted(v, key=lambda k: k.encode("utf-16-be"))}
        return [order(x) for x in v] if isinstance(v, list) else v

    return json.dumps(order(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def chain_of(event: str, prev: str | None) -> str:
    """The chain hash of an event, given in canonical form."""
    before = "null" if prev is None else f'"{prev}"'
    return sha256(f'{EVENT_HEAD}{event},"prev":{before}}}'.encode()).hexdigest()


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\0" + data).digest()


def node(a: bytes, b: bytes) -> bytes:
    return sha256(b"\1" + a + b).digest()


class Growing:
    """A tree that leaves are added to; it holds one hash for each perfect subtree."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        self.size += 1
        n = self.size
        while n & 1 == 0:
            leaf = node(self.peaks.pop(), leaf)
            n >>= 1
        self.peaks.append(leaf)

    def root(self) -> bytes:
        if not self.peaks:
            return EMPTY
        root: bytes = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node(peak, root)
        return root


def included(index: int, size: int, leaf: bytes, proof: list[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2); None if it is no proof."""
    if not 0 <= index < size:
        return None
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0 or len(p) != 32:
            return None
        if fn & 1 or fn == sn:
            r = node(p, r)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    return r if sn == 0 else None


def continues(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    """Whether the proof shows that the new tree continues the old one (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new or any(len(p) != 32 for p in proof):
        return False
    if old in {0, new}:
        return not proof and old_root == (EMPTY if old == 0 else new_root)
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old_root and sr == new_root


# ---------------------------------------------------------------- signed notes


@dataclass(frozen=True)
class Key:
    name: str
    id: bytes
    kind: int
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> Key:
        try:
            name, kid, data = vkey.strip().split("+", 2)
            raw = b64decode(data, validate=True)
        except ValueError:
            raise SystemExit(f"不是公钥：{vkey[:80]}") from None
        key = cls(name, bytes.fromhex(kid), raw[0] if raw else 0, raw[1:])
        if len(key.public) != 32 or key.kind not in (1, 4):
            raise SystemExit(f"不是 Ed25519 公钥：{vkey[:80]}")
        if sha256(name.encode() + b"\n" + raw).digest()[:4] != key.id:
            raise SystemExit(f"公钥与其编号不符：{vkey[:80]}")
        return key

    def signed(self, text: str, blob: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        said, signature = text.encode(), blob[4:]
        if self.kind == 4:
            time, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            said = f"cosignature/v1\ntime {time}\n".encode() + said
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, said)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Head:
    origin: str
    size: int
    root: bytes
    text: str
    signatures: tuple[tuple[str, bytes], ...]


def read_note(note: str, row: str) -> Head:
    text, gap, rest = note.rpartition("\n\n")
    if not gap or not rest.endswith("\n"):
        raise Lie(row, "不是签名树头")
    signatures = []
    for line in rest[:-1].split("\n"):
        match = re.fullmatch(r"\u2014 (\S+) ([A-Za-z0-9+/]+=*)", line)
        if not match:
            raise Lie(row, "签名行格式有误")
        try:
            blob = b64decode(match[2], validate=True)
        except ValueError:
            raise Lie(row, "签名行格式有误") from None
        if b64encode(blob).decode() != match[2]:
            raise Lie(row, "签名行格式有误")
        signatures.append((match[1], blob))
    lines = text.split("\n")
    try:
        origin, size, root = lines
        head = Head(origin, int(size), b64decode(root, validate=True), text + "\n", tuple(signatures))
    except ValueError:
        raise Lie(row, "不是树头") from None
    if (
        head.text != f"{origin}\n{head.size}\n{b64encode(head.root).decode()}\n"
        or len(head.root) != 32
        or head.size < 0
    ):
        raise Lie(row, "树头格式有误")
    return head


def trusted(note: str, keys: list[Key], row: str) -> Head:
    """The head in a note that a known key signed. A bad line of a known key is a lie even beside a good one."""
    head, good = read_note(note, row), 0
    for name, blob in head.signatures:
        for key in keys:
            if key.kind == 1 and (key.name, key.id) == (name, blob[:4]):
                if not key.signed(head.text, blob):
                    raise Lie(row, f"{name} 的签名无效")
                good += 1
    if not good:
        raise Lie(row, "没有所信任密钥的签名")
    if head.origin not in {k.name for k in keys}:
        raise Lie(row, f"树头属于另一日志（{head.origin}）")
    return head


def quorum(policy: str, head: Head) -> tuple[bool, list[str]]:
    """Whether the cosignatures on a head make the quorum of a C2SP policy, and whose they are."""
    witnesses: dict[str, bool] = {}
    groups: dict[str, tuple[int, list[str]]] = {}
    wanted = None
    for line in policy.split("\n"):
        words = line.split()
        if not words or words[0].startswith("#") or words[0] == "log":
            continue
        if words[0] == "witness":
            key = Key.parse(words[2])
            witnesses[words[1]] = any(
                (key.name, key.id) == (name, blob[:4]) and key.signed(head.text, blob) for name, blob in head.signatures
            )
        elif words[0] == "group":
            members = words[3:]
            groups[words[1]] = ({"any": 1, "all": len(members)}.get(words[2]) or int(words[2]), members)
        elif words[0] == "quorum":
            wanted = words[1]

    def holds(name: str) -> bool:
        if name in witnesses:
            return witnesses[name]
        k, members = groups[name]
        return sum(map(holds, members)) >= k

    if wanted is None:
        raise SystemExit("策略文件没有 quorum 行")
    return wanted == "none" or holds(wanted), [name for name, good in witnesses.items() if good]


# ---------------------------------------------------------------- where the log is read from


@dataclass(slots=True)
class Leaf:
    index: int
    event_id: int
    hash: str
    body: bytes | None


def leaf_from(x: dict[str, Any]) -> Leaf:
    """A leaf as the feed gives it; its body is null where it is withheld from the public."""
    body = x["body"]
    return Leaf(x["index"], x["event_id"], x["leaf_hash"], None if body is None else body.encode())


class Online:
    """The public API. With `save` everything read is kept as an export, with the heads seen, so that it can be held
    against the log later.
    """

    def __init__(self, url: str, save: Path | None = None) -> None:
        self.base, self.save = url.rstrip("/") + "/api/v1/log/", save
        if save:
            (save / "heads").mkdir(parents=True, exist_ok=True)

    def raw(self, path: str, **params: Any) -> bytes:
        query = "?" + urllib.parse.urlencode(params) if params else ""
        with urllib.request.urlopen(self.base + path + query, timeout=60) as answer:
            content: bytes = answer.read()
            return content

    def json(self, path: str, **params: Any) -> Any:
        return json.loads(self.raw(path, **params))

    def checkpoint(self) -> str:
        note = self.raw("checkpoint").decode()
        if self.save:
            (self.save / "checkpoint").write_text(note)
            (self.save / "heads" / f"{note.split(chr(10))[1]}.txt").write_text(note)
        return note

    def vkeys(self) -> list[str]:
        keys = [k["vkey"] for k in self.json("keys")]
        if self.save:
            (self.save / "keys").write_text("".join(k + "\n" for k in keys))
        return keys

    def leaves(self, size: int) -> Iterator[Leaf]:
        out = (self.save / "leaves.jsonl").open("w") if self.save else None
        at = 0
        while at < size:
            page = self.json("leaves", **{"from": at, "limit": min(1000, size - at)})["leaves"]
            if not page:
                raise Lie(f"leaf {at}", "服务器不给出此条记录")
            for x in page:
                if out:
                    out.write(json.dumps(x, ensure_ascii=False) + "\n")
                yield leaf_from(x)
            at += len(page)
        if out:
            out.close()

    def heads(self) -> Iterator[tuple[str, str]]:
        cursor: dict[str, Any] = {}
        while True:
            page = self.json("heads", limit=100, **cursor)
            for x in page["items"]:
                yield f"head {x['id']}", x["checkpoint"]
            if not page.get("next_cursor"):
                return
            cursor = {"cursor": page["next_cursor"]}


class Export:
    """A directory: checkpoint, leaves.jsonl, and optionally keys, heads/*.txt, receipts/*.json."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def checkpoint(self) -> str:
        return (self.folder / "checkpoint").read_text()

    def vkeys(self) -> list[str]:
        path = self.folder / "keys"
        return path.read_text().split() if path.exists() else []

    def leaves(self, size: int) -> Iterator[Leaf]:
        with (self.folder / "leaves.jsonl").open(encoding="utf-8") as lines:
            for at, line in enumerate(lines):
                if at >= size:
                    return
                try:
                    yield leaf_from(read(line.strip(" \t\r\n")))
                except (ValueError, KeyError, TypeError, AttributeError):
                    raise Lie(f"leaf {at}", "导出的这一行无法读取") from None

    def heads(self) -> Iterator[tuple[str, str]]:
        for path in sorted((self.folder / "heads").glob("*.txt")):
            yield f"heads/{path.name}", path.read_text()


# ---------------------------------------------------------------- auctions, replayed

LADDERS = {"ascending", "reverse"}
REPLAYED = {
    "bid.hear",
    "lot.freeze",
    "auction.freeze",
    "lot.close",
    "lottery.draw",
    "lot.win",
    "trade.hear",
    "seal.requote",
}
OUTSIDE = {"NOT_QUALIFIED", "DEPOSIT_MISSING", "RATE_LIMITED", "DUPLICATE", "BAD_BASIS"}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@dataclass
class Auction:
    """An ascending auction, told again from its leaves by the published rules."""

    rules: dict[str, Any]
    opens_at: datetime | None
    phase: str = "WAITING"
    end_at: datetime = datetime.min  # noqa: DTZ901 - stands for none; never compared without an opening
    seq: int = 0
    best: int | None = None
    leader: Any = None
    rank: int | None = None
    heard: int = 0
    tied: list[list[Any]] = field(default_factory=list)
    """Plate and rank of those at the best price together."""
    free: set[Any] = field(default_factory=set)
    """Plates with a valid offer in the free period."""

    def __post_init__(self) -> None:
        if self.opens_at is not None:
            self.end_at = self.opens_at

    def seconds(self, name: str, default: int = 0) -> timedelta:
        return timedelta(seconds=int(self.rules.get(name) or default))

    @property
    def clocked(self) -> bool:
        return self.opens_at is not None and "free_seconds" in self.rules

    def tick(self, now: datetime) -> None:
        while now >= self.end_at and self.phase != "ENDED":
            free, prep, timed = map(self.seconds, ("free_seconds", "prep_seconds", "timed_seconds"))
            if self.phase == "WAITING":
                self.phase, self.end_at = "FREE", self.end_at + free
            elif self.phase == "FREE" and timed and prep:
                self.phase, self.end_at = "PREP", self.end_at + prep
            elif self.phase in ("FREE", "PREP") and timed:
                self.phase, self.end_at = "TIMED", self.end_at + timed
            else:
                self.phase = "ENDED"

    def weigh(self, bid: dict[str, Any]) -> str:
        r, up = self.rules, 1 if self.rules.get("rising", self.rules.get("mode") != "reverse") else -1
        amount, start, step = up * bid["amount_fen"], up * r["start_fen"], r["step_fen"]
        if bid["plate"] == self.leader and not r.get("allow_self_outbid", False):
            return "SELF_OUTBID"
        if amount < start or bid["amount_fen"] <= 0:
            return "BELOW_START"
        if r.get("cap_fen") is not None and amount > up * r["cap_fen"]:
            return "OVER_CAP"
        gain = amount - (start if self.best is None else up * self.best)
        if self.best is not None:
            if gain == 0 and (r.get("priority_in") or r.get("priority") in ("P_IN", "P_IN_ASK")):
                return self.match(bid)
            if gain < step:
                return "STEP_TOO_SMALL"
        multiple = r.get("step_rule", "MULTIPLE") == "MULTIPLE"
        if multiple and (amount - start) % step:
            return "STEP_NOT_MULTIPLE"
        if not multiple and self.best is None and 0 < gain < step:
            return "STEP_TOO_SMALL"
        if r.get("step_max_fen") is not None and gain > r["step_max_fen"]:
            return "STEP_TOO_LARGE"
        if (gain > 10 * step or gain * 100 > r["start_fen"] * 50) and bid.get("confirm_fen") != bid["amount_fen"]:
            return "CONFIRM_JUMP"
        return "LEADING"

    def match(self, bid: dict[str, Any]) -> str:
        rank = bid.get("rank")
        if rank is None:
            return "PRIORITY_ONLY"
        if self.rank is None or rank < self.rank:
            return "LEADING"
        if rank == self.rank and self.rules.get("same_rank") == "LOTTERY":
            return "SELF_OUTBID" if self.joined(bid) else "AGREED"
        return "STEP_TOO_SMALL"

    def joined(self, bid: dict[str, Any]) -> bool:
        return any(plate == bid["plate"] for plate, _ in self.tied)

    @property
    def window(self) -> timedelta:
        return self.seconds("cap_window_seconds") if self.rules.get("cap_fen") else timedelta(0)

    def agree(self, bid: dict[str, Any]) -> str:
        if bid["plate"] == self.leader or self.joined(bid):
            return "SELF_OUTBID"
        if bid["amount_fen"] != self.rules["cap_fen"]:
            up = 1 if self.rules.get("rising", self.rules.get("mode") != "reverse") else -1
            return "OVER_CAP" if up * (bid["amount_fen"] - (self.best or 0)) > 0 else "STEP_TOO_SMALL"
        return "AGREED"

    def hear(self, row: str, bid: dict[str, Any]) -> None:
        self.heard += 1
        said = bid["verdict"]
        if said in OUTSIDE:
            return
        now = instant(bid["at"]) if bid.get("at") else None
        clocked = self.clocked and now is not None
        verdict = None
        if clocked and now:
            self.tick(now)
            verdict = {"WAITING": "NOT_OPEN", "PREP": "NOT_OPEN", "ENDED": "ENDED"}.get(self.phase)
        elif said in ("NOT_OPEN", "ENDED", "FROZEN"):
            return
        if verdict is None:
            stale = bid.get("expected_seq") is not None and bid["expected_seq"] != self.seq
            barred = (
                self.phase == "TIMED" and self.rules.get("timed_requires_free_bid") and bid["plate"] not in self.free
            )
            verdict = "FREE_BID_MISSING" if barred else self.agree(bid) if self.phase == "CAP" else self.weigh(bid)
            verdict = "STALE_SCREEN" if stale else verdict
        if verdict != said:
            raise Lie(row, f"报价 {bid['plate']} {bid['amount_fen']} 分：记录为 {said}，按规则应为 {verdict}")
        if verdict in ("LEADING", "AGREED") and self.phase == "FREE":
            self.free.add(bid["plate"])
        if verdict == "LEADING":
            self.seq, self.best, self.leader, self.rank = self.seq + 1, bid["amount_fen"], bid["plate"], bid.get("rank")
            self.tied = []
            if self.window and self.best == self.rules["cap_fen"]:
                self.phase, self.end_at = "CAP", now + self.window if now else self.end_at
            elif clocked and now:
                self.extend(now)
        elif verdict == "AGREED":
            self.tied = [*(self.tied or [[self.leader, self.rank]]), [bid["plate"], bid.get("rank")]]
            if clocked and now and self.phase != "CAP":
                self.extend(now)
        seq = bid.get("bid_seq", bid.get("seq"))
        if seq is not None and seq != self.seq:
            raise Lie(row, f"报价序号记录为 {seq}，应为 {self.seq}")
        if clocked and bid.get("end_at") is not None and instant(bid["end_at"]) != self.end_at:
            raise Lie(row, f"结束时间记录为 {bid['end_at']}，按规则应为 {self.end_at.isoformat()}")

    def extend(self, now: datetime) -> None:
        timed, how = self.seconds("timed_seconds"), self.rules.get("extension", "RESET")
        window, delay = self.seconds("snipe_window_seconds", 300), self.seconds("snipe_delay_seconds", 300)
        if self.phase == "TIMED":
            self.end_at = max(self.end_at, now + timed)
        elif not timed and how != "RESET" and self.end_at - now <= window:
            self.end_at = max(self.end_at, now + delay) if how == "ANTI_SNIPE" else self.end_at + delay

    def close(self, row: str, facts: dict[str, Any]) -> None:
        winner = facts.get("winner", facts.get("winner_plate"))
        if winner != self.leader or facts.get("price_fen") != self.best:
            raise Lie(
                row, f"成交记录为 {winner} {facts.get('price_fen')} 分，按报价重算应为 {self.leader} {self.best} 分"
            )
        seq = facts.get("bid_seq")
        if seq is not None and seq != self.seq:
            raise Lie(row, f"成交时的报价序号记录为 {seq}，应为 {self.seq}")
        self.phase = "ENDED"

    def foremost(self) -> list[Any]:
        """Of those tied the ones of the best rank."""
        best = min((rank is None, rank or 0) for _, rank in self.tied)
        return [plate for plate, rank in self.tied if (rank is None, rank or 0) == best]

    def draw(self, row: str, facts: dict[str, Any], promised: Any) -> None:
        """The lottery drawn again: the numbers are those promised, and give this order."""
        try:
            root, platform = bytes.fromhex(facts["log_root"]), bytes.fromhex(facts["platform_number"])
            shown = facts.get("supervisor_number")
            supervisor = bytes.fromhex(shown) if shown else b""
        except (KeyError, TypeError, ValueError):
            raise Lie(row, "抽签记录无法读取") from None
        said = self.rules.get("lottery")
        if isinstance(said, dict) and sha256(platform).hexdigest() != said.get("platform"):
            raise Lie(row, "平台随机数与开场前的承诺不符")
        if shown and sha256(supervisor).hexdigest() != promised:
            raise Lie(row, "监督岗随机数与开场前的承诺不符")
        if facts.get("tied") != self.tied:
            raise Lie(row, f"抽签的并列人记录为 {facts.get('tied')}，按报价应为 {self.tied}")
        seed = sha256(root + supervisor + platform).digest()
        ranks = dict(map(tuple, self.tied))
        order = sorted(ranks, key=lambda p: (ranks[p] is None, ranks[p] or 0, sha256(seed + p.encode()).digest()))
        if facts.get("drawn") != order:
            raise Lie(row, f"抽签结果记录为 {facts.get('drawn')}，按随机数应为 {order}")


HALL = {"ENTERED", "BELOW_START", "STEP_TOO_SMALL", "SELF_OUTBID", "NOTHING_TO_STRIKE", "CALL_THRICE", "BELOW_RESERVE"}
Deal = tuple[Any, Any]
"""Plate and price; None twice where there is no deal."""


def half_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


@dataclass
class Other:
    """A session of a mode that is no ladder, told again from its leaves to its winner and price."""

    rules: dict[str, Any]
    opens_at: datetime | None
    acts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Row and facts of each `trade.hear`; for sealed offers of each `bid.hear` and `seal.requote`."""
    stopped: bool = False
    """Whether its clock stood still for a while, which its leaves alone do not measure."""

    def told(self) -> Deal | None:
        """The deal by the rules, None where this one cannot be told from its leaves."""
        mode = self.rules.get("mode")
        if mode == "descending" and (self.stopped or self.opens_at is None):
            return None
        tell = {
            "one_shot": self.one_shot, "hall": self.hall, "descending": self.descending,
            "negotiation": self.negotiation, "tender": self.tender,
        }.get(str(mode))  # fmt: skip
        return tell() if tell else None

    def one_shot(self) -> Deal:
        """The best quote; those tied quote again, and who stays tied wins by having come first."""
        standing: dict[str, tuple[int, datetime]] = {}
        again: dict[str, int] | None = None
        for row, said in self.acts:
            if "plates" in said:
                best = max(fen for fen, _ in standing.values())
                tied = {plate for plate, (fen, _) in standing.items() if fen == best}
                if tied != set(said["plates"]) or said["price_fen"] != best:
                    raise Lie(row, f"再次报价的并列人记录为 {said['plates']}，按报价应为 {sorted(tied)}")
                again = dict.fromkeys(tied, best)
                continue
            floor = self.rules["start_fen"] if again is None else again.get(said["plate"])
            valid = floor is not None and said["amount_fen"] >= floor
            if valid != (said["verdict"] == "LEADING"):
                raise Lie(row, f"密封报价 {said['plate']} {said['amount_fen']} 分：记录为 {said['verdict']}")
            if valid:
                standing[said["plate"]] = said["amount_fen"], instant(said["at"])
        if not standing or (len(standing) == 1 and self.rules.get("one_bidder") == "NEED_TWO"):
            return None, None
        winner = min(standing, key=lambda plate: (-standing[plate][0], standing[plate][1], plate))
        return winner, standing[winner][0]

    def hall(self) -> Deal:
        """Calls as the recorder entered them, until the hammer."""
        bids: list[Deal] = []
        calls, hammered = 0, False
        for row, said in self.acts:
            if said["verdict"] not in HALL:
                continue
            verdict, kind = "ENTERED", said["kind"]
            if kind == "enter":
                fen = said["body"]["amount_fen"]
                if bids and bids[-1][0] == said["plate"]:
                    verdict = "SELF_OUTBID"
                elif fen < self.rules["start_fen"]:
                    verdict = "BELOW_START"
                elif bids and fen < bids[-1][1] + self.rules["step_fen"]:
                    verdict = "STEP_TOO_SMALL"
                else:
                    bids, calls = [*bids, (said["plate"], fen)], 0
            elif kind == "strike":
                verdict = "ENTERED" if bids else "NOTHING_TO_STRIKE"
                bids, calls = bids[:-1], calls if not bids else 0
            elif kind == "call":
                calls += 1
            elif calls < 3:
                verdict = "CALL_THRICE"
            else:
                hammered, verdict = True, "ENTERED" if bids else "BELOW_RESERVE"
            if verdict != said["verdict"]:
                raise Lie(row, f"现场 {kind}：记录为 {said['verdict']}，按规则应为 {verdict}")
        return bids[-1] if hammered and bids else (None, None)

    def descending(self) -> Deal:
        """The price of the instant at which somebody took it, and the ascending phase after it."""
        second: Auction | None = None
        r = self.rules
        for row, said in self.acts:
            now = instant(said["at"])
            if second is None and said["verdict"] == "LEADING":
                ticks = max(0, (now - (self.opens_at or now)) // timedelta(seconds=r["tick_seconds"]))
                price = max(r["floor_fen"], r["start_fen"] - r["step_fen"] * ticks)
                climbing = {"start_fen": price, "step_fen": r["step_fen"], "free_seconds": 0}
                second = Auction(climbing | {"timed_seconds": r["timed_seconds"]}, now)
                second.phase = "TIMED" if r["counter_seconds"] else "ENDED"
                second.end_at = now + timedelta(seconds=r["counter_seconds"])
                second.seq, second.best, second.leader = 1, price, said["plate"]
            elif second is not None and said["kind"] != "accept":
                second.hear(row, {**said["body"], **{k: said[k] for k in ("plate", "verdict", "at")}})
        return (None, None) if second is None else (second.leader, second.best)

    def negotiation(self) -> Deal:
        """What was offered last by whom the talks ended with, and never less than was listed."""
        offers: dict[str, int] = {}
        for row, said in self.acts:
            if said["verdict"] != "TAKEN" or said["kind"] == "minutes":
                continue
            if said["kind"] == "offer":
                offers[said["plate"]] = said["body"]["amount_fen"]
            elif said["plate"] not in offers:
                raise Lie(row, "未报价而谈成")
            else:
                return said["plate"], max(self.rules["start_fen"], offers[said["plate"]])
        return None, None

    def tender(self) -> Deal:
        """The highest total by the announced weights; then the higher price, then credit."""
        offers: dict[str, dict[str, Any]] = {}
        sheets: list[dict[str, dict[str, int]]] = []
        decided = False
        for _, said in self.acts:
            if said["verdict"] != "TAKEN":
                continue
            if said["kind"] == "offer":
                offers[said["plate"]] = said["body"]
            elif said["kind"] == "sheet":
                sheets.append(said["body"]["marks"])
            decided = decided or said["kind"] == "decide"
        kept = {
            plate: o for plate, o in offers.items() if not o.get("vetoes") and o["price_fen"] >= self.rules["floor_fen"]
        }
        if not decided or not kept or len(offers) < self.rules["tenders_at_least"]:
            return None, None
        highest, weights = max(o["price_fen"] for o in kept.values()), self.rules["weights"]

        def points(plate: str, criterion: str) -> int:
            marks = sorted(sheet[plate][criterion] for sheet in sheets)
            marks = marks[1:-1] if len(marks) >= self.rules["trim_from"] else marks
            return half_up(Fraction(sum(marks), len(marks)))

        def place(plate: str) -> tuple[int, int, int]:
            fen = kept[plate]["price_fen"]
            given = {c: points(plate, c) for c in weights if c != "price"}
            total = half_up(Fraction(100 * weights["price"] * fen, highest)) + sum(given.values())
            return total, fen, given.get("credit", 0)

        winner = max(kept, key=place)
        return winner, kept[winner]["price_fen"]


# ---------------------------------------------------------------- the checks


@dataclass
class Report:
    """What was checked, in numbers."""

    n: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return "\n".join(f"  {what}：{n}" for what, n in self.n.items())


@dataclass
class Verifier:
    keys: list[Key]
    report: Report = field(default_factory=Report)
    chains: dict[str, tuple[int, str]] = field(default_factory=dict)
    events: set[int] = field(default_factory=set)
    rules: dict[str, tuple[dict[str, Any], datetime | None]] = field(default_factory=dict)
    auctions: dict[str, Auction] = field(default_factory=dict)
    others: dict[str, Other] = field(default_factory=dict)
    deals: dict[str, Deal] = field(default_factory=dict)
    """What each closed lot should be given for, to whom, until it is."""
    undrawn: dict[str, Auction] = field(default_factory=dict)
    """Auctions that ended with several at one price, until their lottery."""
    promised: dict[str, Any] = field(default_factory=dict)
    """The supervision's commitments, by lot."""
    tree: Growing = field(default_factory=Growing)
    hashes: list[bytes] = field(default_factory=list)
    n_read: int = 0
    unseen: int = 0
    """Numbers missing in chains so far: never more than there were leaves whose content is withheld."""
    early: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Receipts without a proof yet: name and leaf hash by event, until their leaf is met."""

    def meet(self, leaf: Leaf) -> None:
        row, hashed = self.early.pop(leaf.event_id)
        if leaf.hash != hashed:
            raise Lie(row, f"第 {leaf.index} 条记录已不是回执上的内容：历史被改写")
        self.report.n["回执"] += 1

    def withheld(self, row: str, leaf: Leaf) -> None:
        """A leaf known by its hash alone: it counts in the tree, its content cannot be read here."""
        try:
            hashed = bytes.fromhex(leaf.hash)
        except ValueError:
            raise Lie(row, "无法读取") from None
        if leaf.event_id in self.events:
            raise Lie(row, "事件编号重复或不符")
        self.events.add(leaf.event_id)
        self.tree.add(hashed)
        self.hashes.append(hashed)
        self.report.n["未公开内容的记录"] += 1

    def leaf(self, leaf: Leaf) -> None:
        """One leaf, in order. What is asked of every leaf is written out here in one piece: a million calls are dear."""
        if leaf.index != self.tree.size:
            raise Lie(f"leaf {leaf.index}", f"序号不连续，应为 {self.tree.size}")
        if leaf.event_id in self.early:
            self.meet(leaf)
        body = leaf.body
        if body is None:
            self.withheld(f"leaf {leaf.index}", leaf)
            return
        try:
            text = body.decode()
            event, end = _scan(text, len(LEAF_HEAD)) if text.startswith(LEAF_HEAD) else (None, 0)
            inner = canonical(event)
        except (ValueError, StopIteration, RecursionError):
            raise Lie(f"leaf {leaf.index}", "无法读取") from None
        tail = LEAF_TAIL.fullmatch(text, end)
        if tail is None or type(event) is not dict:
            raise Lie(f"leaf {leaf.index}", "不是本日志的记录格式")
        if text[len(LEAF_HEAD) : end] != inner:
            raise Lie(f"leaf {leaf.index}", "不是规范形式的 JSON")
        number, chain, prev = tail.groups()
        event_id = int(number)
        if event.keys() != EVENT_FIELDS or type(event["subject"]) is not str or type(event["seq"]) is not int:
            raise Lie(f"leaf {leaf.index}", "不是本日志的记录格式")
        if event_id != leaf.event_id or event_id in self.events:
            raise Lie(self.row(leaf, event), "事件编号重复或不符")
        self.events.add(event_id)
        hashed = leaf_hash(body)
        if hashed.hex() != leaf.hash:
            raise Lie(self.row(leaf, event), "内容与叶哈希不符")
        subject, seq = event["subject"], event["seq"]
        known = self.chains.get(subject)
        if known is None or known[0] + 1 != seq or known[1] != prev:
            self.not_just_next(leaf, event, prev)
        if chain_of(inner, prev) != chain:
            raise Lie(self.row(leaf, event), "链哈希与内容不符")
        self.chains[subject] = seq, chain
        self.tree.add(hashed)
        self.hashes.append(hashed)
        self.n_read += 1
        if subject.startswith("lot/"):
            self.auction(leaf, event)

    @staticmethod
    def row(leaf: Leaf, event: dict[str, Any]) -> str:
        return f"leaf {leaf.index} (event {leaf.event_id}, {event['subject']} #{event['seq']})"

    def not_just_next(self, leaf: Leaf, event: dict[str, Any], prev: str | None) -> None:
        """A link that does not follow the one met last: the first of a chain, or one behind withheld leaves."""
        seq, last = self.chains.get(event["subject"], (0, None))
        unseen = event["seq"] - seq - 1
        if unseen < 0 or self.unseen + unseen > self.report.n["未公开内容的记录"]:
            raise Lie(self.row(leaf, event), f"事项链断裂：应为第 {seq + 1} 项")
        self.unseen += unseen
        if (prev is None) != (event["seq"] == 1) or (not unseen and prev != last):
            raise Lie(self.row(leaf, event), "事项链断裂：不是接续上一项的哈希")

    def count(self) -> None:
        """Puts into the report what was only counted on the way."""
        if self.n_read:
            self.report.n["记录（叶）"] = self.n_read
        if self.chains:
            self.report.n["事项链"] = len(self.chains)

    def auction(self, leaf: Leaf, event: dict[str, Any]) -> None:
        act, subject, facts = event["act"], event["subject"], event["facts"]
        rules = facts.get("rules")
        if isinstance(rules, dict) and {"start_fen", "step_fen"} <= rules.keys():
            opens = facts.get("opens_at")
            self.rules[subject] = rules, instant(opens) if opens else None
            for of in (self.auctions, self.others, self.deals):
                of.pop(subject, None)
        row = self.row(leaf, event) if act in REPLAYED else ""
        self.after_the_close(row, act, subject, facts)
        if subject in self.rules and self.rules[subject][0].get("mode", "ascending") not in LADDERS:
            self.other(row, act, subject, facts)
            return
        if act == "bid.hear":
            if subject not in self.auctions:
                if subject not in self.rules:
                    raise Lie(row, "有报价而没有公布的竞价规则")
                self.auctions[subject] = Auction(*self.rules[subject])
            self.auctions[subject].hear(row, facts)
            self.report.n["重算的报价"] += 1
        elif act in ("lot.freeze", "auction.freeze") and subject in self.auctions:
            self.auctions[subject].opens_at = None
            self.report.n["曾冻结（不重算时钟）的场次"] += 1
        elif act == "lot.close" and subject in self.rules:
            auction = self.auctions.setdefault(subject, Auction(*self.rules[subject]))
            auction.close(row, facts)
            self.report.n["重算的竞价场次"] += 1
            if len(auction.tied) > 1:
                first = auction.foremost()
                self.deals[subject] = first[0], auction.best
                if len(first) > 1:
                    self.undrawn[subject] = auction
        elif act == "lottery.promise":
            self.promised[subject] = facts.get("commitment")
        elif act == "lottery.draw":
            if subject not in self.undrawn:
                raise Lie(row, "没有同价并列而有抽签")
            self.undrawn.pop(subject).draw(row, facts, self.promised.get(subject))
            self.report.n["重算的抽签"] += 1

    def other(self, row: str, act: str, subject: str, facts: dict[str, Any]) -> None:
        """One act of a session that is no ladder."""
        told = self.others.setdefault(subject, Other(*self.rules[subject]))
        sealed = told.rules.get("mode") == "one_shot"
        if act == "trade.hear" or (sealed and act in ("bid.hear", "seal.requote")):
            told.acts.append((row, facts))
        elif act.startswith(("lot.freeze", "auction.freeze", "outage.")):
            told.stopped = True
        elif act == "lot.close":
            said, deal = (facts.get("winner"), facts.get("price_fen")), told.told()
            if deal is None:
                self.report.n["曾停钟（不重算）的降价场次"] += 1
            elif deal != said:
                raise Lie(row, f"成交记录为 {said[0]} {said[1]} 分，按记录重算应为 {deal[0]} {deal[1]} 分")
            else:
                self.report.n["重算的其他方式场次"] += 1

    def after_the_close(self, row: str, act: str, subject: str, facts: dict[str, Any]) -> None:
        """Who leads after the lottery and the answers of priority is who the lot is given to."""
        if act == "lot.close":
            self.deals[subject] = facts.get("winner"), facts.get("price_fen")
        elif subject not in self.deals:
            return
        elif act == "lottery.draw":
            self.deals[subject] = facts["drawn"][0], self.deals[subject][1]
        elif act == "priority.answer" and facts.get("answer") == "yes":
            raised = facts.get("counter_fen") if facts.get("kind") == "counter" else None
            self.deals[subject] = facts.get("plate"), raised or self.deals[subject][1]
        elif act == "lot.win":
            deal, said = self.deals.pop(subject), (facts.get("plate"), facts.get("price_fen"))
            if said != deal:
                raise Lie(row, f"成交给 {said[0]} {said[1]} 分，按收盘和优先权答复应为 {deal[0]} {deal[1]} 分")
            self.report.n["重算的成交"] += 1

    def receipt(self, row: str, text: str) -> Head | None:
        """A receipt stands by itself: its proof leads from its body to a signed head. None for one that has none yet."""
        try:
            said = json.loads(text)
            body, index = said["body"].encode(), said["leaf_index"]
            if said["checkpoint"] is None:
                inner = read(body)
                hashed = leaf_hash(body).hex()
                same = inner["hash"] == said["chain_hash"] == chain_of(canonical(inner["event"]), inner["prev"])
                if not same or canonical(inner).encode() != body or said["leaf_hash"] != hashed:
                    raise Lie(row, "回执内容与其链哈希不符")
                if inner["event_id"] != said["event_id"]:
                    raise Lie(row, "回执内容与其事件编号不符")
                self.early[said["event_id"]] = row, hashed
                return None
            proof = [bytes.fromhex(p) for p in said["proof"]]
            same = [p.hex() for p in proof] == said["proof"]
            inner = read(body)
            chain = chain_of(canonical(inner["event"]), inner["prev"])
            same &= inner["hash"] == said["chain_hash"] == chain and inner["event_id"] == said["event_id"]
            note, size, hashed = said["checkpoint"], said["size"], said["leaf_hash"]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Lie(row, "回执无法读取") from None
        head = trusted(note, self.keys, row)
        if not same or hashed != leaf_hash(body).hex() or canonical(inner).encode() != body:
            raise Lie(row, "回执内容与其链哈希不符")
        if (
            size != head.size
            or type(index) is not int
            or included(index, head.size, leaf_hash(body), proof) != head.root
        ):
            raise Lie(row, "回执的证明不通向其树头")
        self.report.n["回执"] += 1
        return head


def check(
    source: Online | Export, verifier: Verifier, old: list[tuple[str, str]], receipts: list[tuple[str, str]]
) -> Head:
    """The whole log, in one pass over its leaves. `old` and `receipts` are (name, text)."""
    head = trusted(source.checkpoint(), verifier.keys, "checkpoint")
    marks: dict[int, list[tuple[str, Head]]] = {}
    for row, note in [*old, *source.heads()]:
        past = trusted(note, verifier.keys, row)
        if past.size > head.size:
            raise Lie(row, f"曾签发 {past.size} 条的树头，而现在只有 {head.size} 条：记录被截去")
        marks.setdefault(past.size, []).append((row, past))
    for row, text in receipts:
        covered = verifier.receipt(row, text)
        if covered is None:
            continue
        if covered.size > head.size:
            raise Lie(row, f"回执见过 {covered.size} 条的日志，而现在只有 {head.size} 条：记录被截去")
        marks.setdefault(covered.size, []).append((row, covered))

    def compare() -> None:
        for row, past in marks.pop(verifier.tree.size, []):
            if past.root != verifier.tree.root():
                raise Lie(row, f"前 {past.size} 条记录的根与当时签发的不同：历史被改写")
            verifier.report.n["旧树头"] += 1

    compare()
    for leaf in source.leaves(head.size):
        verifier.leaf(leaf)
        if verifier.tree.size in marks:
            compare()
    verifier.count()
    if verifier.tree.size != head.size:
        raise Lie(f"leaf {verifier.tree.size}", f"树头说有 {head.size} 条记录，只得到 {verifier.tree.size} 条")
    if verifier.tree.root() != head.root:
        raise Lie("checkpoint", "全部记录的根与树头不符：有记录被替换")
    verifier.report.n["签名树头"] += 1
    for row, _ in verifier.early.values():
        raise Lie(row, "日志中没有回执所述的记录：若在一分钟之内取得，请稍后再验；否则它已被删去")
    for row, text in receipts:
        index = json.loads(text)["leaf_index"]
        if index is not None and verifier.hashes[index] != leaf_hash(json.loads(text)["body"].encode()):
            raise Lie(row, f"回执的第 {index} 条记录已不是原来的内容")
    return head


def receipts_in(path: Path) -> list[tuple[str, str]]:
    """The receipts in a file: one as it was fetched, or the answer of the platform that carries one or more."""
    text = path.read_text()
    try:
        said = json.loads(text)
        inner = said if isinstance(said, dict) else {}
        inner = inner.get("receipt", inner)
        found = inner.get("receipts") or ([inner["log"]] if inner.get("log") else [inner])
    except (ValueError, AttributeError):
        raise Lie(str(path), "回执无法读取") from None
    return [(str(path), json.dumps(x, ensure_ascii=False)) for x in found]


def complete(online: Online, row: str, text: str) -> str:
    """The receipt with the proof that the server has for it by now; what it says must be what is in hand."""
    held = json.loads(text)
    try:
        now = online.json(f"events/{int(held['event_id'])}/receipt")
    except urllib.error.HTTPError as e:
        if e.code == 404:
            raise Lie(row, "服务器不认得这一回执") from None
        raise
    except (KeyError, TypeError, ValueError):
        raise Lie(row, "回执无法读取") from None
    if [now[k] for k in ("event_id", "body", "chain_hash")] != [
        held.get(k) for k in ("event_id", "body", "chain_hash")
    ]:
        raise Lie(row, "服务器如今给出的记录与回执上的不同：历史被改写")
    return json.dumps(now, ensure_ascii=False)


def check_server(online: Online, verifier: Verifier, head: Head) -> None:
    """The proofs and tiles that the server gives out, against the tree just computed."""
    for level, index, hashes in tiles(verifier.hashes):
        width, digits = len(hashes) // 32, f"{index:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        parts = [digits[i : i + 3] for i in range(0, len(digits), 3)]
        path = "/".join([*("x" + p for p in parts[:-1]), parts[-1]]) + ("" if width == 256 else f".p/{width}")
        if online.raw(f"tile/{level}/{path}") != hashes:
            raise Lie(f"tile {level}/{index}", "哈希砖与记录不符")
        verifier.report.n["哈希砖"] += 1
    sizes = sorted({1, head.size // 3, head.size // 2, head.size - 1} & set(range(1, head.size)))
    growing, roots = Growing(), {0: EMPTY}
    for hashed in verifier.hashes:
        growing.add(hashed)
        if growing.size in sizes:
            roots[growing.size] = growing.root()
    for old in sizes:
        proof = [bytes.fromhex(p) for p in online.json("proofs/consistency", **{"from": old, "to": head.size})["proof"]]
        if not continues(old, head.size, roots[old], head.root, proof):
            raise Lie(f"proofs/consistency {old}→{head.size}", "服务器的一致性证明不成立")
        verifier.report.n["一致性证明"] += 1
    for index in sorted({0, head.size // 2, head.size - 1} & set(range(head.size))):
        proof = [bytes.fromhex(p) for p in online.json("proofs/inclusion", leaf=index, size=head.size)["proof"]]
        if included(index, head.size, verifier.hashes[index], proof) != head.root:
            raise Lie(f"proofs/inclusion {index}", "服务器的包含证明不成立")
        verifier.report.n["包含证明"] += 1


def tiles(hashes: list[bytes]) -> Iterator[tuple[int, int, bytes]]:
    level = 0
    while hashes:
        above = []
        for at in range(0, len(hashes), 256):
            row = hashes[at : at + 256]
            yield level, at // 256, b"".join(row)
            if len(row) == 256:
                while len(row) > 1:
                    row = [node(row[i], row[i + 1]) for i in range(0, len(row), 2)]
                above += row
        level, hashes = level + 1, above


def plain(value: Any) -> Any:
    """A database value as the log writes it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value


def check_database(url: str, verifier: Verifier, head: Head) -> None:
    """Rows against leaves: what stands in the tables is what stands in the log."""
    import psycopg

    names = sorted(EVENT_FIELDS)
    told, links = Told(), dict[str, tuple[int, Any]]()
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with connection.cursor("rows") as rows:
            rows.itersize = 2000
            rows.execute(
                f"SELECT l.index, l.event_id, l.leaf_hash, l.body, e.id, e.prev_hash, e.hash, "
                f"{', '.join('e.' + n for n in names)} "
                "FROM log_leaf l LEFT JOIN audit_event e ON e.id = l.event_id ORDER BY l.index"
            )
            at = 0
            for index, event_id, hashed, body, found, prev, chain, *values in rows:
                if index != at:
                    raise Lie(f"log_leaf {at}", "库中缺少这一行")
                at += 1
                if leaf_hash(bytes(body)) != bytes(hashed) or (
                    at <= head.size and bytes(hashed) != verifier.hashes[index]
                ):
                    raise Lie(f"log_leaf {index} (event {event_id})", "库中的叶与公开日志不同")
                if found is None:
                    raise Lie(f"audit_event {event_id}", f"行已不在，而日志有第 {index} 条记录")
                said = {
                    "domain": LEAF_DOMAIN,
                    "version": LEAF_VERSION,
                    "event_id": event_id,
                    "event": {n: plain(v) for n, v in zip(names, values, strict=True)},
                    "prev": bytes(prev).hex() if prev else None,
                    "hash": bytes(chain).hex(),
                }
                if canonical(said).encode() != bytes(body):
                    raise Lie(f"audit_event {event_id}", f"行与日志第 {index} 条记录不同：{difference(said, body)}")
                told.take(said["event"])
                seq, last = links.get(said["event"]["subject"], (0, None))
                if (said["event"]["seq"], said["prev"]) != (seq + 1, last):
                    raise Lie(f"audit_event {event_id}", f"事项链断裂：不接续 {said['event']['subject']} 的第 {seq} 项")
                links[said["event"]["subject"]] = seq + 1, said["hash"]
                verifier.report.n["与库中对照的行"] += 1
        if at < head.size:
            raise Lie(f"log_leaf {at}", "库中缺少这一行")
        wanted = {(level, index): hashes for level, index, hashes in tiles(verifier.hashes)}
        for level, index, width, hashes in connection.execute("SELECT level, index, width, hashes FROM log_tile"):
            mine = wanted.get((level, index), b"")
            n = min(len(mine), 32 * width)
            if bytes(hashes)[:n] != mine[:n] or len(hashes) != 32 * width:
                raise Lie(f"log_tile {level}/{index} ({width})", "库中的哈希砖与记录不符")
            verifier.report.n["与库中对照的哈希砖"] += 1
        for row, root, size, note in connection.execute("SELECT id, root, size, note FROM log_head ORDER BY id"):
            past = trusted(note, verifier.keys, f"log_head {row}")
            if (past.size, past.root) != (size, bytes(root)):
                raise Lie(f"log_head {row}", "树头的各列与其签名文本不同")
            verifier.report.n["与库中对照的树头"] += 1
        waiting = connection.execute(
            "SELECT e.subject FROM audit_event e WHERE NOT EXISTS (SELECT FROM log_leaf l WHERE l.event_id = e.id)"
        ).fetchall()
        verifier.report.n["尚待编入的事件"] = len(waiting)
        told.compare(connection, {subject for (subject,) in waiting}, verifier.report.n)


BID_COLUMNS = ("plate", "amount_fen", "verdict", "bid_seq", "rank", "confirm_fen", "expected_seq", "end_at")


@dataclass
class Told:
    """What the acts in the log said of the rows that people act on: the last word on each column of each subject."""

    columns: dict[str, dict[str, Any]] = field(default_factory=dict)
    bids: dict[tuple[str, int, str], dict[str, Any]] = field(default_factory=dict)
    awards: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    born: set[str] = field(default_factory=set)

    def take(self, event: dict[str, Any]) -> None:
        act, subject, facts = event["act"], event["subject"], event["facts"]
        kind = subject.partition("/")[0]
        if act == "bid.hear" and "n" in facts:
            self.bids[subject, facts["n"], facts["at"]] = facts
        if kind not in ("lot", "contract", "deposit", "money_order"):
            return
        said = self.columns.setdefault(subject, {})
        if (event["after"] or {}).get("state") is not None:
            said["state"] = event["after"]["state"]
        if act in ("deposit.expect", "money_order.raise"):
            said["amount_fen"] = facts["amount_fen"]
        if act in ("contract.draft", "contract.sign"):
            said["content_hash"] = facts.get("content")
        if act in ("contract.draft", "deposit.expect", "money_order.raise"):
            self.born.add(subject)
        if act == "lot.confirm" and "award" in facts:
            self.awards[facts["award"]] = facts["price_fen"], facts["total_fen"]

    def compare(self, connection: Any, waiting: set[str], n: Counter[str]) -> None:
        """`waiting` are subjects with acts that have no leaf yet: their rows may be ahead of the log."""
        met: set[str] = set()
        for table, names in (
            ("lot", ["state"]),
            ("contract", ["state", "content_hash"]),
            ("deposit", ["state", "amount_fen"]),
            ("money_order", ["state", "amount_fen"]),
        ):
            for id_, *values in connection.execute(f"SELECT id, {', '.join(names)} FROM {table} ORDER BY id"):
                subject = f"{table}/{id_}"
                met.add(subject)
                if subject in waiting:
                    continue
                if subject not in self.columns:
                    raise Lie(f"{table} {id_}", "库中有这一行，而日志中没有它的任何记录")
                for name, value in zip(names, values, strict=True):
                    mine = bytes(value).hex() if isinstance(value, bytes | memoryview) else value
                    if name in self.columns[subject] and self.columns[subject][name] != mine:
                        raise Lie(f"{table} {id_}", f"{name} 为 {mine}，而日志最后记录为 {self.columns[subject][name]}")
                n["与日志对照的业务行"] += 1
        if gone := sorted(self.born - met):
            raise Lie(gone[0].replace("/", " "), "日志有它的记录，而库中没有这一行")
        self.compare_bids(connection, waiting, n)
        for id_, price, total, lot in connection.execute(
            "SELECT id, price_fen, total_fen, lot_id FROM award ORDER BY id"
        ):
            if id_ in self.awards and f"lot/{lot}" not in waiting and self.awards[id_] != (price, total):
                raise Lie(f"award {id_}", f"成交价 {price}、总价 {total}，而日志记录为 {self.awards[id_]}")
            n["与日志对照的业务行"] += 1

    def compare_bids(self, connection: Any, waiting: set[str], n: Counter[str]) -> None:
        left = dict(self.bids)
        for id_, lot, number, at, *values in connection.execute(
            "SELECT b.id, s.lot_id, b.n, b.at, b.plate, b.amount_fen, b.verdict, b.seq, b.rank, b.confirm_fen, "
            "b.expected_seq, b.end_at_after FROM bid b JOIN auction_session s ON s.id = b.session_id ORDER BY b.id"
        ):
            said = left.pop((f"lot/{lot}", number, plain(at)), None)
            if said is None:
                if f"lot/{lot}" in waiting:
                    continue
                raise Lie(f"bid {id_}", f"库中有标的 {lot} 的第 {number} 次报价，而日志中没有（或时间被改）")
            for name, value in zip(BID_COLUMNS, values, strict=True):
                if said.get(name) != plain(value):
                    raise Lie(f"bid {id_}", f"{name} 为 {plain(value)}，而日志记录为 {said.get(name)}")
            n["与日志对照的报价行"] += 1
        for subject, number, _ in left:
            raise Lie(f"bid（{subject} 第 {number} 次）", "日志有这一报价，而库中没有这一行")


def difference(said: dict[str, Any], body: bytes) -> str:
    """Which columns differ, by name only."""
    kept = json.loads(bytes(body))
    names = [n for n in said["event"] if said["event"][n] != kept["event"].get(n)]
    names += [n for n in ("prev", "hash") if said[n] != kept[n]]
    return "、".join(names) or "编码"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="nongjiao-verify", description="独立核验农交公开日志")
    parser.add_argument("--url", help="平台地址")
    parser.add_argument("--export", type=Path, help="导出目录")
    parser.add_argument("--save", type=Path, help="把读到的内容存为导出目录（配合 --url）")
    parser.add_argument("--key", action="append", default=[], help="所信任的日志公钥（可多次给出）")
    parser.add_argument("--since", action="append", type=Path, default=[], help="以前保存的签名树头文件")
    parser.add_argument("--receipt", action="append", type=Path, default=[], help="回执文件")
    parser.add_argument(
        "--receipts-only", action="store_true", help="只验回执：取得其证明即可，不读全部记录（配合 --url）"
    )
    parser.add_argument("--policy", type=Path, help="见证策略文件（C2SP tlog-policy）")
    parser.add_argument("--database", help="数据库地址：逐行与日志对照")
    given = parser.parse_args(arguments)
    source: Online | Export | None = None
    if given.url:
        source = Online(given.url, given.save)
    elif given.export:
        source = Export(given.export)
    elif not given.receipt:
        parser.error("请给出 --url、--export 或 --receipt")
    try:
        return run(source, given)
    except Lie as e:
        print(f"不符！{e.row}：{e.why}")
        return 1
    except (OSError, urllib.error.URLError) as e:
        print(f"无法读取：{e}")
        return 2


def run(source: Online | Export | None, given: argparse.Namespace) -> int:
    keys = [Key.parse(k) for k in given.key]
    if not keys and source:
        keys = [Key.parse(k) for k in source.vkeys()]
        print("注意：未用 --key 指定公钥，使用日志自己给出的公钥")
    if not keys:
        print("没有可信任的公钥：请用 --key 指定")
        return 2
    verifier = Verifier(keys)
    receipts = [found for p in given.receipt for found in receipts_in(p)]
    if given.receipts_only and isinstance(source, Online):
        receipts, source = [(row, complete(source, row, text)) for row, text in receipts], None
    if source is None:
        for row, text in receipts:
            covered = verifier.receipt(row, text)
            if covered is None:
                raise Lie(row, "回执自身相符，但尚无证明：请加 --url 与 --receipts-only 取得")
            print(f"回执成立：在 {covered.origin} 的前 {covered.size} 条记录之内")
        print(verifier.report)
        return 0
    if given.export:
        receipts += [(str(p), p.read_text()) for p in sorted((given.export / "receipts").glob("*.json"))]
    head = check(source, verifier, [(str(p), p.read_text()) for p in given.since], receipts)
    if isinstance(source, Online):
        check_server(source, verifier, head)
    if given.policy:
        met, who = quorum(given.policy.read_text(), head)
        if not met:
            raise Lie("checkpoint", f"见证未达法定人数（已见证：{'、'.join(who) or '无'}）")
        verifier.report.n["见证方"] = len(who)
    if given.database:
        check_database(given.database, verifier, head)
    print(f"{head.origin}：{head.size} 条记录，全部相符")
    print(verifier.report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
