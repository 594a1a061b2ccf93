"""Tunisia: TIB with FNAH, TNB and the TCL minimum (local taxation code, Law 97-11)."""

from django.utils.translation import gettext_noop

from core.text3 import Text3
from taxation.rules import words
from taxation.rules.schema import Base, Component, Factor, Input, Levy, Parameter, Relief, When

CODE = gettext_noop("Code de la fiscalité locale (Law 97-11)")
FINANCE = gettext_noop("finance laws of 2022 and 2023")
DECREE_396, DECREE_397 = gettext_noop("Decree 2017-396"), gettext_noop("Decree 2017-397")
FUND = gettext_noop("FNAH")
TERMS_VALUE = {
    "due": {"month": 1, "day": 1},
    "discounts": [],
    "penalty": {
        "kind": "monthly",
        "rate": "0.0125",
        "part_of_month": "up",
        "starts": "january_after",
        "cap": "1",
        "article": "19",
    },
    "split": [],
}
TERMS = Parameter("terms", words.TERMS, TERMS_VALUE, "terms", source=f"{CODE}; {FINANCE}")
BASE = Text3(ar="أساس المعلوم", en="Tax base", fr="Assiette")
TIB = Text3(
    ar="المعلوم على العقارات المبنية",
    en="Tax on built property (TIB)",
    fr="Taxe sur les immeubles bâtis (TIB)",
)
FNAH = Text3(
    ar="المساهمة لفائدة صندوق تحسين المسكن",
    en="Housing improvement fund (FNAH)",
    fr="Fonds d’amélioration de l’habitat (FNAH)",
)
TNB = Text3(
    ar="المعلوم على الأراضي غير المبنية",
    en="Tax on unbuilt land (TNB)",
    fr="Taxe sur les terrains non bâtis (TNB)",
)
SERVICES = Text3(ar="عدد الخدمات البلدية", en="Municipal services", fr="Services municipaux")
SUPPLEMENT = Text3(ar="خدمات إضافية", en="Supplementary services", fr="Services supplémentaires")
PRICE = Text3(ar="الثمن المرجعي للمتر", en="Reference price per m²", fr="Prix de référence au m²")
LIMITS = Text3(ar="حدود الثمن المرجعي", en="Limits of the reference price", fr="Limites du prix de référence")
TIERS = [["1", "0.08"], ["3", "0.10"], ["5", "0.12"]]
EXEMPT_INPUT = Input("exempt", words.EXEMPT, "flag", default=False)
EXEMPT_PARAMETER = Parameter("relief.exempt", words.EXEMPTION, "1", source=CODE)
# How near a lamp or a main must be to serve a building: the municipality's policy, not the law's.
DISTANCE = Parameter(
    "services.distance_m",
    Text3(
        ar="أبعد مسافة للخدمة عن المبنى",
        en="Farthest service from a building",
        fr="Distance maximale d’un service",
    ),
    "30",
    "amount",
    "m",
    "",
)
EXEMPT = Relief(words.EXEMPTION, "relief.exempt", (When("exempt"),))
SERVICE_INPUTS = (
    Input("services", SERVICES, "whole"),
    Input("supplementary", SUPPLEMENT, "flag", default=False),
)

BUILT = Levy(
    code="tn-tib",
    jurisdiction="TN",
    cycle_years=10,
    title=TIB,
    currency="TND",
    subject="building",
    liable="owner",
    article=CODE,
    inputs=(
        Input("area_m2", words.AREA, unit="m²"),
        Input("price_m2", PRICE, unit="TND"),
        *SERVICE_INPUTS,
        Input("dwelling", Text3(ar="مسكن", en="Dwelling", fr="Logement"), "flag", default=True),
        EXEMPT_INPUT,
    ),
    bases=(
        Base(
            BASE,
            (Factor(parameter="base.fraction"), Factor(input="price_m2"), Factor(input="area_m2")),
            limits="limits",
            limited="price_m2",
            article="4",
        ),
    ),
    components=(
        Component(
            "tib",
            TIB,
            "rate.supplementary",
            when=(When("supplementary"), When("services", "ge", 5)),
            article="5",
        ),
        Component(
            "tib",
            TIB,
            "tiers",
            kind="tiers",
            by=("services",),
            when=(When("supplementary", "is", False),),
            article="5",
        ),
        Component(
            "tib",
            TIB,
            "tiers",
            kind="tiers",
            by=("services",),
            when=(When("supplementary"), When("services", "lt", 5)),
            article="5",
        ),
        Component("fnah", FNAH, "rate.fnah", when=(When("dwelling"),)),
    ),
    reliefs=(EXEMPT,),
    parameters=(
        Parameter("base.fraction", BASE, "0.02", source=f"{CODE}, art. 4", verified=True),
        Parameter(
            "limits",
            LIMITS,
            [["100", "100", "178"], ["200", "163", "238"], ["400", "217", "297"], [None, "271", "356"]],
            "limits",
            "TND",
            DECREE_397,
            verified=True,
        ),
        Parameter("tiers", SERVICES, TIERS, "tiers", source=f"{CODE}, art. 5", verified=True),
        Parameter("rate.supplementary", SUPPLEMENT, "0.14", source=f"{CODE}, art. 5", verified=True),
        Parameter("rate.fnah", FNAH, "0.04", source=FUND),
        DISTANCE,
        EXEMPT_PARAMETER,
        TERMS,
    ),
    terms={"": "terms"},
)

