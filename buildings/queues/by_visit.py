"""Against visits: what somebody saw that the register does not say."""

from django.utils.translation import gettext_lazy as _

from buildings.layers import REGISTRARS, STAFF
from buildings.queues.terms import FLOORS, KNOWN_USES, MEASURED, QUESTIONS, SEEN, USE, USES, WHAT, WORD
from layers.collections import Field, FieldType
from reconciliation.declaring import Queue

# What the last visit with an answer said; numbers as people write them, in either kind of digits.
_ANSWER = "translate(v.answers ->> '{name}', '٠١٢٣٤٥٦٧٨٩٫,', '0123456789..')"
VISITED = Queue(
    key="building-visited-differs",
    title=_("Buildings other than visitors saw them"),
    question=_("Which is right: the register, or what was seen?"),
    order=32,
    view_roles=STAFF,
    work_roles=REGISTRARS,
    questions=(*QUESTIONS, MEASURED),
    evidence=(
        WHAT,
        FLOORS,
        Field(name="seen_floors", title=_("Floors seen"), type=FieldType.INTEGER),
        Field(name="register_m2", title=_("Registered area"), type=FieldType.NUMBER, unit=_("m²")),
        SEEN,
        USE,
        Field(name="seen_use", title=_("Use seen"), choices=USES),
        Field(name="visited_on", title=_("Visited on"), type=FieldType.DATE),
    ),
    sql=f"""
        SELECT 'building:' || id AS subject, code AS label,
            jsonb_build_object('difference', {WORD}, 'floors', floors, 'seen_floors', seen_floors,
                'register_m2', round(footprint_m2::numeric, 1), 'seen_m2', seen_m2, 'use', use, 'seen_use', seen_use,
                'visited_on', visited_on) AS evidence,
            concat_ws(' ', seen_floors, seen_m2, seen_use, floors, use, round(footprint_m2)) AS basis,
            'buildings' AS collection, id AS feature, district_id,
            abs(coalesce(seen_m2, footprint_m2) * coalesce(seen_floors, floors) - footprint_m2 * floors) AS rank, geom
        FROM (
            SELECT b.*, a.*, coalesce(a.seen_floors <> b.floors, false) AS floors_differ,
                coalesce(a.seen_use <> b.use, false) AS use_differs,
                coalesce(abs(a.seen_m2 - b.footprint_m2) > greatest(8, 0.1 * b.footprint_m2), false) AS area_differs
            FROM buildings_building b JOIN (
                SELECT DISTINCT ON (feature) feature, visited_on, seen_use, seen_floors, seen_m2 FROM (
                    SELECT c.feature, v.visited_at, v.visited_at::date AS visited_on,
                        CASE WHEN v.answers ->> 'use' IN ({KNOWN_USES}) THEN v.answers ->> 'use' END AS seen_use,
                        substring({_ANSWER.format(name="floors")} FROM '^ *([0-9]{{1,3}}) *$')::int AS seen_floors,
                        substring({_ANSWER.format(name="footprint_m2")} FROM '^ *([0-9]{{1,7}}(?:[.][0-9]*)?) *$')::numeric
                            AS seen_m2
                    FROM reconciliation_visit v JOIN reconciliation_case c ON c.id = v.case_id
                    WHERE c.collection = 'buildings'
                ) answered
                WHERE seen_use IS NOT NULL OR seen_floors IS NOT NULL OR seen_m2 IS NOT NULL
                ORDER BY feature, visited_at DESC
            ) a ON a.feature = b.id
            WHERE b.end_lifespan IS NULL
        ) both_known
        WHERE floors_differ OR area_differs OR use_differs""",
)
