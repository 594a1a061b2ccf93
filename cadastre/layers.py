"""The collections of the cadastre."""

from django.utils.translation import gettext_lazy as _

from cadastre.models import Basin, Parcel, Place, Street
from layers.collections import Collection, Field
from layers.declare import field_of, looked_up, names_of
from municipality.models import District

ALL_STREETS = 12.5
INK_2, PAPER = "#44535C", "#FAF7F1"
ENGINEERS = frozenset({"engineer", "surveyor"})


def label(
    text: object, *, minzoom: float, size: int = 12, weight: int = 400, along: bool = False
) -> dict[str, object]:
    """Return a map label with the cadastre's halo; `along` lays it on each stretch of a line."""
    placement = {"symbol-placement": "line"} if along else {}
    return {
        "type": "symbol",
        "minzoom": minzoom,
        "layout": {"text-field": text, "text-size": size, "text-weight": weight, **placement},
        "paint": {"text-color": INK_2, "text-halo-color": PAPER, "text-halo-width": 2},
    }


def street_names() -> tuple[Field, ...]:
    """Describe the name of the street that a row's `street_id` names, in three languages."""
    return tuple(
        looked_up(
            f"street_{code}",
            _("street"),
            f"SELECT s.name_{code} FROM public.cadastre_street s WHERE s.id = t.street_id",
        )
        for code in ("ar", "en", "fr")
    )


BASINS = Collection(
    id="basins",
    title=_("Basins"),
    description=_("Registration blocks, within which parcel numbers are unique."),
    group="land",
    order=40,
    relation="public.cadastre_basin",
    has_lifespan=True,
    version_field="version",
    updated_field="begin_lifespan",
    fields=(
        field_of(
            Basin, "number", in_tile=True, searchable=True, keywords=("حوض", "basin", "bassin", "block")
        ),
        *names_of(Basin),
        field_of(Basin, "governorate"),
        field_of(Basin, "locality"),
        field_of(Basin, "is_settled"),
    ),
    edit_roles=ENGINEERS,
    min_zoom=11,
    visible_by_default=False,
    heading=_("Basin {number}"),
    kicker="{locality}",
    style=(
        {"type": "line", "paint": {"line-color": "#4B463D", "line-width": 2, "line-dasharray": [8, 4]}},
        label(["concat", ["get", "number"], " ", ["name"]], minzoom=13, size=13, weight=600),
    ),
)

PARCELS = Collection(
    id="parcels",
    title=_("Parcels"),
    description=_("Pieces of land in force, as the cadastre has them."),
    group="land",
    order=10,
    relation="public.cadastre_parcel",
    has_lifespan=True,
    version_field="version",
    updated_field="begin_lifespan",
    district_field="district_id",
    fields=(
        field_of(
            Parcel, "number", in_tile=True, searchable=True, keywords=("قطعة", "parcel", "parcelle", "plot")
        ),
        looked_up(
            "basin",
            _("basin"),
            "SELECT b.number FROM public.cadastre_basin b WHERE b.id = t.basin_id",
            searchable=True,
            keywords=("حوض", "basin", "bassin", "block"),
        ),
        field_of(Parcel, "quarter"),
        field_of(Parcel, "area_official_m2", unit=_("m²")),
        field_of(Parcel, "area_gis_m2", unit=_("m²")),
        field_of(Parcel, "land_use", in_tile=True),
        field_of(Parcel, "zone_code"),
        *street_names(),
        field_of(Parcel, "source_class", sensitivity="staff"),
    ),
    edit_roles=ENGINEERS,
    workbench=_("the parcel workbench"),
    min_zoom=12,
    page="/staff/parcels/{id}/",
    heading=_("Parcel {number}"),
    kicker=_("Basin {basin}"),
    style=(
        {
            "type": "fill",
            "paint": {
                "fill-color": [
                    "match",
                    ["get", "land_use"],
                    "agricultural",
                    "#E9EBD6",
                    "park",
                    "#DDE8CC",
                    PAPER,
                ]
            },
        },
        {
            "type": "fill",
            "minzoom": 14,
            "filter": ["==", ["get", "land_use"], "agricultural"],
            "paint": {"fill-pattern": "dots", "gis:pattern-color": "#A9B388"},
        },
        {
            "type": "line",
            "paint": {
                "line-color": "#8F8778",
                "line-width": ["interpolate", ["linear"], ["zoom"], 13, 0.3, 16, 0.8],
            },
        },
        label(["get", "number"], minzoom=16.5),
    ),
)


