"""Jordan: buildings and land tax in force, and the 2025 bill as a draft."""

from django.utils.translation import gettext_noop

from core.text3 import Text3
from taxation.rules import words
from taxation.rules.schema import Base, Component, Deduction, Factor, Input, Levy, Parameter, Relief, When

PRESS = gettext_noop("Unverified: press reports and municipal notices")
BILL = gettext_noop("2025 bill, not in force; press reports")


def _window(start: str, end: str, fraction: str) -> dict[str, object]:
    title = Text3(ar="خصم السداد المبكر", en="Early payment discount", fr="Remise pour paiement anticipé")
    return {"title": title.as_dict(), "from": start, "to": end, "fraction": fraction}


TERMS_VALUE = {
    "due": {"month": 1, "day": 1},
    "discounts": [
        _window("01-01", "02-29", "0.08"),
        _window("03-01", "04-30", "0.06"),
        _window("05-01", "06-30", "0.04"),
    ],
    "penalty": {
        "kind": "by_age",
        "ages": [[12, "0.10"], [24, "0.20"], [36, "0.30"], [48, "0.40"], [60, "0.50"]],
    },
    "split": [],
}
TERMS = Parameter("terms", words.TERMS, TERMS_VALUE, "terms", source=PRESS)
BUILDING = Text3(ar="ضريبة الأبنية", en="Buildings tax", fr="Taxe sur les bâtiments")
EDUCATION = Text3(ar="ضريبة المعارف", en="Education tax", fr="Taxe d’éducation")
SEWER = Text3(ar="مساهمة الصرف الصحي", en="Sewerage contribution", fr="Contribution à l’assainissement")
LAND = Text3(ar="ضريبة الأراضي", en="Land tax", fr="Taxe sur les terrains")
NET = Text3(ar="ما ينزل من الإيجار", en="Taken off the rent", fr="Abattement sur le loyer")
EXEMPT_INPUT = Input("exempt", words.EXEMPT, "flag", default=False)
EXEMPT_PARAMETER = Parameter("relief.exempt", words.EXEMPTION, "1", source=PRESS)
EXEMPT = Relief(words.EXEMPTION, "relief.exempt", (When("exempt"),))

BUILDINGS = Levy(
    code="jo-building",
    jurisdiction="JO",
    title=Text3(
        ar="ضريبة الأبنية (المسقفات)", en="Buildings tax (musaqafat)", fr="Taxe sur les bâtiments (musaqafat)"
    ),
    currency="JOD",
    subject="building",
    liable="owner",
    inputs=(Input("annual_rent", words.RENT, unit="JOD"), EXEMPT_INPUT),
    bases=(Base(words.RENT, (Factor(input="annual_rent"),)),),
    deductions=(Deduction(NET, "deduction"),),
    components=(
        Component("building", BUILDING, "rate.building"),
        Component("education", EDUCATION, "rate.education"),
        Component("sewerage", SEWER, "rate.sewerage"),
    ),
    reliefs=(EXEMPT,),
    parameters=(
        Parameter("deduction", NET, "0.20", source=PRESS),
        Parameter("rate.building", BUILDING, "0.10", source=PRESS),
        Parameter("rate.education", EDUCATION, "0.02", source=PRESS),
        Parameter("rate.sewerage", SEWER, "0.03", source=PRESS),
        EXEMPT_PARAMETER,
        TERMS,
    ),
    terms={"": "terms"},
)
VACANT_LAND = Levy(
    code="jo-land",
    jurisdiction="JO",
    title=LAND,
    currency="JOD",
    subject="land",
    liable="owner",
    inputs=(
        Input(
            "annual_value",
            Text3(ar="صافي التقدير السنوي", en="Net annual estimate", fr="Estimation annuelle nette"),
            unit="JOD",
        ),
        EXEMPT_INPUT,
    ),
    bases=(Base(words.VALUE, (Factor(input="annual_value"),)),),
    components=(Component("land", LAND, "rate.land"),),
    reliefs=(EXEMPT,),
    parameters=(Parameter("rate.land", LAND, "0.02", source=PRESS), EXEMPT_PARAMETER, TERMS),
    terms={"": "terms"},
)

