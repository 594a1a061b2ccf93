"""Lebanon: municipal fee on rental value (Law 60/88), and the State's built-property tax for information."""

from django.utils.translation import gettext_noop

from core.text3 import Text3
from taxation.rules import words
from taxation.rules.schema import Base, Component, Deduction, Factor, Input, Levy, Parameter, Relief, When

LAW = gettext_noop("Law 60/88")
BUDGET = gettext_noop("Budget law 2024 (324/2024)")
UNSURE = gettext_noop("Unverified: confirm before use")
RENTAL_2022 = Text3(ar="القيمة التأجيرية لسنة 2022", en="Rental value of 2022", fr="Valeur locative de 2022")
RENTAL = Text3(ar="القيمة التأجيرية", en="Rental value", fr="Valeur locative")
FEE = Text3(ar="الرسم على القيمة التأجيرية", en="Fee on rental value", fr="Taxe sur la valeur locative")
UPKEEP = Text3(
    ar="رسم صيانة المجارير والأرصفة", en="Sewer and pavement upkeep", fr="Entretien des égouts et trottoirs"
)
FACTOR = Text3(
    ar="مضاعِف القيمة التأجيرية", en="Rental value multiplier", fr="Coefficient de la valeur locative"
)
LATE = {
    "due": {"months_after_issue": 2},
    "discounts": [],
    "penalty": {
        "kind": "monthly",
        "rate": "0.02",
        "part_of_month": "up",
        "starts": "due",
        "cap": None,
        "article": "109",
    },
    "split": [],
}
EXEMPT_INPUT = Input("exempt", words.EXEMPT, "flag", default=False)
EXEMPT = Relief(words.EXEMPTION, "relief.exempt", (When("exempt"),))

MUNICIPAL = Levy(
    code="lb-municipal",
    jurisdiction="LB",
    title=Text3(
        ar="الرسوم البلدية على القيمة التأجيرية",
        en="Municipal fees on rental value",
        fr="Taxes municipales sur la valeur locative",
    ),
    currency="LBP",
    subject="building",
    liable="occupant",
    article=LAW,
    inputs=(
        Input("rental_value", RENTAL_2022, unit="LBP"),
        Input("use", words.USE, "choice", choices=words.USES),
        Input(
            "assessed_2022",
            Text3(ar="خُمّن حديثا في 2022", en="Newly assessed in 2022", fr="Nouvellement évalué en 2022"),
            "flag",
            default=False,
        ),
        Input("vacant", words.VACANT, "flag", default=False),
        EXEMPT_INPUT,
    ),
    bases=(
        Base(RENTAL, (Factor(input="rental_value"),), when=(When("assessed_2022"),)),
        Base(
            RENTAL, (Factor(input="rental_value"), Factor(parameter="multiplier", by=("use",))), article="38"
        ),
    ),
    components=(
        Component("rental", FEE, "rate.rental", kind="table", by=("use",), article="3"),
        Component("upkeep", UPKEEP, "rate.upkeep", article="79"),
    ),
    reliefs=(EXEMPT, Relief(words.VACANT, "relief.vacant", (When("vacant"),), article="3")),
    parameters=(
        Parameter(
            "multiplier",
            FACTOR,
            {"residential": "10", "non_residential": "20"},
            "table",
            source=f"{BUDGET}, art. 38",
        ),
        Parameter(
            "rate.rental",
            FEE,
            {"residential": "0.05", "non_residential": "0.07"},
            "table",
            source=f"{LAW}, art. 3",
        ),
        Parameter("rate.upkeep", UPKEEP, "0.015", source=UNSURE),
        Parameter("relief.vacant", words.VACANT, "1", source=f"{LAW}, art. 3"),
        Parameter("relief.exempt", words.EXEMPTION, "1", source=UNSURE),
        Parameter("terms", words.TERMS, LATE, "terms", source=f"{LAW}, arts 106, 109"),
    ),
    terms={"": "terms"},
)

BRACKETS = [
    ["1065000000", "0.04"],
    ["2265000000", "0.06"],
    ["3465000000", "0.08"],
    ["5865000000", "0.11"],
    [None, "0.14"],
]
BUILT = Text3(ar="ضريبة الأملاك المبنية", en="Built-property tax", fr="Impôt sur la propriété bâtie")
HOME = Text3(ar="تنزيل سكن المالك", en="Owner’s home deduction", fr="Abattement du logement du propriétaire")
BPT = Levy(
    code="lb-built",
    jurisdiction="LB",
    title=Text3(
        ar="ضريبة الأملاك المبنية (للعلم)",
        en="Built-property tax (State, for information)",
        fr="Impôt sur la propriété bâtie (État, pour information)",
    ),
    currency="LBP",
    subject="building",
    liable="owner",
    informative=True,
    article=BUDGET,
    inputs=(
        Input("net_revenue", Text3(ar="صافي الإيرادات", en="Net revenue", fr="Revenu net"), unit="LBP"),
        Input(
            "owner_homes",
            Text3(ar="حصة سكن المالك", en="Owner’s homes (share)", fr="Logements du propriétaire (part)"),
            default="0",
        ),
        EXEMPT_INPUT,
    ),
    bases=(
        Base(Text3(ar="صافي الإيرادات", en="Net revenue", fr="Revenu net"), (Factor(input="net_revenue"),)),
    ),
    deductions=(
        Deduction(
            HOME, "deduction.home", kind="amount", times="owner_homes", when=(When("owner_homes", "gt", 0),)
        ),
    ),
    components=(Component("built", BUILT, "brackets", kind="brackets"),),
    reliefs=(EXEMPT,),
    parameters=(
        Parameter("deduction.home", HOME, "360000000", "amount", "LBP", f"{BUDGET}, arts 51–53"),
        Parameter("brackets", BUILT, BRACKETS, "brackets", "LBP", f"{BUDGET}, arts 51–53"),
        Parameter("relief.exempt", words.EXEMPTION, "1", source=UNSURE),
    ),
)

LEVIES = (MUNICIPAL, BPT)
