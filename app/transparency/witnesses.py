"""Witnesses: the policy that says whose cosignatures make a quorum, and the asking (C2SP tlog-policy, tlog-witness)."""

from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from app.audit.checkpoint import COSIGNATURE, BadNote, Verifier

ANSWER_SECONDS: Final = 5
MAX_ANSWER: Final = 65_536
MAX_PROOF: Final = 63


class BadPolicy(ValueError):
    """A policy file that cannot be read; the message names the line."""


@dataclass(frozen=True, slots=True)
class Witness:
    name: str
    key: Verifier
    url: str | None


@dataclass(frozen=True, slots=True)
class Policy:
    """Witnesses, groups of them, and the group or witness that must have cosigned."""

    witnesses: Mapping[str, Witness] = field(default_factory=dict)
    groups: Mapping[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    quorum: str = "none"
    text: str = "quorum none\n"

    def is_met(self, cosigned: Collection[str]) -> bool:
        """Whether these witnesses, by their names in the policy, make the quorum."""
        return self.quorum == "none" or self._holds(self.quorum, cosigned)

    def _holds(self, name: str, cosigned: Collection[str]) -> bool:
        if name in self.witnesses:
            return name in cosigned
        k, members = self.groups[name]
        return sum(self._holds(member, cosigned) for member in members) >= k

    @classmethod
    def parse(cls, text: str) -> "Policy":
        """Raises BadPolicy."""
        reader = _Reader()
        for n, line in enumerate(text.split("\n"), 1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            try:
                reader.read(words)
            except (ValueError, IndexError) as e:
                raise BadPolicy(f"line {n}: {e}") from e
        if reader.quorum is None:
            raise BadPolicy("there is no quorum line")
        return cls(reader.witnesses, reader.groups, reader.quorum, text)


@dataclass(slots=True)
class _Reader:
    witnesses: dict[str, Witness] = field(default_factory=dict)
    groups: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    quorum: str | None = None
    used: set[str] = field(default_factory=set)

    def _new(self, name: str) -> str:
        if name == "none" or name in self.witnesses or name in self.groups:
            raise ValueError(f"the name {name} is taken")
        return name

    def _known(self, name: str) -> str:
        if name not in self.witnesses and name not in self.groups:
            raise ValueError(f"{name} is not defined above")
        return name

    def read(self, words: Sequence[str]) -> None:
        match words:
            case ["log", vkey, *rest] if len(rest) <= 1:
                Verifier.parse(vkey)
            case ["witness", name, vkey, *rest] if len(rest) <= 1:
                key = Verifier.parse(vkey)
                if key.kind != COSIGNATURE:
                    raise ValueError("not the key of a witness")
                if any(w.key.public == key.public for w in self.witnesses.values()):
                    raise ValueError("the key is listed twice")
                if rest and urlsplit(rest[0]).scheme not in {"http", "https"}:
                    raise ValueError("a witness is asked over HTTP")
                self.witnesses[self._new(name)] = Witness(name, key, rest[0].rstrip("/") if rest else None)
            case ["group", name, k, *members] if members:
                self._group(self._new(name), k, [self._known(m) for m in members])
            case ["quorum", name]:
                if self.quorum is not None:
                    raise ValueError("there are two quorum lines")
                self.quorum = name if name == "none" else self._known(name)
            case _:
                raise ValueError("not a line of a policy")

    def _group(self, name: str, k: str, members: list[str]) -> None:
        if len(set(members)) != len(members) or self.used & set(members):
            raise ValueError("a member is listed twice")
        self.used |= set(members)
        threshold = {"any": 1, "all": len(members)}.get(k) or (int(k) if k.isascii() and k.isdigit() else 0)
        if not 1 <= threshold <= len(members):
            raise ValueError("the threshold fits no group of this size")
        self.groups[name] = threshold, tuple(members)


class Behind(Exception):
    """The witness last saw a head of another size."""

    def __init__(self, size: int) -> None:
        super().__init__(str(size))
        self.size = size


class Unhelpful(Exception):
    """The witness refuses, or cannot be reached."""


def ask(url: str, old: int, proof: Sequence[bytes], note: str) -> list[str]:
    """Submits a head to a witness; returns its signature lines. Raises Behind or Unhelpful."""
    lines = [f"old {old}\n", *(b64encode(p).decode() + "\n" for p in proof), "\n", note]
    request = Request(f"{url}/add-checkpoint", "".join(lines).encode(), method="POST")  # noqa: S310 - the policy takes http(s) only
    request.add_header("content-type", "text/plain; charset=utf-8")
    try:
        with urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310 - as above
            body = answer.read(MAX_ANSWER).decode()
    except HTTPError as e:
        with e:
            seen = e.read(64).decode("ascii", "replace").strip()
        if e.code == 409 and e.headers.get("content-type") == "text/x.tlog.size" and seen.isdigit():
            raise Behind(int(seen)) from e
        raise Unhelpful(f"status {e.code}") from e
    except (URLError, OSError, UnicodeDecodeError) as e:
        raise Unhelpful(type(e).__name__) from e
    return [line + "\n" for line in body.split("\n") if line]


def witness_of(policy: Policy, text: str, line: str) -> Witness:
    """The witness of the policy whose good cosignature on the text this is. Raises BadNote."""
    for witness in policy.witnesses.values():
        try:
            witness.key.check(text, line)
        except BadNote:
            continue
        return witness
    raise BadNote("the good signature of no witness in the policy")
