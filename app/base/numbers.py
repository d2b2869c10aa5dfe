"""Numbers with check digits: resident id (GB 11643) and unified social credit code (GB 32100, with the N codes)."""

from datetime import date

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_USCC_TYPES = frozenset({"11", "12", "13", "19", "21", "29", "31", "32", "33", "34", "35", "39", "41", "49", "51", "52",
                         "53", "54", "59", "61", "62", "69", "71", "72", "79", "81", "89", "91", "92", "93", "A1", "A9",
                         "N1", "N2", "N3", "N9", "Y1"})  # fmt: skip


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def resident_id_birth(number: str, *, today: date) -> date:
    """The birth date in an 18-digit resident id (GB 11643-1999).

    Region codes are not checked: new counties appear and old ones stay on cards for life. Raises ValueError with a
    Chinese reason for anything else that cannot be.
    """
    if len(number) != 18 or not _digits(number[:17]) or number[17] not in "0123456789X":
        raise ValueError("公民身份号码须为18位")
    if number[0] not in "12345689":
        raise ValueError("公民身份号码的地址码有误")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as e:
        raise ValueError("公民身份号码中的出生日期有误") from e
    if not born.year >= 1880 or born > today:
        raise ValueError("公民身份号码中的出生日期有误")
    if _id_check(number[:17]) != number[17]:
        raise ValueError("公民身份号码校验码有误")
    return born


def _id_check(digits: str) -> str:
    return _ID_CHECK[sum(int(d) * w for d, w in zip(digits, _ID_WEIGHTS, strict=True)) % 11]


def resident_id_with_check(region: str, born: date, sequence: int) -> str:
    """A well-formed number for a fictional person of a demonstration."""
    digits = f"{region}{born:%Y%m%d}{sequence:03d}"
    return digits + _id_check(digits)


def check_credit_code(code: str) -> str:
    """A unified social credit code (GB 32100-2015), returned as it is.

    Rural collectives carry `N1` (group), `N2` (village), `N3` (township), village committees `54`. Raises ValueError
    with a Chinese reason.
    """
    if len(code) != 18 or any(c not in _USCC_ALPHABET for c in code):
        raise ValueError("统一社会信用代码须为18位数字或大写字母（不含I、O、Z、S、V）")
    if code[:2] not in _USCC_TYPES:
        raise ValueError("统一社会信用代码的登记管理部门或机构类别代码有误")
    if not _digits(code[2:8]):
        raise ValueError("统一社会信用代码的登记管理机关行政区划码有误")
    if _code_check(code[:17]) != code[17]:
        raise ValueError("统一社会信用代码校验码有误")
    return code


def _code_check(head: str) -> str:
    return _USCC_ALPHABET[-sum(_USCC_ALPHABET.index(c) * w for c, w in zip(head, _USCC_WEIGHTS, strict=True)) % 31]


def credit_code_with_check(head: str) -> str:
    """A well-formed code for a fictional organisation of a demonstration, from its first 17 characters."""
    return head + _code_check(head)


def is_rural_collective_code(code: str) -> bool:
    """Whether a valid credit code belongs to a rural collective economic organisation."""
    return code[:2] in {"N1", "N2", "N3"}
