"""The procedure's default numbers per asset category, as dated data (program specification 1.2, 1.6, 3.1)."""

import tomllib
from pathlib import Path
from typing import Any

_TABLE: dict[str, Any] = tomllib.loads((Path(__file__).parent / "params" / "procedure.toml").read_text("utf-8"))

DEFAULTS: dict[str, Any] = _TABLE["default"]


def procedure_for(category: str) -> dict[str, Any]:
    """The defaults of one category: what it does not say itself, the general row says."""
    own: dict[str, Any] = _TABLE.get(category, {})
    return DEFAULTS | own
