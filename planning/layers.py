"""The collections of planning."""

from django.utils.translation import gettext_lazy as _

from layers.collections import Collection
from layers.declare import field_of, names_of
from planning.models import ZoningDistrict

COLOURS = {
    "res-a": "#FBEDC4",
    "res-b": "#E3A857",
    "res-c": "#C98A4B",
    "core": "#D9C2A7",
    "com": "#B5473A",
    "pub": "#7FB2E5",
    "ind": "#6B5B95",
    "agr": "#C3D68B",
    "park": "#6FAE7C",
}

ZONING = Collection(
    id="zoning",
    title=_("Zoning"),
    description=_("Zones of the master plan and their building limits."),
    group="planning",
    order=10,
    relation="public.planning_zoningdistrict",
    has_lifespan=True,
    version_field="version",
    updated_field="begin_lifespan",
    fields=(
        field_of(ZoningDistrict, "code", in_tile=True, searchable=True),
        field_of(ZoningDistrict, "kind", in_tile=True),
        *names_of(ZoningDistrict, in_tile=False),
        field_of(ZoningDistrict, "plan_reference"),
        field_of(ZoningDistrict, "max_coverage_pct", unit="%"),
        field_of(ZoningDistrict, "max_floors"),
        field_of(ZoningDistrict, "min_parcel_m2", unit=_("m²")),
        field_of(ZoningDistrict, "min_frontage_m", unit=_("m")),
        field_of(ZoningDistrict, "front_setback_m", unit=_("m")),
        field_of(ZoningDistrict, "side_setback_m", unit=_("m")),
        field_of(ZoningDistrict, "rear_setback_m", unit=_("m")),
    ),
    edit_roles=frozenset({"engineer"}),
    min_zoom=10,
    visible_by_default=False,
    opacity=0.6,
    heading="{kind}",
    kicker=_("Zone {code}"),
    style=(
        {
            "type": "fill",
            "metadata": {"gis:level": 22},
            "paint": {
                "fill-color": [
                    "match",
                    ["get", "kind"],
                    *(x for pair in COLOURS.items() for x in pair),
                    "#DED8CC",
                ]
            },
        },
        {
            "type": "fill",
            "filter": ["==", ["get", "kind"], "ind"],
            "paint": {"fill-pattern": "hatch", "gis:pattern-color": "#FFFFFF"},
        },
        {"type": "line", "paint": {"line-color": "#4B463D", "line-width": 1}},
        {
            "type": "symbol",
            "layout": {
                "text-field": ["get", "code"],
                "text-size": 13,
                "text-weight": 600,
                "text-allow-overlap": True,
            },
            "paint": {"text-color": "#14222B", "text-halo-color": "#FFFFFF", "text-halo-width": 2},
        },
    ),
)

COLLECTIONS = (ZONING,)
