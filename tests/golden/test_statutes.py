"""Worked examples of the law of four countries and two generic regimes, to the last decimal."""

from datetime import date
from decimal import Decimal as D

import pytest

from core.money import share_matrix, share_out
from ledger.terms import Settled, quote, split_revenue
from taxation.rules.computation import assess
from taxation.rules.packs import LEVIES


def charge(code: str, **facts: object):
    """Assess one unit with the figures that the levy comes with."""
    levy = LEVIES[code]
    return assess(levy, {each.key: each.value for each in levy.parameters}, facts)


def terms(code: str, key: str) -> dict:
    """Return the terms of payment that a levy comes with."""
    return next(each.value for each in LEVIES[code].parameters if each.key == key)


EXAMPLES = [
    (
        "PS-1",
        "ps-building",
        {"annual_rent": 2406},
        "1925",
        {"property": "192.500", "education": "134.750"},
        "327.250",
    ),
    ("PS-2", "ps-land", {"market_value": 85000}, "5100", {"land": "255.000"}, "255.000"),
    (
        "JO-1",
        "jo-building",
        {"annual_rent": 1800},
        "1440.00",
        {"building": "144.000", "education": "28.800", "sewerage": "43.200"},
        "216.000",
    ),
    (
        "JO-2",
        "jo-land-2025",
        {"area_m2": 1000, "zone": "residential_a", "price_m2": 50},
        "19500",
        {"land": "7.800"},
        "7.800",
    ),
    (
        "JO-3",
        "jo-building-2025",
        {
            "area_m2": 176,
            "price_m2": 415,
            "use": "residential",
            "owner_occupied": True,
            "depreciation": "0.15",
        },
        "73040",
        {"building": "124.168"},
        "124.168",
    ),
    (
        "JO-4",
        "jo-building-2025",
        {
            "area_m2": 1000,
            "price_m2": 100,
            "use": "residential",
            "owner_occupied": True,
            "depreciation": "0.20",
        },
        "100000",
        {"building": "160.000"},
        "160.000",
    ),
    (
        "LB-1",
        "lb-municipal",
        {"rental_value": 43200000, "use": "residential"},
        "432000000",
        {"rental": "21600000.00", "upkeep": "6480000.00"},
        "28080000.00",
    ),
    (
        "LB-2",
        "lb-municipal",
        {"rental_value": 54000000, "use": "non_residential"},
        "1080000000",
        {"rental": "75600000.00", "upkeep": "16200000.00"},
        "91800000.00",
    ),
    (
        "LB-3",
        "lb-built",
        {"net_revenue": 1000000000, "owner_homes": 1},
        "640000000",
        {"built": "25600000.00"},
        "25600000.00",
    ),
    (
        "LB-4",
        "lb-built",
        {"net_revenue": 3000000000},
        "3000000000",
        {"built": "173400000.00"},
        "173400000.00",
    ),
    (
        "LB-5",
        "lb-built",
        {"net_revenue": 7000000000},
        "7000000000",
        {"built": "633500000.00"},
        "633500000.00",
    ),
    (
        "TN-1",
        "tn-tib",
        {"area_m2": 120, "price_m2": 200, "services": 5},
        "480.000",
        {"tib": "57.600", "fnah": "19.200"},
        "76.800",
    ),
    (
        "TN-2",
        "tn-tib",
        {"area_m2": 95, "price_m2": 150, "services": 4},
        "285.000",
        {"tib": "28.500", "fnah": "11.400"},
        "39.900",
    ),
    (
        "TN-3",
        "tn-tib",
        {"area_m2": 260, "price_m2": 250, "services": 6, "supplementary": True},
        "1300.000",
        {"tib": "182.000", "fnah": "52.000"},
        "234.000",
    ),
    ("TN-4 tariff", "tn-tnb", {"area_m2": 600, "density": "high"}, "231.000", {"tnb": "231.000"}, "231.000"),
    (
        "TN-4 value",
        "tn-tnb",
        {"area_m2": 600, "density": "high", "market_value": 180000},
        "180000",
        {"tnb": "540.000"},
        "540.000",
    ),
    ("G-1", "mill", {"market_value": 185000}, "148000", {"property": "1850.00"}, "1850.00"),
    (
        "G-2",
        "area-table",
        {
            "zone": "a",
            "use": "residential",
            "area_m2": 140,
            "floor_coefficient": "0.95",
            "age_coefficient": "0.90",
        },
        "502.74",
        {"property": "502.74"},
        "502.74",
    ),
]


@pytest.mark.parametrize(
    ("name", "code", "facts", "base", "components", "total"), EXAMPLES, ids=[e[0] for e in EXAMPLES]
)
def test_the_statute_example_comes_out_to_the_last_decimal(name, code, facts, base, components, total):
    outcome = charge(code, **facts)
    assert outcome.base == D(base)
    assert {key: str(amount) for key, amount in outcome.components} == components
    assert str(outcome.total) == total


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
