"""Corners of the engine and of single rules that chance does not reach every time."""

import importlib.util
from datetime import date
from pathlib import Path

import pytest

from app.base.errors import Refused
from app.base.findings import Cite, Outcome
from app.rules.book import BLOCK, S1, Answer, Book, Case, Level, enforce, rule
from app.rules.extension import extended_term
from app.rules.reading import read_case
from app.rules.sources import facts_read
from app.rules.terms import required_level, total_area
from tests.rules.making import document, outcome


def _any(c: Case) -> Answer:
    """任一事实。"""
    return bool(c.category)


def test_a_rule_from_memory_may_not_quote() -> None:
    with pytest.raises(ValueError, match="不得引用"):
        rule("X-1", S1, BLOCK, message="x", cite=Cite("某法", "一", "原文"), level=Level.MEMORY)(_any)


def test_no_two_rules_bear_one_number() -> None:
    one = rule("X-1", S1, BLOCK, message="x", cite=Cite("某法"))(_any)
    with pytest.raises(ValueError, match="重复"):
        Book([one, one])


def test_a_block_is_refused_with_every_finding_and_the_way_to_a_human_review() -> None:
    def broken(c: Case) -> Answer:
        """任一事实。"""
        return not c.category

    bad = rule("X-1", S1, BLOCK, message="不成", cite=Cite("某法"))(broken)
    good = rule("X-2", S1, BLOCK, message="成", cite=Cite("某法"))(_any)
    case = read_case(document())
    with pytest.raises(Refused, match=r"不成.*人工复核") as refusal:
        enforce(Book([bad, good]).judge(case))
    assert (refusal.value.reason, len(refusal.value.findings)) == ("X-1", 2)
    judgment = Book([good]).judge(case)
    assert enforce(judgment) is judgment


def test_the_second_term_joins_the_first_and_lasts_thirty_years() -> None:
    assert extended_term(date(2027, 9, 30)) == (date(2027, 10, 1), date(2057, 9, 30))
    assert extended_term(date(2026, 2, 28)) == (date(2026, 3, 1), date(2056, 2, 29))


def test_what_a_finding_cannot_show_it_leaves_out() -> None:
    shy = rule("X-1", S1, BLOCK, message="x", cite=Cite("某法"), shows={"end": lambda c: c.term.end})(_any)
    finding = Book([shy]).judge(read_case(document())).findings[0]
    assert finding.outcome is Outcome.PASS
    assert "end" not in finding.parameters


def test_a_name_that_is_no_fact_is_an_error_and_not_a_missing_fact() -> None:
    with pytest.raises(AttributeError):
        _ = read_case(document()).term.nonsense


def test_a_function_and_a_lambda_on_one_line_are_told_apart(tmp_path: Path) -> None:
    source = tmp_path / "one_line.py"
    source.write_text("def f(c): return (lambda d: d)(c.term.end)\n", "utf-8")
    spec = importlib.util.spec_from_file_location("one_line", source)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert "term.end" in {str(path) for path in facts_read(module.f, ("",))}


@pytest.mark.parametrize(("n", "expected"), [(9, Outcome.BLOCK), (10, Outcome.WARN), (11, Outcome.PASS)])
def test_villagers_are_called_ten_days_before(n: int, expected: Outcome) -> None:
    meeting = {
        "body": "villagers_meeting", "matter": "village_affairs", "attended": 60, "eligible": 100, "yes": 40,
        "notice_date": "2026-03-01", "meeting_date": f"2026-03-{1 + n:02d}",
    }  # fmt: skip
    assert outcome("VCO-26", resolution=meeting) == expected
    assert outcome("VCO-26", resolution=meeting | {"special_circumstances": True}) == Outcome.PASS


def test_a_tenant_who_has_not_answered_has_fifteen_days() -> None:
    tenancy = {
        "exists": True, "notified": True, "response": "none", "buyer_is_co_owner": False,
        "buyer_is_close_relative": False,
    }  # fmt: skip
    sale = {"category": "idle_house", "method": "sale", "award_mode": "listing"}
    for served, expected in (("2026-11-08", Outcome.HOLD), ("2026-11-05", Outcome.PASS)):
        assert outcome("CC-726", **sale, tenancy=tenancy | {"notice_served_date": served}) == expected
    assert outcome("CC-726", **sale, tenancy=tenancy | {"response": "waive"}) == Outcome.PASS


@pytest.mark.parametrize(
    ("towns", "counties", "level"),
    [
        (("a", "a"), ("411003", "411003"), "township"),
        (("a", "b"), ("411003", "411003"), "county"),
        (("a", "b"), ("411003", "411024"), "city"),
    ],
)
def test_review_rises_where_land_crosses_a_border(
    towns: tuple[str, str], counties: tuple[str, str], level: str
) -> None:
    parcels = [
        {"parcel_code": f"p{i}", "area_mu": "1", "township_code": town, "county_code": county}
        for i, (town, county) in enumerate(zip(towns, counties, strict=True))
    ]
    case = read_case(document(parcels=parcels))
    assert required_level(case, total_area(case)) == level
