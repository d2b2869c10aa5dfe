"""期限（目录 3.5）：每条规则恰在界上、过界一步，以及不应触及的情形。"""

import pytest

from app.base.findings import Outcome
from app.rules.catalogue import judge
from app.rules.reading import read_case
from tests.rules.making import document, outcome

A1 = "household_land_management"
CONTRACT = {"contract_end": "2027-09-30", "extension_signed": False}
EXTENDED = CONTRACT | {"extension_signed": True, "extension_start": "2027-10-01", "extension_end": "2057-09-30"}


@pytest.mark.parametrize(
    ("parcels", "end", "expected"),
    [
        ([CONTRACT], "2027-09-30", Outcome.PASS),
        ([CONTRACT], "2027-10-01", Outcome.BLOCK),
        ([EXTENDED], "2057-09-30", Outcome.PASS),
        ([EXTENDED], "2057-10-01", Outcome.BLOCK),
        ([EXTENDED, CONTRACT], "2027-10-01", Outcome.BLOCK),
        ([{"contract_end": "2027-09-30"}, {}], "2027-09-30", Outcome.PASS),
        ([{}], "2027-09-30", "not evaluated"),
        ([], "2027-09-30", "not evaluated"),
    ],
)
def test_a_lease_ends_with_the_contract_of_each_parcel(
    parcels: list[dict[str, object]], end: str, expected: object
) -> None:
    assert outcome("LCL-38-3", method="lease", parcels=parcels, term__end=end) == expected


def test_the_first_award_of_four_wastes_has_no_remaining_term() -> None:
    said = {"category": "four_wastes", "parcels": [CONTRACT], "term__end": "2030-01-01"}
    assert outcome("LCL-38-3", method="contract_award", **said) == "does not apply"
    assert outcome("LCL-38-3", method="lease", **said) is Outcome.BLOCK
    assert outcome("LCL-38-3", **said) == "not evaluated"


def test_a_refusal_names_the_parcel_and_the_facts_it_rests_on() -> None:
    code = {"parcel_code": "411003100201-0018"}
    case = read_case(document(method="lease", parcels=[EXTENDED, CONTRACT | code], term__end="2027-10-01"))
    finding = next(f for f in judge(case).findings if f.rule_id == "LCL-38-3")
    assert finding.citation == "农村土地承包法 第三十八条第（三）项"
    assert finding.parameters["term.end"] == "2027-10-01"
    assert finding.parameters["parcels[1].contract_end"] == "2027-09-30"
    assert finding.parameters["parcels[1].parcel_code"] == "411003100201-0018"


@pytest.mark.parametrize(("signed", "expected"), [(True, Outcome.PASS), (False, Outcome.BLOCK)])
def test_only_a_signed_extension_carries_the_term_on(signed: bool, expected: Outcome) -> None:
    parcel = EXTENDED | {"extension_signed": signed}
    assert outcome("POL-EXT", parcels=[parcel], term__end="2027-10-01") is expected


def test_thirty_years_are_not_signed_in_advance() -> None:
    assert outcome("POL-EXT", term__presigned_extension=True) is Outcome.BLOCK
    assert outcome("POL-EXT", term__presigned_extension=False) is Outcome.PASS
    assert (
        outcome("POL-EXT", term__presigned_extension=True, parcels=[CONTRACT], term__end="2027-01-01") is Outcome.BLOCK
    )


LEASE = {"category": "collective_asset", "method": "lease", "term__start": "2027-01-01"}


@pytest.mark.parametrize(("end", "expected"), [("2046-12-31", Outcome.PASS), ("2047-01-01", Outcome.BLOCK)])
def test_a_lease_is_at_most_twenty_years(end: str, expected: Outcome) -> None:
    assert outcome("CC-705", **LEASE, term__end=end) is expected


@pytest.mark.parametrize(("years", "expected"), [(10, Outcome.PASS), (11, Outcome.BLOCK)])
def test_renewal_by_itself_counts_into_the_twenty_years(years: int, expected: Outcome) -> None:
    said = LEASE | {"term__end": "2036-12-31", "term__renewal_years": years}
    assert outcome("CC-705", **said, term__auto_renewal=True) is expected
    assert outcome("CC-705", **said, term__auto_renewal=False) is Outcome.PASS


