"""The engine: what it refuses, how it explains, and its bounds."""

from decimal import Decimal as D

import pytest
from django.utils import translation

from core.errors import Unprocessable
from taxation.rules.computation import assess
from taxation.rules.packs import LEVIES


def run(code, facts, *, change=None, **more):
    """Assess with a levy's own figures, some of them changed."""
    values = {each.key: each.value for each in LEVIES[code].parameters}
    return assess(LEVIES[code], {**values, **(change or {})}, facts, **more)


def test_every_step_is_labelled_in_three_languages_and_ends_in_the_total():
    steps = run("ps-building", {"annual_rent": 2406}).steps
    assert [step.kind for step in steps] == [
        "base",
        "deduction",
        "rounding",
        "component",
        "component",
        "total",
    ]
    assert all(step.label.ar and step.label.en and step.label.fr for step in steps)
    assert steps[3].formula == "1,925 × 10%"
    assert steps[-1].formula == "192.500 + 134.750"


def test_an_unconfirmed_figure_marks_its_step_and_the_charge():
    levy = LEVIES["ps-building"]
    verified = {each.key: each.verified for each in levy.parameters}
    outcome = run("ps-building", {"annual_rent": 2406}, verified=verified)
    assert [step.code for step in outcome.steps if not step.verified] == ["education"]
    assert not outcome.is_verified


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"price_m2": 200, "services": 5}, "area_m2"),
        ({"area_m2": -1, "price_m2": 200, "services": 5}, "area_m2"),
        ({"area_m2": "many", "price_m2": 200, "services": 5}, "area_m2"),
        ({"area_m2": 120, "price_m2": 200, "services": "2.5"}, "services"),
        ({"area_m2": 120, "price_m2": 500, "services": 5}, "price_m2"),
        ({"area_m2": "NaN", "price_m2": 200, "services": 5}, "area_m2"),
    ],
)
def test_bad_facts_are_refused_by_name(facts, field):
    with pytest.raises(Unprocessable) as refused:
        run("tn-tib", facts)
    assert field in refused.value.fields


def test_an_unknown_choice_is_refused_in_the_readers_language():
    facts = {"rental_value": 1, "use": "castle"}
    with translation.override("en"), pytest.raises(Unprocessable) as refused:
        run("lb-municipal", facts)
    assert refused.value.fields == {"use": "“castle” is not one of the choices."}


def test_an_exempt_unit_is_charged_nothing_and_says_why():
    outcome = run("ps-building", {"annual_rent": 2406, "exempt": True})
    assert outcome.total == 0
    assert "relief" in [step.kind for step in outcome.steps]


def test_the_owners_home_under_two_dinars_is_exempt_and_at_two_it_is_not():
    assert run("ps-building", {"annual_rent": "1.25", "owner_occupied": True}).total == 0
    assert run("ps-building", {"annual_rent": "2.5", "owner_occupied": True}).total == D("0.340")


@pytest.mark.parametrize(
    ("change", "last_year", "total"),
    [
        ({"bound.least": "2000"}, None, "2000.00"),
        ({"bound.most": "1500"}, None, "1500.00"),
        ({"bound.growth": "0.10"}, D("1000"), "1100.00"),
        ({"bound.growth": "0.10"}, None, "1850.00"),
    ],
)
def test_minimum_maximum_and_yearly_cap_hold_the_sum(change, last_year, total):
    outcome = run("mill", {"market_value": 185000}, change=change, last_year=last_year)
    assert str(outcome.total) == total


def test_a_dwelling_without_any_service_pays_no_tib():
    amounts = dict(run("tn-tib", {"area_m2": 120, "price_m2": 200, "services": 0}).components)
    assert amounts == {"tib": D("0.000"), "fnah": D("19.200")}
