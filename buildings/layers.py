"""The collections of the building register."""

from django.utils.translation import gettext_lazy as _

from buildings.models import Building, Entrance, Floor, Permit, Unit
from cadastre.layers import street_names
from layers.collections import Along, Collection
from layers.declare import field_of, looked_up, names_of

REGISTRARS = frozenset({"engineer", "surveyor", "assessor"})
STAFF = frozenset(
    {"engineer", "approver", "assessor", "treasurer", "clerk", "network", "surveyor", "auditor", "admin"}
)

CODE_OF_BUILDING = looked_up(
    "building", _("building"), "SELECT b.code FROM public.buildings_building b WHERE b.id = t.building_id"
)

BUILDINGS = Collection(
    id="buildings",
    title=_("Buildings"),
    description=_("Footprints of buildings in the register."),
    group="land",
    order=20,
    relation="public.buildings_building",
    has_lifespan=True,
    version_field="version",
    updated_field="begin_lifespan",
    district_field="district_id",
    fields=(
        field_of(Building, "code", searchable=True, keywords=("بناء", "مبنى", "building", "bâtiment")),
        field_of(Building, "house_number", in_tile=True),
        *street_names(),
        *names_of(Building, in_tile=False),
        field_of(Building, "use", in_tile=True),
        field_of(Building, "floors"),
        field_of(Building, "height_m", unit=_("m")),
        field_of(Building, "footprint_m2", unit=_("m²")),
        field_of(Building, "year_built", sensitivity="staff"),
        field_of(Building, "condition", sensitivity="staff"),
        field_of(Building, "construction", sensitivity="staff"),
    ),
    edit_roles=REGISTRARS,
    min_zoom=13,
    page="/staff/buildings/{id}/",
    along=Along(collection="streets", column="street_id", number="house_number", stem="street"),
    heading=_("Building {code}"),
    kicker="{use}",
    style=(
        {"type": "fill", "metadata": {"gis:level": 30}, "paint": {"fill-color": "#D9CBB8"}},
        {
            "type": "line",
            "paint": {
                "line-color": "#8C7C66",
                "line-width": ["interpolate", ["linear"], ["zoom"], 14, 0.3, 17, 0.9],
            },
        },
        {
            "type": "symbol",
            "minzoom": 19,
            "layout": {"text-field": ["get", "house_number"], "text-size": 11},
            "paint": {"text-color": "#44535C", "text-halo-color": "#D9CBB8", "text-halo-width": 1.5},
        },
    ),
)

UNITS = Collection(
    id="units",
    title=_("Units"),
    description=_("Apartments, shops and other parts of buildings."),
    group="land",
    order=25,
    relation="public.buildings_unit",
    has_lifespan=True,
    version_field="version",
    updated_field="begin_lifespan",
    geometry_type="",
    fields=(
        CODE_OF_BUILDING,
        field_of(Unit, "number"),
        field_of(Unit, "floor"),
        field_of(Unit, "use"),
        field_of(Unit, "area_m2", unit=_("m²")),
        field_of(Unit, "is_vacant"),
    ),
    view_roles=STAFF,
    edit_roles=REGISTRARS,
    heading=_("Unit {number}"),
    kicker=_("Building {building}"),
)

FLOORS = Collection(
    id="floors",
    title=_("Floors"),
    description=_("Storeys of buildings with their covered areas."),
    group="land",
    order=24,
    relation="public.buildings_floor",
    has_lifespan=True,
    version_field="version",
    updated_field="begin_lifespan",
    geometry_type="",
    fields=(
        CODE_OF_BUILDING,
        field_of(Floor, "level"),
        field_of(Floor, "use"),
        field_of(Floor, "covered_m2", unit=_("m²")),
        field_of(Floor, "permit"),
    ),
    view_roles=STAFF,
    edit_roles=REGISTRARS,
    heading=_("Floor {level}"),
    kicker=_("Building {building}"),
)

PERMITS = Collection(
    id="building-permits",
    title=_("Building permits"),
    description=_("What the municipality has allowed to be built."),
    group="land",
    order=26,
    relation="public.buildings_permit",
    has_lifespan=True,
    version_field="version",
    updated_field="begin_lifespan",
    geometry_type="",
    fields=(
        field_of(Permit, "number", searchable=True),
        field_of(Permit, "issued_on"),
        CODE_OF_BUILDING,
        looked_up(
            "parcel",
            _("parcel"),
            "SELECT s.number || ' / ' || p.number FROM public.cadastre_parcel p "
            "JOIN public.cadastre_basin s ON s.id = p.basin_id WHERE p.id = t.parcel_id",
        ),
        field_of(Permit, "use"),
        field_of(Permit, "floors"),
        field_of(Permit, "covered_m2", unit=_("m²")),
    ),
    view_roles=STAFF,
    edit_roles=REGISTRARS,
    heading=_("Permit {number}"),
    kicker=_("Building {building}"),
)

ENTRANCES = Collection(
    id="entrances",
    title=_("Entrances"),
    description=_("Doors with their house numbers."),
    group="land",
    order=22,
    relation="public.buildings_entrance",
    has_lifespan=True,
    version_field="version",
    updated_field="begin_lifespan",
    geometry_type="Point",
    fields=(
        field_of(Entrance, "number", in_tile=True, searchable=True),
        CODE_OF_BUILDING,
        *street_names(),
        field_of(Entrance, "is_main"),
    ),
    edit_roles=REGISTRARS,
    visible_by_default=False,
    min_zoom=16,
    heading=_("Entrance {number}"),
    # The main door has the building's own address.
    along=Along(
        collection="streets", column="street_id", number="number", stem="street", where="NOT t.is_main"
    ),
    style=(
        {
            "type": "circle",
            "paint": {
                "circle-radius": 3.5,
                "circle-color": "#0B5A6B",
                "circle-stroke-color": "#FFFFFF",
                "circle-stroke-width": 1.2,
            },
        },
        {
            "type": "symbol",
            "minzoom": 18,
            "layout": {"text-field": ["get", "number"], "text-size": 11, "text-offset": [0, 1.1]},
            "paint": {"text-color": "#0B5A6B", "text-halo-color": "#FFFFFF", "text-halo-width": 1.5},
        },
    ),
)

COLLECTIONS = (BUILDINGS, ENTRANCES, FLOORS, UNITS, PERMITS)
