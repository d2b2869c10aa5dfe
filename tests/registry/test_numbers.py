"""Numbers with check digits: known good ones, their neighbours, and exactly one check character for every body."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base.numbers import check_credit_code, is_rural_collective_code, resident_id_birth
from tests.registry.make import credit_code

TODAY = date(2026, 11, 23)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DIGITS = "0123456789"


def id_is_valid(number: str) -> bool:
    try:
        resident_id_birth(number, today=TODAY)
    except ValueError:
        return False
    return True


def code_is_valid(code: str) -> bool:
    try:
        check_credit_code(code)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    ("number", "born"), [("11010519491231002X", date(1949, 12, 31)), ("440524188001010014", date(1880, 1, 1))]
)
def test_the_examples_of_the_standard_are_valid(number: str, born: date) -> None:
    assert resident_id_birth(number, today=TODAY) == born


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("11010519491231002x", "18位"),
        ("110105194912310020", "校验码"),
        ("1101051949123100X2", "18位"),
        ("１１０１０５19491231002X", "18位"),
        ("110105194912310", "18位"),
        ("010105194912310026", "地址码"),
        ("710105194912310026", "地址码"),
        ("110105194902290021", "出生日期"),
        ("110105209912310026", "出生日期"),
        ("110105187912310026", "出生日期"),
    ],
)
def test_what_cannot_be_a_resident_id_is_refused_with_its_reason(number: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        resident_id_birth(number, today=TODAY)


def test_a_child_born_today_has_a_number_and_one_born_tomorrow_has_none() -> None:
    assert sum(id_is_valid(f"41100320261123001{c}") for c in DIGITS + "X") == 1
    assert not any(id_is_valid(f"41100320261124001{c}") for c in DIGITS + "X")


@given(area=st.integers(110000, 659999), born=st.dates(date(1900, 1, 1), TODAY), order=st.integers(0, 999))
def test_exactly_one_check_character_makes_a_resident_id(area: int, born: date, order: int) -> None:
    body = f"{area}{born:%Y%m%d}{order:03d}"
    assert sum(id_is_valid(body + c) for c in DIGITS + "X") == 1


@given(st.integers(0, 16), st.sampled_from(DIGITS))
def test_one_wrong_digit_in_a_resident_id_is_always_found(place: int, digit: str) -> None:
    good = "11010519491231002X"
    assert id_is_valid(good[:place] + digit + good[place + 1 :]) is (good[place] == digit)


def test_a_published_credit_code_is_valid_and_its_neighbour_is_not() -> None:
    assert check_credit_code("91350100M000100Y43") == "91350100M000100Y43"
    assert not code_is_valid("91350100M000100Y44")


@pytest.mark.parametrize("head", ["N1", "N2", "N3"])
def test_rural_collectives_have_codes_of_their_own(head: str) -> None:
    code = credit_code(head, 1)
    assert check_credit_code(code) == code
    assert is_rural_collective_code(code)
    assert not is_rural_collective_code(credit_code("91", 1))


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (credit_code("N2", 1).lower(), "18位"),
        (credit_code("N2", 1)[:-1], "18位"),
        ("N2411003MAI000001X", "18位"),
        ("N4" + credit_code("N2", 1)[2:], "机构类别"),
        ("91" + credit_code("N2", 1)[2:], "校验码"),
        ("N2X11003MA00000012", "行政区划码"),
    ],
)
def test_what_cannot_be_a_credit_code_is_refused_with_its_reason(code: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        check_credit_code(code)


@given(
    st.sampled_from(["N1", "N2", "N3", "91", "93", "11"]),
    st.integers(100000, 659999),
    st.text(ALPHABET, min_size=9, max_size=9),
)
def test_exactly_one_check_character_makes_a_credit_code(head: str, area: int, rest: str) -> None:
    assert sum(code_is_valid(f"{head}{area}{rest}{c}") for c in ALPHABET) == 1
