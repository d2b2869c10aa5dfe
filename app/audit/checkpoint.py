"""Signed heads: C2SP checkpoints in signed notes with Ed25519, and the cosignatures of witnesses. Pure.

A note is a text, an empty line, and signature lines; readers ignore lines of keys they do not know. So another
algorithm (SM2 over SM3, where domestic rules ask for it) is a further line with a key id of its own, made by whatever
offers `line(text)` as `Signer` does; nothing else changes.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519: Final = 1
COSIGNATURE: Final = 4
_DASH: Final = "\N{EM DASH} "
_RAW = serialization.Encoding.Raw, serialization.PublicFormat.Raw


class BadNote(ValueError):
    """A text that is no signed note, or whose signature does not hold."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a head says: the first `size` leaves of the log named `origin` have this root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Raises BadNote for anything that `text` could not have made. Extension lines are not used here."""
        lines = text.split("\n")
        if len(lines) != 4 or not lines[0] or lines[3] or not (lines[1].isascii() and lines[1].isdigit()):
            raise BadNote("not a checkpoint")
        try:
            made = cls(lines[0], int(lines[1]), b64decode(lines[2], validate=True))
        except (Base64Error, ValueError) as e:
            raise BadNote("not a checkpoint") from e
        if len(made.root) != 32 or made.text() != text:
            raise BadNote("not a checkpoint")
        return made


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with its name, as a verifier key (`name+id+key`) writes it."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def vkey(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(bytes([self.kind]) + self.public).decode()}"

    @classmethod
    def parse(cls, vkey: str) -> "Verifier":
        """Raises BadNote."""
        try:
            name, key_id, key = vkey.split("+", 2)
            data = b64decode(key, validate=True)
        except (Base64Error, ValueError) as e:
            raise BadNote("not a verifier key") from e
        if not name or len(data) != 33 or data[0] not in {ED25519, COSIGNATURE} or any(c.isspace() for c in name):
            raise BadNote("not a verifier key")
        made = cls(name, data[0], data[1:])
        if made.id.hex() != key_id:
            raise BadNote("the id of the verifier key is another one")
        return made

    def check(self, text: str, line: str) -> int | None:
        """Raises BadNote unless the line is this key's good signature on the text. Returns a cosignature's time."""
        name, data = parse_line(line)
        if name != self.name or data[:4] != self.id:
            raise BadNote("signed by another key")
        said, signature, time = text.encode(), data[4:], None
        if self.kind == COSIGNATURE:
            time, signature = int.from_bytes(signature[:8]), signature[8:]
            said = _cosigned(text, time)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, said)
        except InvalidSignature as e:
            raise BadNote("the signature does not hold") from e
        return time


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its name."""

    name: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes(*_RAW)

    def verifier(self, kind: int = ED25519) -> Verifier:
        return Verifier(self.name, kind, self.public)

    def line(self, text: str) -> str:
        """The log's signature line."""
        return _line(self.name, self.verifier().id + self.private.sign(text.encode()))

    def cosignature(self, text: str, time: int) -> str:
        """A witness's signature line: it saw this head follow from the one it saw before, at `time`."""
        signed = time.to_bytes(8) + self.private.sign(_cosigned(text, time))
        return _line(self.name, self.verifier(COSIGNATURE).id + signed)

    @classmethod
    def load_or_make(cls, name: str, path: Path) -> "Signer":
        """Reads the key from a PEM file, and makes it where there is none."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.touch(mode=0o600)
            part.write_bytes(
                Ed25519PrivateKey.generate().private_bytes(
                    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                )
            )
            part.replace(path)
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise BadNote("the log's key is an Ed25519 private key in PEM")
        return cls(name, key)


def _line(name: str, data: bytes) -> str:
    return f"{_DASH}{name} {b64encode(data).decode()}\n"


def parse_line(line: str) -> tuple[str, bytes]:
    """Name and bytes of a signature line. Raises BadNote."""
    name, _, data = line.removesuffix("\n").removeprefix(_DASH).partition(" ")
    try:
        raw = b64decode(data, validate=True)
    except (Base64Error, ValueError) as e:
        raise BadNote("not a signature line") from e
    if not line.startswith(_DASH) or not name or len(raw) < 5 or _line(name, raw) != line.removesuffix("\n") + "\n":
        raise BadNote("not a signature line")
    return name, raw


def note(text: str, lines: list[str]) -> str:
    return text + "\n" + "".join(lines)


def split(signed: str) -> tuple[str, list[str]]:
    """Text and signature lines of a note. Raises BadNote."""
    text, gap, rest = signed.rpartition("\n\n")
    if not gap or not rest.endswith("\n"):
        raise BadNote("not a signed note")
    lines = [line + "\n" for line in rest[:-1].split("\n")]
    for line in lines:
        parse_line(line)
    return text + "\n", lines


def opened(signed: str, keys: list[Verifier]) -> Checkpoint:
    """The checkpoint in a note that at least one of the keys signed. Raises BadNote.

    A line that claims to be of a known key and does not hold spoils the whole note.
    """
    text, lines = split(signed)
    good = 0
    for line in lines:
        name, data = parse_line(line)
        for key in keys:
            if (key.name, key.id) == (name, data[:4]):
                key.check(text, line)
                good += 1
    if not good:
        raise BadNote("signed by no known key")
    return Checkpoint.parse(text)
