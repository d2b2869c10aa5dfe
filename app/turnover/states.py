"""The words of turnover: how a target is read, and what figures may be grouped by."""

from enum import StrEnum


class Reading(StrEnum):
    """目标口径：当年额（默认）或累计额。"""

    ANNUAL = "annual"
    CUMULATIVE = "cumulative"


READING_ZH = {Reading.ANNUAL: "当年交易额达到", Reading.CUMULATIVE: "累计交易额达到"}


class Dimension(StrEnum):
    """统计维度。"""

    YEAR = "year"
    MONTH = "month"
    COUNTY = "county"
    TOWN = "town"
    CATEGORY = "category"
    MODE = "mode"
    TRANSFEREE = "transferee_kind"
    TRANSFEROR = "transferor_kind"
