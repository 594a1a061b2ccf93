"""Worked examples of the law of four countries and two generic regimes, to the last decimal."""

from datetime import date
from decimal import Decimal as D

import pytest

from core.money import share_matrix, share_out
from ledger.terms import Settled, quote, split_revenue
from taxation.rules.computation import assess
from taxation.rules.examples import EXAMPLES
from taxation.rules.packs import LEVIES


def charge(code: str, **facts: object):
    """Assess one unit with the figures that the levy comes with."""
    levy = LEVIES[code]
    return assess(levy, {each.key: each.value for each in levy.parameters}, facts)


def terms(code: str, key: str) -> dict:
    """Return the terms of payment that a levy comes with."""
    return next(each.value for each in LEVIES[code].parameters if each.key == key)


@pytest.mark.parametrize("example", EXAMPLES, ids=[each.name for each in EXAMPLES])
def test_the_statute_example_comes_out_to_the_last_decimal(example):
    outcome = charge(example.levy, **example.facts)
    assert outcome.base == D(example.base)
    assert {key: str(amount) for key, amount in outcome.components} == example.components
    assert str(outcome.total) == example.total


@pytest.mark.parametrize(("rent", "net"), [("2405.625", "1924"), ("2405.62625", "1925")])
def test_ps_3_half_a_dinar_is_dropped_and_a_fils_more_counts(rent, net):
    assert charge("ps-building", annual_rent=rent).base == D(net)


def test_ps_1_penalty_is_five_percent_in_the_year_and_ten_after_it():
    rule, due = terms("ps-building", "terms.property"), date(2025, 4, 1)

    def owed(on):
        return quote(rule, code="JOD", due=due, on=on, principal=D("192.500")).total

    assert owed(date(2025, 12, 31)) == D("192.500")
    assert owed(date(2026, 2, 15)) == D("202.125")
    assert owed(date(2026, 4, 1)) == D("211.750")


def test_ps_1_revenue_is_split_ninety_ten_or_as_the_pilot_has_it():
    rule = terms("ps-building", "terms.property")
    assert split_revenue(rule, D("192.500"), "JOD") == [
        ("municipality", D("173.250")),
        ("ministry", D("19.250")),
    ]
    pilot = {**rule, "split": [["municipality", "0.84"], ["ministry", "0.16"]]}
    assert split_revenue(pilot, D("192.500"), "JOD") == [
        ("municipality", D("161.700")),
        ("ministry", D("30.800")),
    ]


@pytest.mark.parametrize(
    ("on", "owed"),
    [
        (date(2026, 2, 20), "198.720"),
        (date(2026, 4, 10), "203.040"),
        (date(2026, 6, 30), "207.360"),
        (date(2026, 7, 1), "216.000"),
        (date(2027, 1, 15), "237.600"),
        (date(2036, 1, 1), "324.000"),
    ],
)
def test_jo_1_paying_early_saves_and_paying_late_costs(on, owed):
    rule = terms("jo-building", "terms")
    assert quote(rule, code="JOD", due=date(2026, 1, 1), on=on, principal=D("216.000")).total == D(owed)


def test_lb_1_three_months_late_cost_six_percent():
    late = quote(
        terms("lb-municipal", "terms"),
        code="LBP",
        due=date(2026, 3, 1),
        on=date(2026, 6, 1),
        principal=D("28080000.00"),
    )
    assert late.penalty == D("1684800.00")
    assert late.total == D("29764800.00")


def test_tn_1_lateness_counts_from_the_next_january_and_never_passes_the_principal():
    rule = terms("tn-tib", "terms")
    tib = D("57.600")
    assert quote(rule, code="TND", due=date(2025, 1, 1), on=date(2025, 12, 31), principal=tib).penalty == 0
    assert quote(rule, code="TND", due=date(2025, 1, 1), on=date(2026, 6, 10), principal=tib).penalty == D(
        "4.320"
    )
    assert quote(rule, code="TND", due=date(2025, 1, 1), on=date(2034, 5, 1), principal=tib).penalty == tib


def test_the_shares_example_sums_exactly():
    wife, son, daughter = 300, 1050, 525
    parts = share_out(D("327.250"), [wife, son, daughter, daughter], D("0.001"))
    assert [str(part) for part in parts] == ["40.906", "143.172", "71.586", "71.586"]


def test_shares_of_several_components_keep_both_kinds_of_total():
    rows = share_matrix([D("192.500"), D("134.750")], [300, 1050, 525, 525], D("0.001"))
    assert [str(sum(row)) for row in rows] == ["40.906", "143.172", "71.586", "71.586"]
    assert sum(row[0] for row in rows) == D("192.500")
    assert sum(row[1] for row in rows) == D("134.750")


def test_penalty_on_a_part_paid_earlier_stays_what_it_was_that_day():
    rule = terms("lb-municipal", "terms")
    due = date(2026, 1, 1)
    after = quote(
        rule,
        code="LBP",
        due=due,
        on=date(2026, 7, 1),
        principal=D("40.00"),
        settled=[Settled(date(2026, 3, 1), D("60.00"))],
        penalty_posted=D("4.00"),
        penalty_open=D("1.60"),
    )
    # 60 × 2 × 2 % + 40 × 6 × 2 % = 7.20 accrued, 4.00 of it booked before, 1.60 of that still open.
    assert after.penalty == D("4.80")
