"""Numbers as people write them in three languages: read as they are meant, or not at all."""

from decimal import Decimal

import pytest

from core.numbers import decimal_in


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12.500", "12.500"), ("12,5", "12.5"), ("0,500", "0.500"), ("1 250,75", "1250.75"), ("1\u202f250", "1250"),
        ("1,250.500", "1250.500"), ("1.250,500", "1250.500"), ("1,250,500", "1250500"), ("1250,500", "1250.500"),
        ("١٢٫٥", "12.5"), ("١٬٢٥٠٫٥٠٠", "1250.500"), ("۱۲", "12"), ("−3", "-3"), (12.1, "12.1"), (7, "7"),
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_is_meant(written, meant):
    assert decimal_in(written) == Decimal(meant)


@pytest.mark.parametrize(
    "written", ["12,500", "1,2,3", "1,25.5", "12,", ",5", "", "twelve", "NaN", "Infinity", None]
)
def test_what_may_mean_two_numbers_or_none_is_not_guessed(written):
    assert decimal_in(written) is None