PRICE = Text3(ar="السعر الإداري للمتر", en="Administrative price per m²", fr="Prix administratif au m²")
RATIO = Text3(
    ar="النسبة المئوية المسموحة للبناء", en="Permitted building percentage", fr="Pourcentage constructible"
)
ADMIN_VALUE = Text3(ar="القيمة الإدارية", en="Administrative value", fr="Valeur administrative")
AGE = Text3(ar="استهلاك العمر", en="Age depreciation", fr="Vétusté")
ZONES = {
    "residential_a": Text3(ar="سكن أ", en="Residential A", fr="Résidentiel A"),
    "residential_b": Text3(ar="سكن ب", en="Residential B", fr="Résidentiel B"),
    "commercial": Text3(ar="تجاري", en="Commercial", fr="Commercial"),
}
DRAFT_LAND = Levy(
    code="jo-land-2025",
    jurisdiction="JO",
    title=Text3(
        ar="ضريبة الأراضي، مشروع 2025", en="Land tax, 2025 bill", fr="Taxe sur les terrains, projet 2025"
    ),
    currency="JOD",
    subject="land",
    liable="owner",
    is_draft=True,
    inputs=(
        Input("area_m2", words.LAND_AREA, unit="m²"),
        Input("zone", Text3(ar="التنظيم", en="Zoning", fr="Zonage"), "choice", choices=ZONES),
        Input("price_m2", PRICE, unit="JOD"),
        EXEMPT_INPUT,
    ),
    bases=(
        Base(
            ADMIN_VALUE,
            (Factor(input="area_m2"), Factor(parameter="permitted", by=("zone",)), Factor(input="price_m2")),
        ),
    ),
    components=(Component("land", LAND, "rate.land", kind="slab", by=("area_m2",)),),
    reliefs=(EXEMPT,),
    parameters=(
        Parameter(
            "permitted",
            RATIO,
            {"residential_a": "0.39", "residential_b": "0.45", "commercial": "0.50"},
            "table",
            source=BILL,
        ),
        Parameter("rate.land", LAND, [["1000", "0.0004"], [None, "0.0002"]], "brackets", "m²", BILL),
        EXEMPT_PARAMETER,
        TERMS,
    ),
    terms={"": "terms"},
)
DRAFT_BUILDING = Levy(
    code="jo-building-2025",
    jurisdiction="JO",
    title=Text3(
        ar="ضريبة الأبنية، مشروع 2025",
        en="Buildings tax, 2025 bill",
        fr="Taxe sur les bâtiments, projet 2025",
    ),
    currency="JOD",
    subject="building",
    liable="owner",
    is_draft=True,
    inputs=(
        Input("area_m2", words.AREA, unit="m²"),
        Input("price_m2", PRICE, unit="JOD"),
        Input("use", words.USE, "choice", choices=words.USES),
        Input("owner_occupied", words.OWNER_OCCUPIED, "flag", default=False),
        Input("depreciation", AGE, default="0"),
        Input("vacant", words.VACANT, "flag", default=False),
        EXEMPT_INPUT,
    ),
    bases=(Base(ADMIN_VALUE, (Factor(input="area_m2"), Factor(input="price_m2"))),),
    components=(Component("building", BUILDING, "rate.building", kind="table", by=("use",)),),
    reliefs=(
        EXEMPT,
        Relief(
            Text3(
                ar="سكن المالك أو أسرته",
                en="Occupied by owner or family",
                fr="Occupé par le propriétaire ou sa famille",
            ),
            "relief.owner",
            (When("owner_occupied"),),
        ),
        Relief(AGE, "@depreciation", (When("depreciation", "gt", 0),)),
        Relief(words.VACANT, "relief.vacant", (When("vacant"),)),
    ),
    parameters=(
        Parameter(
            "rate.building",
            BUILDING,
            {"residential": "0.01", "non_residential": "0.03"},
            "table",
            source=BILL,
        ),
        Parameter("relief.owner", words.OWNER_OCCUPIED, "0.80", source=BILL),
        Parameter("relief.vacant", words.VACANT, "0.60", source=BILL),
        EXEMPT_PARAMETER,
        TERMS,
    ),
    terms={"": "terms"},
)

LEVIES = (BUILDINGS, VACANT_LAND, DRAFT_LAND, DRAFT_BUILDING)
