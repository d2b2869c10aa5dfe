"""The whole catalogue, bound: each file of rules by name, in the order of the catalogue's sections."""

from app.rules import (
    asset,
    capital,
    collectives,
    consent,
    construction_contract,
    construction_land,
    contract,
    eligibility,
    equipment,
    filing,
    forest,
    homestead,
    household_land,
    intellectual_property,
    land_decisions,
    mortgage,
    notice,
    other,
    priority,
    procurement,
    records,
    retransfer,
    settlement,
    share,
    term,
    unallocated,
    use_control,
    village_affairs,
    water,
)
from app.rules.book import Book, Judgment, Norm, Rule, Step
from app.rules.facts import Case

FILES = (
    eligibility,
    collectives,
    consent,
    land_decisions,
    village_affairs,
    notice,
    priority,
    term,
    contract,
    filing,
    capital,
    mortgage,
    retransfer,
    settlement,
    use_control,
    records,
    household_land,
    unallocated,
    forest,
    construction_land,
    construction_contract,
    homestead,
    asset,
    share,
    water,
    equipment,
    procurement,
    intellectual_property,
    other,
)

RULES: tuple[Rule, ...] = tuple(rule for file in FILES for rule in file.RULES)
NORMS: tuple[Norm, ...] = tuple(norm for file in FILES for norm in file.NORMS)

BOOK = Book(RULES)


def judge(case: Case, *, only: frozenset[Step] | None = None) -> Judgment:
    """What the law makes of this case; `only`: the steps that the act at hand belongs to."""
    return BOOK.judge(case, only=only)