def test_twenty_years_bind_leases_alone() -> None:
    said = LEASE | {"method": "sale", "term__end": "2060-01-01"}
    assert outcome("CC-705", **said) == "does not apply"


@pytest.mark.parametrize(("end", "expected"), [("2046-12-31", Outcome.PASS), ("2047-01-01", Outcome.BLOCK)])
def test_leased_farmland_follows_the_limit_as_the_county_has_it(end: str, expected: Outcome) -> None:
    said = {"method": "lease", "term__start": "2027-01-01", "term__end": end}
    assert outcome("X-TERM-20", **said) is expected
    mild = outcome("X-TERM-20", **said, county_parameters__lease_20y_switch="warn")
    assert mild is (Outcome.WARN if expected is Outcome.BLOCK else Outcome.PASS)


def test_shares_in_a_company_have_no_twenty_years() -> None:
    said = {"method": "equity_contribution", "term__start": "2027-01-01", "term__end": "2056-12-31"}
    assert outcome("X-TERM-20", **said) == "does not apply"


@pytest.mark.parametrize(
    ("end", "written", "expected"),
    [
        ("2027-06-30", False, Outcome.HOLD),
        ("2027-06-30", True, Outcome.PASS),
        ("2027-06-29", False, Outcome.PASS),
    ],
)
def test_a_lease_of_six_months_is_written(end: str, written: bool, expected: Outcome) -> None:
    said = {"method": "lease", "term__start": "2027-01-01", "term__end": end}
    assert outcome("CC-707", **said, contract__written=written) is expected


@pytest.mark.parametrize(("end", "expected"), [("2027-12-31", Outcome.PASS), ("2028-01-01", Outcome.BLOCK)])
def test_a_year_of_cultivation_on_behalf_needs_no_paper(end: str, expected: Outcome) -> None:
    said = {"method": "cultivation_on_behalf", "term__start": "2027-01-01", "term__end": end}
    assert outcome("LCL-40-3", **said, contract__written=False) is expected
    assert outcome("LCL-40-3", **said, contract__written=True) is Outcome.PASS


@pytest.mark.parametrize(
    ("end", "signed_date", "expected"),
    [
        ("2058-12-31", None, Outcome.PASS),
        ("2059-01-01", None, Outcome.BLOCK),
        ("2059-01-01", "2026-11-24", Outcome.BLOCK),
        ("2059-01-01", "2026-11-23", Outcome.WARN),
    ],
)
def test_a_signed_forest_contract_past_the_term_is_not_called_void(
    end: str, signed_date: str | None, expected: Outcome
) -> None:
    said = {"category": "forest", "method": "lease", "term__end": end, "parcels": [{"contract_end": "2058-12-31"}]}
    if signed_date:
        said["contract__signed_date"] = signed_date
    assert outcome("SPC-FR-11-12", **said) is expected


@pytest.mark.parametrize(("end", "expected"), [("2030-06-30", Outcome.PASS), ("2030-07-01", Outcome.BLOCK)])
def test_a_sublease_ends_with_the_lease_before_it(end: str, expected: Outcome) -> None:
    assert outcome("CC-717", term__end=end, retransfer__prior_end="2030-06-30") is expected


@pytest.mark.parametrize(("end", "expected"), [("2070-06-30", Outcome.PASS), ("2070-07-01", Outcome.BLOCK)])
def test_a_resold_construction_right_ends_with_the_first_grant(end: str, expected: Outcome) -> None:
    said = {"category": "construction_land", "term__end": end, "construction__right_end": "2070-06-30"}
    assert outcome("CC-354", **said, construction__market_stage="secondary") is expected
    assert outcome("CC-354", **said) == "does not apply"


def test_a_term_has_two_ends() -> None:
    assert outcome("CC-730", method="lease", term__open_ended=True) is Outcome.BLOCK
    assert outcome("CC-730", method="lease", term__open_ended=False) is Outcome.PASS
    assert outcome("CC-730", method="sale", term__open_ended=True) == "does not apply"
