"""Words of the map: which red lines there are, and what is found about a parcel's ground."""

from collections.abc import Mapping
from enum import StrEnum

from app.registry.states import RestrictionKind


class RedLine(StrEnum):
    """红线图层的种类。"""

    PERMANENT_BASIC_FARMLAND = "permanent_basic_farmland"
    ECOLOGICAL_RED_LINE = "ecological_red_line"


class GroundFinding(StrEnum):
    """对地块图形的发现。"""

    AREA_DIFFERS = "area_differs"
    OVERLAPS_PARCEL = "overlaps_parcel"
    OVERLAPS_RED_LINE = "overlaps_red_line"


RESTRICTS_AS: Mapping[RedLine, RestrictionKind] = {
    RedLine.PERMANENT_BASIC_FARMLAND: RestrictionKind.PERMANENT_BASIC_FARMLAND,
    RedLine.ECOLOGICAL_RED_LINE: RestrictionKind.ECOLOGICAL_RED_LINE,
}
"""As what a confirmed overlap with a red line is registered."""

RED_LINE_ZH: Mapping[RedLine, str] = {
    RedLine.PERMANENT_BASIC_FARMLAND: "永久基本农田",
    RedLine.ECOLOGICAL_RED_LINE: "生态保护红线",
}
