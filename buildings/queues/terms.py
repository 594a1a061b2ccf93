"""What the queues of buildings have in common: questions, evidence, and what the register says stands."""

from django.utils.translation import gettext_lazy as _

from buildings.models.building import BuildingUse, Condition
from layers.collections import Field, FieldType

# A decision holds for a size: areas of one class differ by less than a quarter.
SIZE = "'size ' || round(ln(greatest(f.seen_m2, 1)) * 4)"
SEEN = Field(name="seen_m2", title=_("Area seen"), type=FieldType.NUMBER, unit=_("m²"))
REGISTER = Field(name="register_m2", title=_("Registered area"), type=FieldType.NUMBER, unit=_("m²"))
LAYER = Field(name="layer", title=_("Seen in layer"))
SEEN_ON = Field(name="compared_on", title=_("Compared on"), type=FieldType.DATE)

QUESTIONS = (
    Field(name="use", title=_("Use"), choices=dict(BuildingUse.choices)),
    Field(name="floors", title=_("Floors"), type=FieldType.INTEGER),
    Field(name="condition", title=_("Condition"), choices=dict(Condition.choices)),
)

MEASURED = Field(name="footprint_m2", title=_("Footprint area"), type=FieldType.NUMBER, unit=_("m²"))

USES = dict(BuildingUse.choices)
KNOWN_USES = ", ".join(f"'{code}'" for code in USES)
FLOORS = Field(name="floors", title=_("Floors"), type=FieldType.INTEGER)
USE = Field(name="use", title=_("Use"), choices=USES)
COVERED = Field(name="covered_m2", title=_("Covered area"), type=FieldType.NUMBER, unit=_("m²"))
MORE = Field(name="more_m2", title=_("Difference of areas"), type=FieldType.NUMBER, unit=_("m²"))
WHAT = Field(
    name="difference", title=_("Difference"),
    choices={"area": _("Area"), "floors": _("Floors"), "use": _("Use"), "several": _("Several")},
)  # fmt: skip
# One word for what differs: the columns of booleans `floors_differ`, `area_differs`, `use_differs`.
WORD = """CASE WHEN floors_differ::int + area_differs::int + use_differs::int > 1 THEN 'several'
    WHEN floors_differ THEN 'floors' WHEN area_differs THEN 'area' ELSE 'use' END"""
# The covered area that the register knows: of its floors where all are entered, else of its outline.
STANDS = """
    SELECT b.*, coalesce(f.covered_m2, b.footprint_m2 * b.floors)::numeric AS covered_m2
    FROM buildings_building b LEFT JOIN (
        SELECT building_id, sum(covered_m2) AS covered_m2, count(*) AS floors FROM buildings_floor
        WHERE end_lifespan IS NULL AND level >= 0 GROUP BY building_id
    ) f ON f.building_id = b.id AND f.floors >= b.floors
    WHERE b.end_lifespan IS NULL"""
