"""Personal numbers at rest: sealed with AES-256-GCM, found again by a keyed digest."""

import hmac
import os
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


@dataclass(frozen=True)
class Sealer:
    """One 32-byte key, two uses kept apart by derivation."""

    key: bytes

    def _sub(self, use: bytes) -> bytes:
        return hmac.new(self.key, b"nongjiao/" + use, sha256).digest()

    def seal(self, text: str, *, bound_to: str) -> bytes:
        """Ciphertext that opens only for the same `bound_to` (table, column): a swapped cell is found out."""
        nonce = os.urandom(12)
        return nonce + AESGCM(self._sub(b"seal")).encrypt(nonce, text.encode(), bound_to.encode())

    def open(self, sealed: bytes, *, bound_to: str) -> str:
        """Raises cryptography's InvalidTag for anything altered or moved."""
        return AESGCM(self._sub(b"seal")).decrypt(sealed[:12], sealed[12:], bound_to.encode()).decode()

    def digest(self, text: str) -> bytes:
        """The same for the same text: unique constraints and look-ups without the number itself."""
        return hmac.new(self._sub(b"digest"), text.encode(), sha256).digest()


_sealers: list[Sealer] = []


def use_key(key: bytes) -> None:
    """Installs the process's key; called once at start-up."""
    if len(key) != 32:
        raise ValueError("the sealing key has 32 bytes")
    _sealers[:] = [Sealer(key)]


def sealer() -> Sealer:
    return _sealers[0]
