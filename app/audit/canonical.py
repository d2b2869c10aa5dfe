"""The bytes that are hashed: canonical JSON (RFC 8785) of the values this log holds, and the hash of one event."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Any

DOMAIN = "nongjiao.audit.event.v1"
_MAX_EXACT = 2**53 - 1


def plain(value: Any) -> Any:
    """A value as the log keeps it: instants in UTC with microseconds, decimals and enums as text, big integers refused.

    RFC 8785 reads numbers as doubles, so an integer past 2^53 would not survive a reader in another language.
    """
    if value is None or (isinstance(value, bool | str) and not isinstance(value, StrEnum)):
        return value
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, int):
        if abs(value) > _MAX_EXACT:
            raise ValueError("integer too large for canonical JSON")
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | frozenset | set):
        items = sorted(value) if isinstance(value, frozenset | set) else value
        return [plain(v) for v in items]
    raise TypeError(f"the log cannot hold a {type(value).__name__}")


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be")


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _ordered(value[k]) for k in sorted(value, key=_utf16)}
    if isinstance(value, list):
        return [_ordered(v) for v in value]
    return value


_BEYOND_BMP = re.compile("[\U00010000-\U0010ffff]")
"""Where no such character is, text is ordered by its code points as it is by its UTF-16 units."""


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of a value made by `plain` (which holds no floats)."""
    said = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=True)
    if _BEYOND_BMP.search(said):
        said = json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return said.encode()


def event_hash(body: Mapping[str, Any], prev_hash: bytes | None) -> bytes:
    """The hash that the subject's next event carries on."""
    return sha256(
        canonical({"domain": DOMAIN, "prev": prev_hash.hex() if prev_hash else None, "event": dict(body)})
    ).digest()


LEAF_DOMAIN = "nongjiao.log.leaf"
LEAF_VERSION = 1


def leaf_body(event_id: int, body: Mapping[str, Any], prev_hash: bytes | None, chain_hash: bytes) -> bytes:
    """The bytes of an event's leaf: all that its chain hash covers, so that a reader of leaves can recompute it."""
    return canonical(
        {
            "domain": LEAF_DOMAIN,
            "version": LEAF_VERSION,
            "event_id": event_id,
            "event": dict(body),
            "prev": prev_hash.hex() if prev_hash else None,
            "hash": chain_hash.hex(),
        }
    )
