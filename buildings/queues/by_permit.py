"""Against permits: what stands without one, and what was built otherwise."""

from django.utils.translation import gettext_lazy as _

from buildings.layers import REGISTRARS, STAFF
from buildings.queues.terms import COVERED, FLOORS, MEASURED, MORE, QUESTIONS, STANDS, USE, USES, WHAT, WORD
from layers.collections import Field, FieldType
from reconciliation.declaring import Queue

NOT_PERMITTED = Queue(
    key="building-not-permitted",
    title=_("Buildings without a permit"),
    question=_("Is there a permit for this building, or does it stand without one?"),
    order=40,
    view_roles=STAFF,
    work_roles=REGISTRARS,
    questions=(Field(name="permit", title=_("Permit number")), *QUESTIONS),
    evidence=(
        USE,
        FLOORS,
        COVERED,
        Field(name="year_built", title=_("Year built"), type=FieldType.INTEGER),
        Field(name="parcel", title=_("Parcel")),
    ),
    # A municipality that keeps no permits here cannot miss one.
    sql=f"""
        SELECT 'building:' || b.id AS subject, b.code AS label,
            jsonb_build_object('use', b.use, 'floors', b.floors, 'covered_m2', round(b.covered_m2, 1),
                'year_built', b.year_built, 'parcel', s.number || ' / ' || p.number) AS evidence,
            'size ' || round(ln(greatest(b.covered_m2, 1)) * 4) AS basis,
            'buildings' AS collection, b.id AS feature, b.district_id, b.covered_m2 AS rank, b.geom
        FROM ({STANDS}) b
        LEFT JOIN cadastre_parcel p ON p.id = b.parcel_id LEFT JOIN cadastre_basin s ON s.id = p.basin_id
        WHERE EXISTS (SELECT 1 FROM buildings_permit)
          AND coalesce(b.year_built, 9999)
            >= coalesce((SELECT max(permits_since) FROM buildings_buildingsettings), 1966)
          AND NOT EXISTS (SELECT 1 FROM buildings_permit m WHERE m.end_lifespan IS NULL AND m.building_id = b.id)
          AND NOT EXISTS (SELECT 1 FROM buildings_permit m
            WHERE m.end_lifespan IS NULL AND m.building_id IS NULL AND m.parcel_id = b.parcel_id)""",
)

BEYOND_PERMIT = Queue(
    key="building-beyond-permit",
    title=_("Buildings other than permitted"),
    question=_("What was built beyond the permit, and since when?"),
    order=35,
    view_roles=STAFF,
    work_roles=REGISTRARS,
    questions=(*QUESTIONS, MEASURED),
    evidence=(
        WHAT,
        FLOORS,
        Field(name="permitted_floors", title=_("Permitted floors"), type=FieldType.INTEGER),
        COVERED,
        Field(name="permitted_m2", title=_("Permitted area"), type=FieldType.NUMBER, unit=_("m²")),
        MORE,
        USE,
        Field(name="permitted_use", title=_("Permitted use"), choices=USES),
        Field(name="permits", title=_("Permits")),
    ),
    sql=f"""
        SELECT 'building:' || id AS subject, code AS label,
            jsonb_build_object('difference', {WORD}, 'floors', floors, 'permitted_floors', permitted_floors,
                'covered_m2', round(covered_m2, 1), 'permitted_m2', round(permitted_m2, 1),
                'more_m2', round(covered_m2 - permitted_m2, 1), 'use', use, 'permitted_use', uses[1],
                'permits', permits) AS evidence,
            concat_ws(' ', use, floors, round(ln(greatest(covered_m2, 1)) * 8), permits) AS basis,
            'buildings' AS collection, id AS feature, district_id,
            greatest(covered_m2 - permitted_m2, (floors - permitted_floors) * footprint_m2, 0) AS rank, geom
        FROM (
            SELECT b.*, m.*, b.floors > m.permitted_floors AS floors_differ, b.use <> ALL (m.uses) AS use_differs,
                b.covered_m2 > m.permitted_m2 * 1.1 AND b.covered_m2 - m.permitted_m2 > 8 AS area_differs
            FROM ({STANDS}) b JOIN (
                SELECT building_id, sum(covered_m2) AS permitted_m2, max(floors) AS permitted_floors,
                    array_agg(use ORDER BY issued_on DESC, id) AS uses,
                    string_agg(number, ', ' ORDER BY issued_on, id) AS permits
                FROM buildings_permit WHERE end_lifespan IS NULL AND building_id IS NOT NULL GROUP BY building_id
            ) m ON m.building_id = b.id
        ) both_known
        WHERE floors_differ OR area_differs OR use_differs""",
)
