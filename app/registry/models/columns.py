"""Column types that several tables of the registry share."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Enum
from sqlalchemy.dialects.postgresql import TIMESTAMP

Instant = TIMESTAMP(timezone=True)
BY_PREFIX = {"region_code": "text_pattern_ops"}
"""For indexes on region codes: divisions inside a division are found by the prefix of their code."""


def _values(members: Any) -> list[str]:
    return [m.value for m in members]


def choice(kind: type[StrEnum], truth: str) -> Enum:
    """An enum kept as its value, with a check named `truth`."""
    return Enum(kind, native_enum=False, length=40, create_constraint=True, name=truth, values_callable=_values)