def _roadways(colour: object, casing: float) -> tuple[dict[str, object], ...]:
    """Return the lines of streets: all where the scale has room for them, else through roads alone."""
    width: list[object] = ["max", 1.2, ["metres", ["coalesce", ["get", "width_m"], 6]]]
    line: dict[str, object] = {
        "type": "line",
        "metadata": {"gis:level": 25},
        "paint": {
            "line-color": colour,
            "line-width": ["+", width, casing] if casing else width,
            "line-cap": "round",
        },
    }
    through = ["in", ["get", "street_class"], ["literal", ["main", "collector"]]]
    return (line | {"minzoom": ALL_STREETS}, line | {"filter": through, "maxzoom": ALL_STREETS})


STREETS = Collection(
    id="streets",
    title=_("Streets"),
    description=_("Centre lines of streets, lanes and steps, with their names."),
    group="streets",
    order=10,
    relation="public.cadastre_street",
    has_lifespan=True,
    version_field="version",
    updated_field="begin_lifespan",
    district_field="district_id",
    geometry_type="MultiLineString",
    fields=(
        *names_of(Street),
        field_of(Street, "code", searchable=True),
        field_of(Street, "street_class", in_tile=True),
        field_of(Street, "surface"),
        field_of(Street, "width_m", in_tile=True, unit=_("m")),
        field_of(Street, "has_sidewalk"),
    ),
    edit_roles=ENGINEERS,
    min_zoom=9,
    heading="{name}",
    kicker="{street_class}",
    style=(
        *_roadways("#BFAE83", 1.6),
        *_roadways(["match", ["get", "street_class"], "main", "#FFF6DA", "#FFFFFF"], 0),
        label(["name"], minzoom=15.5, along=True),
    ),
)

PLACES = Collection(
    id="places",
    title=_("Places"),
    description=_("Landmarks and neighbourhoods that people name."),
    group="administration",
    order=20,
    relation="public.cadastre_place",
    has_lifespan=True,
    version_field="version",
    updated_field="begin_lifespan",
    geometry_type="Point",
    fields=(*names_of(Place), field_of(Place, "kind", in_tile=True)),
    edit_roles=ENGINEERS | {"clerk"},
    min_zoom=12,
    heading="{name}",
    kicker="{kind}",
    style=(
        {
            "type": "symbol",
            "minzoom": 14,
            "filter": ["in", ["get", "kind"], ["literal", ["mosque", "school", "hospital", "clinic", "park", "municipality"]]],
            "layout": {
                "icon-image": [
                    "match", ["get", "kind"],
                    "mosque", "mosque", "school", "school", "hospital", "hospital", "clinic", "hospital",
                    "park", "park", "municipality", "office", "circle",
                ],
                "icon-size": 16,
            },
            "paint": {"icon-color": INK_2, "icon-halo-color": PAPER},
        },
        {
            "type": "symbol",
            "minzoom": 14.5,
            "layout": {"text-field": ["name"], "text-size": 12, "text-weight": 500, "text-offset": [0, 1.2]},
            "paint": {"text-color": INK_2, "text-halo-color": PAPER, "text-halo-width": 2},
        },
    ),
)  # fmt: skip

DISTRICTS = Collection(
    id="districts",
    title=_("Districts"),
    description=_("Parts of the municipality that reports and staff rights follow."),
    group="administration",
    order=10,
    relation="public.municipality_district",
    district_field="id",
    fields=(field_of(District, "code", in_tile=True), *names_of(District)),
    min_zoom=9,
    visible_by_default=False,
    heading="{name}",
    kicker=_("District {code}"),
    style=(
        {
            "type": "line",
            "paint": {"line-color": "#8B5E34", "line-width": 2.5, "line-dasharray": [10, 4, 2, 4]},
        },
        label(["name"], minzoom=11, size=14, weight=600),
    ),
)

COLLECTIONS = (BASINS, PARCELS, STREETS, PLACES, DISTRICTS)
