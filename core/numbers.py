"""Numbers as people write them: in three digit systems, with the marks of English, French and Arabic."""

import re
from decimal import Decimal, InvalidOperation

_WESTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫−", "01234567890123456789.-")
# What only parts thousands: spaces of any width, the Arabic mark, the apostrophe.
_PARTING = re.compile(r"[\s\u00a0\u202f\u066c'’]")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3}){2,}|[+-]?\d{1,3}(,\d{3})+\.\d+")
_DECIMAL_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+")
# One thousand two hundred to some, one and a fifth to others: 1,200.
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


def western(text: str) -> str:
    """Return the text with Western digits, decimal point and minus."""
    return text.translate(_WESTERN)


def decimal_in(written: object) -> Decimal | None:
    """Read a number; None if it is none, or if its comma may part thousands as well as decimals.

    A guess there would be wrong a thousandfold, and in Tunisia and Jordan amounts have three decimals.
    """
    plain = _PARTING.sub("", western(str(written)))
    if "," in plain:
        if _EITHER.fullmatch(plain):
            return None
        if _THOUSANDS.fullmatch(plain):
            plain = plain.replace(",", "")
        elif _DECIMAL_COMMA.fullmatch(plain):
            plain = plain.replace(".", "").replace(",", ".")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