DENSITY = {
    "high": Text3(ar="كثافة عالية", en="High density", fr="Densité forte"),
    "medium": Text3(ar="كثافة متوسطة", en="Medium density", fr="Densité moyenne"),
    "low": Text3(ar="كثافة منخفضة", en="Low density", fr="Densité faible"),
}
UNBUILT = Levy(
    code="tn-tnb",
    jurisdiction="TN",
    cycle_years=10,
    title=TNB,
    currency="TND",
    subject="land",
    liable="owner",
    article=CODE,
    inputs=(
        Input("area_m2", words.LAND_AREA, unit="m²"),
        Input(
            "density",
            Text3(ar="الكثافة العمرانية", en="Urban density", fr="Densité urbaine"),
            "choice",
            choices=DENSITY,
        ),
        Input("market_value", words.VALUE, unit="TND", optional=True),
        EXEMPT_INPUT,
    ),
    bases=(
        Base(words.VALUE, (Factor(input="market_value"),), when=(When("market_value", "given"),)),
        Base(words.LAND_AREA, (Factor(input="area_m2"), Factor(parameter="tariff", by=("density",)))),
    ),
    components=(
        Component("tnb", TNB, "rate.value", when=(When("market_value", "given"),)),
        Component("tnb", TNB, kind="itself", when=(When("market_value", "missing"),)),
    ),
    reliefs=(EXEMPT,),
    parameters=(
        Parameter("rate.value", TNB, "0.003", source=f"{CODE}, art. 33", verified=True),
        Parameter(
            "tariff",
            Text3(ar="المعلوم للمتر المربع", en="Tariff per m²", fr="Tarif au m²"),
            {"high": "0.385", "medium": "0.115", "low": "0.040"},
            "table",
            "TND",
            DECREE_396,
            verified=True,
        ),
        EXEMPT_PARAMETER,
        TERMS,
    ),
    terms={"": "terms"},
)

MINIMUM = Text3(
    ar="الحد الأدنى للمعلوم على المؤسسات", en="Business tax minimum (TCL)", fr="Minimum de la TCL"
)
BUSINESS = Levy(
    code="tn-tcl",
    jurisdiction="TN",
    cycle_years=10,
    title=MINIMUM,
    currency="TND",
    subject="building",
    liable="occupant",
    article=CODE,
    inputs=(Input("area_m2", words.AREA, unit="m²"), *SERVICE_INPUTS, EXEMPT_INPUT),
    bases=(Base(words.AREA, (Factor(input="area_m2"),)),),
    components=(
        Component(
            "tcl", MINIMUM, "rate.supplementary", when=(When("supplementary"), When("services", "ge", 5))
        ),
        Component(
            "tcl",
            MINIMUM,
            "tariff",
            kind="tiers",
            by=("services",),
            when=(When("supplementary", "is", False),),
        ),
        Component(
            "tcl",
            MINIMUM,
            "tariff",
            kind="tiers",
            by=("services",),
            when=(When("supplementary"), When("services", "lt", 5)),
        ),
    ),
    reliefs=(EXEMPT,),
    parameters=(
        Parameter(
            "tariff",
            MINIMUM,
            [["1", "0.900"], ["3", "1.125"], ["5", "1.345"]],
            "tiers",
            "TND",
            DECREE_397,
        ),
        Parameter("rate.supplementary", SUPPLEMENT, "1.570", "amount", "TND", DECREE_397),
        DISTANCE,
        EXEMPT_PARAMETER,
        TERMS,
    ),
    terms={"": "terms"},
)

LEVIES = (BUILT, UNBUILT, BUSINESS)
