"""Against footprints: what stands and is not registered, what is and does not stand, what has another size."""

from django.utils.translation import gettext_lazy as _

from buildings.layers import REGISTRARS, STAFF
from buildings.models import FindingKind
from buildings.models.building import BuildingUse
from buildings.queues.terms import LAYER, MEASURED, QUESTIONS, REGISTER, SEEN, SEEN_ON, SIZE
from layers.collections import Field, FieldType
from reconciliation.declaring import Queue

NOT_REGISTERED = Queue(
    key="building-not-registered",
    title=_("Buildings not in the register"),
    question=_("Does a building stand here, and what is it used for?"),
    order=10,
    view_roles=STAFF,
    work_roles=REGISTRARS,
    questions=QUESTIONS,
    evidence=(SEEN, Field(name="parcel", title=_("Parcel")), LAYER, SEEN_ON),
    sql=f"""
        SELECT DISTINCT ON (f.site_id) 'site:' || f.site_id AS subject,
            coalesce(b.number || ' / ' || p.number, '#' || f.site_id) AS label,
            jsonb_build_object('seen_m2', round(f.seen_m2::numeric, 1), 'parcel', p.number,
                'layer', r.layer, 'compared_on', r.compared_on) AS evidence,
            {SIZE} AS basis, r.layer AS collection, f.footprints[1] AS feature,
            f.district_id, f.seen_m2 AS rank, f.geom
        FROM buildings_footprintfinding f
        JOIN buildings_footprintrun r ON r.id = f.run_id AND r.is_latest
        LEFT JOIN LATERAL (
            SELECT id, number, basin_id FROM cadastre_parcel p
            WHERE p.end_lifespan IS NULL AND ST_Intersects(p.geom, ST_PointOnSurface(f.geom)) LIMIT 1
        ) p ON true
        LEFT JOIN cadastre_basin b ON b.id = p.basin_id
        WHERE f.kind = 'new'
          AND NOT EXISTS (
            SELECT 1 FROM buildings_building b WHERE b.end_lifespan IS NULL AND b.geom && f.geom
              AND ST_Area(ST_Intersection(b.geom, f.geom)) > 0.5 * f.seen_m2)
        ORDER BY f.site_id, r.compared_on DESC, r.id DESC""",
)

NOT_FOUND = Queue(
    key="building-not-found",
    title=_("Registered buildings not seen"),
    question=_("Is the building still there?"),
    order=20,
    view_roles=STAFF,
    work_roles=REGISTRARS,
    evidence=(
        REGISTER,
        Field(name="use", title=_("Use"), choices=dict(BuildingUse.choices)),
        LAYER,
        SEEN_ON,
    ),
    # Gone is what no layer that covers the place has seen.
    sql="""
        SELECT 'building:' || b.id AS subject, b.code AS label,
            jsonb_build_object('register_m2', round(b.footprint_m2::numeric, 1), 'use', b.use,
                'layer', string_agg(r.layer, ', ' ORDER BY r.layer), 'compared_on', max(r.compared_on)) AS evidence,
            'gone' AS basis, 'buildings' AS collection, b.id AS feature, b.district_id,
            b.footprint_m2 AS rank, b.geom
        FROM buildings_footprintfinding f
        JOIN buildings_footprintrun r ON r.id = f.run_id AND r.is_latest
        JOIN buildings_building b ON b.id = f.building_id AND b.end_lifespan IS NULL
        WHERE f.kind = 'gone'
        GROUP BY b.id
        HAVING count(*) = (SELECT count(*) FROM buildings_footprintrun c WHERE c.is_latest AND c.extent && b.geom)""",
)

DIFFERS = Queue(
    key="building-differs",
    title=_("Buildings of another size or shape"),
    question=_("How large is the building now, and how many floors has it?"),
    order=30,
    view_roles=STAFF,
    work_roles=REGISTRARS,
    questions=(*QUESTIONS, MEASURED),
    evidence=(
        Field(name="difference", title=_("Difference"), choices=dict(FindingKind.choices)),
        REGISTER,
        SEEN,
        Field(name="more_m2", title=_("Difference of areas"), type=FieldType.NUMBER, unit=_("m²")),
        LAYER,
        SEEN_ON,
    ),
    sql=f"""
        SELECT DISTINCT ON (b.id) 'building:' || b.id AS subject, b.code AS label,
            jsonb_build_object('difference', f.kind, 'register_m2', round(f.register_m2::numeric, 1),
                'seen_m2', round(f.seen_m2::numeric, 1),
                'more_m2', round((f.seen_m2 - f.register_m2)::numeric, 1),
                'layer', r.layer, 'compared_on', r.compared_on) AS evidence,
            f.kind || {SIZE} AS basis, 'buildings' AS collection, b.id AS feature, b.district_id,
            abs(f.seen_m2 - f.register_m2) AS rank, f.geom
        FROM buildings_footprintfinding f
        JOIN buildings_footprintrun r ON r.id = f.run_id AND r.is_latest
        JOIN buildings_building b ON b.id = f.building_id AND b.end_lifespan IS NULL
        WHERE f.kind IN ('grown', 'shrunk', 'split', 'merged', 'changed')
        ORDER BY b.id, r.compared_on DESC, r.id DESC""",
)
