"""The dated data of the law book: the published working days and the county parameters with their defaults."""

import tomllib
from datetime import date
from importlib.resources import files
from typing import Any

from app.base.days import Calendar


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


def _calendar(years: dict[str, dict[str, list[date]]]) -> Calendar:
    exceptions = {day: False for year in years.values() for day in year["off"]}
    exceptions |= {day: True for year in years.values() for day in year["on"]}
    return Calendar(frozenset(map(int, years)), exceptions)


WORKDAYS = _calendar(_table("workdays.toml"))
"""国务院办公厅历年放假安排；未公布的年份不在其中。"""

COUNTY: dict[str, dict[str, Any]] = _table("county.toml")
"""县级参数：含义、类型、单位、默认值、依据、是否经县确认。"""

COUNTY_DEFAULTS: dict[str, Any] = {name: row["default"] for name, row in COUNTY.items() if "default" in row}

HOMESTEAD_LIMITS: tuple[dict[str, Any], ...] = tuple(_table("homestead.toml")["limit"])
"""宅基地建房各环节的时限：状态、起用日、天数、单位、依据、核验等级。"""
