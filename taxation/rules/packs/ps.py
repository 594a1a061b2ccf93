"""Palestine (West Bank): property tax of Law 11/1954 as amended by Decree-law 12/2018."""

from django.utils.translation import gettext_noop

from core.text3 import Text3
from taxation.rules import words
from taxation.rules.schema import Base, Component, Deduction, Factor, Input, Levy, Parameter, Relief, When

LAW = gettext_noop("Law 11/1954, consolidated with Decree-law 12/2018")
LOCAL = gettext_noop("Unverified: practice of municipalities; confirm before use")

PENALTY_5_10 = {
    "due": {"month": 1, "day": 1},
    "discounts": [],
    "penalty": {"kind": "by_age", "ages": [[9, "0.05"], [12, "0.10"]], "article": "15"},
    "split": [["municipality", "0.90"], ["ministry", "0.10"]],
}
PLAIN_TERMS = {"due": {"month": 1, "day": 1}, "discounts": [], "penalty": {"kind": "none"}, "split": []}

TERMS = Parameter("terms.property", words.TERMS, PENALTY_5_10, "terms", source=f"{LAW}, arts 14, 15, 13 bis")
BUILDING_TAX = Text3(ar="ضريبة الأبنية", en="Buildings tax", fr="Taxe sur les bâtiments")
LAND_TAX = Text3(ar="ضريبة الأراضي", en="Land tax", fr="Taxe sur les terrains")
ROUND = Parameter(
    "base.step",
    Text3(
        ar="تقريب صافي الإيجار إلى دينار", en="Net value rounded to one dinar", fr="Valeur arrondie au dinar"
    ),
    "1",
    "amount",
    "JOD",
    f"{LAW}, art. 7.5",
    verified=True,
)
EXEMPT_PARAMETER = Parameter("relief.exempt", words.EXEMPTION, "1", source=f"{LAW}, art. 12", verified=True)
EXEMPT_INPUT = Input("exempt", words.EXEMPT, "flag", default=False)
EXEMPT = Relief(words.EXEMPTION, "relief.exempt", (When("exempt"),), article="12")

BUILDINGS = Levy(
    code="ps-building",
    jurisdiction="PS",
    cycle_years=5,
    title=Text3(
        ar="ضريبة الأبنية والمعارف",
        en="Buildings and education tax",
        fr="Taxe sur les bâtiments et l’éducation",
    ),
    currency="JOD",
    subject="building",
    liable="owner",
    article=LAW,
    inputs=(
        Input("annual_rent", words.RENT, unit="JOD"),
        Input("owner_occupied", words.OWNER_OCCUPIED, "flag", default=False),
        EXEMPT_INPUT,
    ),
    bases=(Base(words.RENT, (Factor(input="annual_rent"),), article="7.1"),),
    deductions=(
        Deduction(
            Text3(ar="تنزيل الخُمس", en="One fifth taken off", fr="Abattement d’un cinquième"),
            "deduction",
            article="7.1",
        ),
    ),
    base_step="base.step",
    base_mode="half_down",
    components=(
        Component("property", BUILDING_TAX, "rate.property", article="13"),
        Component(
            "education",
            Text3(ar="ضريبة المعارف", en="Education tax", fr="Taxe d’éducation"),
            "rate.education",
        ),
    ),
    reliefs=(
        EXEMPT,
        Relief(
            Text3(
                ar="سكن المالك دون دينارين",
                en="Owner’s home under two dinars",
                fr="Logement de moins de deux dinars",
            ),
            "relief.exempt",
            (When("owner_occupied"), When("base", "lt", "@relief.home_limit")),
            article="12",
        ),
    ),
    parameters=(
        Parameter(
            "deduction",
            Text3(ar="ما ينزل من الإيجار", en="Taken off the rent", fr="Abattement sur le loyer"),
            "0.20",
            source=f"{LAW}, art. 7.1",
            verified=True,
        ),
        ROUND,
        Parameter("rate.property", BUILDING_TAX, "0.10", source=f"{LAW}, art. 13", verified=True),
        Parameter(
            "rate.education",
            Text3(ar="ضريبة المعارف", en="Education tax", fr="Taxe d’éducation"),
            "0.07",
            source=LOCAL,
        ),
        Parameter(
            "relief.home_limit",
            Text3(ar="حد إعفاء سكن المالك", en="Limit for an owner’s home", fr="Plafond du logement"),
            "2",
            "amount",
            "JOD",
            f"{LAW}, art. 12",
            verified=True,
        ),
        EXEMPT_PARAMETER,
        TERMS,
        Parameter("terms.education", words.TERMS, PLAIN_TERMS, "terms", source=LOCAL),
    ),
    terms={"": "terms.property", "education": "terms.education"},
)

LAND = Levy(
    code="ps-land",
    jurisdiction="PS",
    cycle_years=5,
    title=LAND_TAX,
    currency="JOD",
    subject="land",
    liable="owner",
    article=LAW,
    inputs=(Input("market_value", words.VALUE, unit="JOD"), EXEMPT_INPUT),
    bases=(
        Base(words.VALUE, (Factor(input="market_value"), Factor(parameter="base.fraction")), article="7.3"),
    ),
    base_step="base.step",
    base_mode="half_down",
    components=(Component("land", LAND_TAX, "rate.land", article="13"),),
    reliefs=(EXEMPT,),
    parameters=(
        Parameter(
            "base.fraction",
            Text3(ar="نسبة من ثمن السوق", en="Fraction of the market price", fr="Part de la valeur vénale"),
            "0.06",
            source=f"{LAW}, art. 7.3",
            verified=True,
        ),
        ROUND,
        Parameter("rate.land", LAND_TAX, "0.05", source=f"{LAW}, art. 13", verified=True),
        EXEMPT_PARAMETER,
        TERMS,
    ),
    terms={"": "terms.property"},
)

LEVIES = (BUILDINGS, LAND)
