"""Regimes of no one country: mill rate on market value, and a table of rates by area."""

from django.utils.translation import gettext_noop

from core.text3 import Text3
from taxation.rules import words
from taxation.rules.schema import (
    Base,
    Bound,
    Component,
    Deduction,
    Factor,
    Input,
    Levy,
    Parameter,
    Relief,
    When,
)

EXAMPLE = gettext_noop("Example figures; replace with the council's decision")
TERMS = Parameter(
    "terms",
    words.TERMS,
    {
        "due": {"month": 3, "day": 31},
        "discounts": [],
        "penalty": {"kind": "monthly", "rate": "0.01", "part_of_month": "up", "starts": "due", "cap": "0.5"},
        "split": [],
    },
    "terms",
    source=EXAMPLE,
)
TAX = Text3(ar="ضريبة الأملاك", en="Property tax", fr="Taxe foncière")
RATIO = Text3(ar="نسبة التخمين", en="Assessment ratio", fr="Taux d’évaluation")
EXEMPT_INPUT = Input("exempt", words.EXEMPT, "flag", default=False)
EXEMPT_PARAMETER = Parameter("relief.exempt", words.EXEMPTION, "1", source=EXAMPLE)
EXEMPT = Relief(words.EXEMPTION, "relief.exempt", (When("exempt"),))
LEAST = Text3(ar="الحد الأدنى", en="Minimum", fr="Minimum")
MOST = Text3(ar="الحد الأعلى", en="Maximum", fr="Maximum")
CAP = Text3(ar="سقف الزيادة السنوية", en="Cap on the yearly increase", fr="Plafond de hausse annuelle")
BOUNDS = (
    Bound(CAP, "bound.growth", "growth"),
    Bound(MOST, "bound.most", "most"),
    Bound(LEAST, "bound.least", "least"),
)
BOUND_PARAMETERS = (
    Parameter("bound.growth", CAP, "0", source=EXAMPLE),
    Parameter("bound.most", MOST, "0", "amount", source=EXAMPLE),
    Parameter("bound.least", LEAST, "0", "amount", source=EXAMPLE),
)

MILL = Levy(
    code="mill",
    jurisdiction="",
    title=Text3(ar="ضريبة الأملاك بالألف", en="Property tax by mill rate", fr="Taxe foncière au millième"),
    currency="USD",
    subject="building",
    liable="owner",
    inputs=(
        Input("market_value", words.VALUE, unit="USD"),
        Input("exemption", words.EXEMPTION, unit="USD", default="0"),
        EXEMPT_INPUT,
    ),
    bases=(Base(words.VALUE, (Factor(input="market_value"), Factor(parameter="ratio"))),),
    deductions=(
        Deduction(
            words.EXEMPTION,
            "exemption.unit",
            kind="amount",
            times="exemption",
            when=(When("exemption", "gt", 0),),
        ),
    ),
    components=(Component("property", TAX, "rate.mill"),),
    reliefs=(EXEMPT,),
    bounds=BOUNDS,
    parameters=(
        Parameter("ratio", RATIO, "0.80", source=EXAMPLE),
        Parameter("exemption.unit", words.EXEMPTION, "1", "amount", source=EXAMPLE),
        Parameter("rate.mill", TAX, "0.0125", source=EXAMPLE),
        EXEMPT_PARAMETER,
        *BOUND_PARAMETERS,
        TERMS,
    ),
    terms={"": "terms"},
)

ZONE = Text3(ar="المنطقة", en="Zone", fr="Zone")
ZONES = {"a": Text3.of("A"), "b": Text3.of("B"), "c": Text3.of("C")}
TARIFF = Text3(ar="التعرفة للمتر المربع", en="Tariff per m²", fr="Tarif au m²")
FLOOR = Text3(ar="معامل الطابق", en="Floor coefficient", fr="Coefficient d’étage")
AGE = Text3(ar="معامل العمر", en="Age coefficient", fr="Coefficient de vétusté")
TABLE = Levy(
    code="area-table",
    jurisdiction="",
    title=Text3(
        ar="ضريبة الأبنية بالمساحة", en="Buildings tax by area", fr="Taxe sur les bâtiments à la surface"
    ),
    currency="ILS",
    subject="building",
    liable="owner",
    inputs=(
        Input("zone", ZONE, "choice", choices=ZONES),
        Input("use", words.USE, "choice", choices=words.USES),
        Input("area_m2", words.AREA, unit="m²"),
        Input("floor_coefficient", FLOOR, default="1"),
        Input("age_coefficient", AGE, default="1"),
        EXEMPT_INPUT,
    ),
    bases=(
        Base(
            TARIFF,
            (
                Factor(parameter="tariff", by=("zone", "use")),
                Factor(input="area_m2"),
                Factor(input="floor_coefficient"),
                Factor(input="age_coefficient"),
            ),
        ),
    ),
    components=(Component("property", TAX, kind="itself"),),
    reliefs=(EXEMPT,),
    bounds=BOUNDS,
    parameters=(
        Parameter(
            "tariff",
            TARIFF,
            {
                "a": {"residential": "4.20", "non_residential": "9.00"},
                "b": {"residential": "3.10", "non_residential": "6.80"},
                "c": {"residential": "2.40", "non_residential": "5.00"},
            },
            "table",
            "ILS",
            EXAMPLE,
        ),
        EXEMPT_PARAMETER,
        *BOUND_PARAMETERS,
        TERMS,
    ),
    terms={"": "terms"},
)

LEVIES = (MILL, TABLE)
