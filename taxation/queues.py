"""The queues of tax as the reconciliation engine knows them, and what cases of the building register are worth."""

from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from layers.collections import Field, FieldType
from reconciliation.declaring import Estimate, Queue
from taxation.access import QUEUES as DESK
from taxation.actions import discrepancies
from taxation.reconciliation import SOURCES, Source

RESULTS = {
    "corrected": _("The tax register was corrected"),
    "no-difference": _("There is no such difference"),
    "exempt": _("Exempt by law"),
}
QUESTIONS: dict[str, Any] = {
    "untaxed": _("Who is liable here, and for what area and use?"),
    "unfound": _("Is there still something to tax?"),
    "differs": _("Which area, floors and use are right?"),
    "metered": _("Who lives or works here, and which units are missing?"),
}
AREA = Field(name="area", title=_("Registered area"), type=FieldType.NUMBER, unit=_("m²"))
ASSESSED_AREA = Field(name="assessed_area", title=_("Assessed area"), type=FieldType.NUMBER, unit=_("m²"))
FLOORS = Field(name="floors", title=_("Floors"), type=FieldType.INTEGER)
EVIDENCE = {
    "untaxed": (AREA, FLOORS, Field(name="since", title=_("In the register since"), type=FieldType.DATE)),
    "unfound": (AREA, Field(name="until", title=_("In the register until"), type=FieldType.DATE)),
    "differs": (
        AREA,
        ASSESSED_AREA,
        FLOORS,
        Field(name="assessed_floors", title=_("Taxed floors"), type=FieldType.INTEGER),
    ),
    "metered": (
        Field(name="meters", title=_("Water meters in use"), type=FieldType.INTEGER),
        Field(name="taxed", title=_("Units taxed"), type=FieldType.INTEGER),
        Field(name="connection", title=_("House connection")),
        Field(name="metered_since", title=_("Metered since"), type=FieldType.DATE),
        Field(name="area", title=_("Area that is not taxed"), type=FieldType.NUMBER, unit=_("m²")),
    ),
}
# The rows that `taxation.actions.discrepancies` keeps, with the estimate by the rule pack in force.
_OPEN = """
    SELECT d.collection || ':' || d.feature_id AS subject, d.label, d.evidence, d.collection, d.feature_id AS feature,
        d.district_id, d.revenue AS yearly_value, CASE WHEN d.revenue IS NULL THEN NULL ELSE d.currency END AS currency,
        abs(d.revenue)::float8 AS rank, coalesce(p.geom, l.geom, ST_EndPoint(w.geom)) AS geom
    FROM taxation_discrepancy d
    LEFT JOIN taxation_taxplace p ON p.collection = CASE WHEN d.building_id IS NULL THEN 'parcels' ELSE 'buildings' END
        AND p.feature_id = coalesce(d.building_id, d.parcel_id)
    LEFT JOIN cadastre_parcel l ON l.id = d.parcel_id
    LEFT JOIN networks_waterconnection w ON d.collection = 'water-connections' AND w.id = d.feature_id
    WHERE d.state = 'open' AND d.queue = '{code}'"""


def _declared(number: int, source: Source) -> Queue:
    return Queue(
        key=f"tax-{source.code}",
        title=source.title,
        question=QUESTIONS[source.code],
        order=50 + number,
        view_roles=DESK.view_roles,
        work_roles=DESK.edit_roles,
        evidence=EVIDENCE[source.code],
        results=RESULTS,
        prepare=partial(discrepancies.look_at, source),
        sql=_OPEN.format(code=source.code),
    )


QUEUES = tuple(_declared(number, source) for number, source in enumerate(SOURCES) if source.code in QUESTIONS)
# What nobody taxes yet, at what a square metre usually brings by the assessments in force.
_BY_AREA = """
    SELECT f.subject, round(({area})::numeric * m.per_m2, 3) AS yearly_value, m.currency
    FROM found f CROSS JOIN (
        SELECT a.currency, percentile_cont(0.5) WITHIN GROUP (ORDER BY a.total / u.area_m2)::numeric AS per_m2
        FROM taxation_assessment a JOIN taxation_taxunit u ON u.id = a.unit_id AND u.retired_at IS NULL
        WHERE a.state = 'approved' AND a.valid_to IS NULL AND u.subject = 'building'
        GROUP BY a.currency ORDER BY count(*) DESC LIMIT 1) m
    WHERE ({area})::numeric > 0"""
_AREAS = {
    "building-not-registered": "f.evidence ->> 'seen_m2'",
    "building-differs": "f.evidence ->> 'more_m2'",
    "building-beyond-permit": "f.evidence ->> 'more_m2'",
}
ESTIMATES = tuple(Estimate(queue=key, sql=_BY_AREA.format(area=area)) for key, area in _AREAS.items())
