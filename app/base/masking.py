"""Masks for what people may read of a person (procedure 4.3)."""


def mask_name(name: str) -> str:
    """`王明` as `王*`, `王小明` as `王*明`, longer names as first character, `**`, last."""
    if len(name) <= 1:
        return "*"
    if len(name) == 2:
        return name[0] + "*"
    return f"{name[0]}*{name[-1]}" if len(name) == 3 else f"{name[0]}**{name[-1]}"


def mask_id_number(number: str) -> str:
    """First six and last four."""
    return number[:6] + "*" * (len(number) - 10) + number[-4:]


def mask_credit_code(code: str) -> str:
    """First eight and last two."""
    return code[:8] + "*" * (len(code) - 10) + code[-2:]


def mask_phone(phone: str) -> str:
    """The middle four hidden."""
    return phone[:3] + "****" + phone[7:] if len(phone) >= 11 else "*" * len(phone)


def mask_account(number: str) -> str:
    """Only the last four."""
    return "*" * max(len(number) - 4, 0) + number[-4:]
