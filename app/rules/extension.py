"""二轮延包：新承包期从原承包期届满次日起，耕地再延长三十年（农村土地承包法第二十一条第二款）。"""

from datetime import date, timedelta

from app.base.days import add_years

TERM_YEARS = 30
"""耕地承包期届满后再延长的年数：农村土地承包法第二十一条、民法典第三百三十二条。"""

OWN_TERM = frozenset({"forest_land", "grassland"})
"""林地、草地依其原承包期相应延长（三十年至七十年、五十年），不与耕地同一期限。"""

_DAY = timedelta(days=1)


def extended_term(ends_on: date) -> tuple[date, date]:
    """First and last day of the extended term, both inside: it joins the old one without a gap."""
    starts_on = ends_on + _DAY
    return starts_on, add_years(starts_on, TERM_YEARS) - _DAY
