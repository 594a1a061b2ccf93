"""The collections of the utility networks: mains are public, what leads to a customer is not."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from layers.collections import Collection
from layers.declare import field_of, names_of
from networks.models import (
    PressureZone,
    SewerLink,
    SewerNode,
    StreetLight,
    WaterConnection,
    WaterLink,
    WaterNode,
    WaterValve,
)

OPERATORS = frozenset({"network"})
STAFF = frozenset(
    {"engineer", "approver", "assessor", "treasurer", "clerk", "network", "surveyor", "auditor", "admin"}
)
WATER, SEWER, STORM = "#1B6FB5", "#6B4423", "#2FA58E"
# By diameter where streets are wide on the screen; one hairline for all where they are not.
BY_DIAMETER = ["interpolate", ["linear"], ["get", "diameter_mm"], 50, 1.2, 150, 2, 400, 4]
PIPE_WIDTH = ["interpolate", ["linear"], ["zoom"], 13, 0.4, 15.5, 0.9, 17, BY_DIAMETER]
COMMON: dict[str, Any] = {
    "has_lifespan": True,
    "version_field": "version",
    "updated_field": "begin_lifespan",
    "district_field": "district_id",
    "edit_roles": OPERATORS,
    "kicker": "{status}",
}

PRESSURE_ZONES = Collection(
    **COMMON,
    id="water-zones",
    title=_("Pressure zones"),
    description=_("Areas fed by one tank or reducing valve."),
    group="water",
    order=40,
    relation="public.networks_pressurezone",
    fields=(
        field_of(PressureZone, "code", in_tile=True),
        *names_of(PressureZone),
        field_of(PressureZone, "status"),
    ),
    min_zoom=10,
    visible_by_default=False,
    opacity=0.5,
    heading="{name}",
    style=(
        {"type": "fill", "paint": {"fill-color": WATER, "fill-opacity": 0.12}},
        {"type": "line", "paint": {"line-color": WATER, "line-width": 1.5, "line-dasharray": [6, 4]}},
        {
            "type": "symbol",
            "layout": {"text-field": ["name"], "text-size": 13, "text-weight": 500},
            "paint": {"text-color": WATER, "text-halo-color": "#FFFFFF", "text-halo-width": 2},
        },
    ),
)

WATER_LINKS = Collection(
    **COMMON,
    id="water-links",
    title=_("Water mains"),
    description=_("Pipes that carry drinking water through the streets."),
    group="water",
    order=10,
    relation="public.networks_waterlink",
    geometry_type="LineString",
    fields=(
        field_of(WaterLink, "code", searchable=True),
        field_of(WaterLink, "diameter_mm", in_tile=True, unit=_("mm")),
        field_of(WaterLink, "material"),
        field_of(WaterLink, "year_installed"),
        field_of(WaterLink, "status"),
    ),
    min_zoom=12,
    heading=_("Water main {code}"),
    style=(
        {"type": "line", "paint": {"line-color": "#FFFFFF", "line-width": ["+", PIPE_WIDTH, 2]}},
        {"type": "line", "paint": {"line-color": WATER, "line-width": PIPE_WIDTH}},
    ),
)

WATER_NODES = Collection(
    **COMMON,
    id="water-nodes",
    title=_("Tanks, sources and hydrants"),
    description=_("Points of the water network."),
    group="water",
    order=30,
    relation="public.networks_waternode",
    geometry_type="Point",
    fields=(
        field_of(WaterNode, "code", searchable=True),
        field_of(WaterNode, "kind", in_tile=True),
        field_of(WaterNode, "elevation_m", unit=_("m")),
        field_of(WaterNode, "capacity_m3", unit=_("m³")),
        field_of(WaterNode, "status"),
    ),
    min_zoom=12,
    heading="{kind} {code}",
    style=(
        {
            "type": "symbol",
            "filter": ["in", ["get", "kind"], ["literal", ["source", "tank", "pump"]]],
            "layout": {
                "icon-image": ["match", ["get", "kind"], "tank", "tank", "pump", "pump", "drop"],
                "icon-size": 16,
            },
            "paint": {"icon-color": WATER, "icon-halo-color": "#FFFFFF"},
        },
        {
            "type": "symbol",
            "minzoom": 16.5,
            "filter": ["==", ["get", "kind"], "hydrant"],
            "layout": {"icon-image": "hydrant", "icon-size": 12},
            "paint": {"icon-color": "#C2185B", "icon-halo-color": "#FFFFFF"},
        },
    ),
)

WATER_VALVES = Collection(
    **COMMON,
    id="water-valves",
    title=_("Valves"),
    description=_("Valves that close a part of the water network."),
    group="water",
    order=20,
    relation="public.networks_watervalve",
    geometry_type="Point",
    fields=(
        field_of(WaterValve, "code", searchable=True),
        field_of(WaterValve, "diameter_mm", unit=_("mm")),
        field_of(WaterValve, "is_open", in_tile=True),
        field_of(WaterValve, "is_operable"),
        field_of(WaterValve, "status"),
    ),
    min_zoom=17,
    heading=_("Valve {code}"),
    style=(
        {
            "type": "symbol",
            "minzoom": 17,
            "layout": {"icon-image": "square", "icon-size": 9},
            "paint": {"icon-color": "#FFFFFF", "icon-halo-color": WATER},
        },
    ),
)

WATER_CONNECTIONS = Collection(
    **COMMON,
    id="water-connections",
    title=_("House connections"),
    description=_("Service pipes from the mains to the customers."),
    group="water",
    order=50,
    relation="public.networks_waterconnection",
    geometry_type="LineString",
    fields=(
        field_of(WaterConnection, "code", searchable=True),
        field_of(WaterConnection, "building_code", searchable=True),
        field_of(WaterConnection, "account_number", sensitivity="identity", searchable=True),
        field_of(WaterConnection, "diameter_mm", unit=_("mm")),
        field_of(WaterConnection, "is_active", in_tile=True),
        field_of(WaterConnection, "status"),
    ),
    view_roles=STAFF,
    min_zoom=16,
    visible_by_default=False,
    heading=_("Connection {code}"),
    style=({"type": "line", "paint": {"line-color": WATER, "line-width": 1, "line-dasharray": [3, 2]}},),
)

SEWER_LINKS = Collection(
    **COMMON,
    id="sewer-links",
    title=_("Sewers"),
    description=_("Gravity sewers for wastewater and stormwater."),
    group="sewer",
    order=10,
    relation="public.networks_sewerlink",
    geometry_type="LineString",
    fields=(
        field_of(SewerLink, "code", searchable=True),
        field_of(SewerLink, "system", in_tile=True),
        field_of(SewerLink, "diameter_mm", in_tile=True, unit=_("mm")),
        field_of(SewerLink, "material"),
        field_of(SewerLink, "start_invert_m", unit=_("m"), sensitivity="staff"),
        field_of(SewerLink, "end_invert_m", unit=_("m"), sensitivity="staff"),
        field_of(SewerLink, "status"),
    ),
    min_zoom=12,
    visible_by_default=False,
    heading=_("Sewer {code}"),
    style=(
        {"type": "line", "paint": {"line-color": "#FFFFFF", "line-width": ["+", PIPE_WIDTH, 2]}},
        {
            "type": "line",
            "filter": ["!=", ["get", "system"], "storm"],
            "paint": {"line-color": SEWER, "line-width": PIPE_WIDTH, "line-dasharray": [7, 3]},
        },
        {
            "type": "line",
            "filter": ["==", ["get", "system"], "storm"],
            "paint": {"line-color": STORM, "line-width": PIPE_WIDTH, "line-dasharray": [2, 3]},
        },
    ),
)

SEWER_NODES = Collection(
    **COMMON,
    id="sewer-nodes",
    title=_("Manholes"),
    description=_("Manholes, gullies and outfalls."),
    group="sewer",
    order=20,
    relation="public.networks_sewernode",
    geometry_type="Point",
    fields=(
        field_of(SewerNode, "code", searchable=True),
        field_of(SewerNode, "kind", in_tile=True),
        field_of(SewerNode, "system", in_tile=True),
        field_of(SewerNode, "cover_level_m", unit=_("m")),
        field_of(SewerNode, "bottom_level_m", unit=_("m")),
        field_of(SewerNode, "status"),
    ),
    min_zoom=15,
    visible_by_default=False,
    heading="{kind} {code}",
    style=(
        {
            "type": "circle",
            "paint": {
                "circle-radius": 4,
                "circle-color": "#FFFFFF",
                "circle-stroke-color": ["match", ["get", "system"], "storm", STORM, SEWER],
                "circle-stroke-width": 1.5,
            },
        },
    ),
)

STREET_LIGHTS = Collection(
    **COMMON,
    id="street-lights",
    title=_("Street lights"),
    description=_("Lamp posts."),
    group="lighting",
    order=10,
    relation="public.networks_streetlight",
    geometry_type="Point",
    fields=(
        field_of(StreetLight, "code", searchable=True),
        field_of(StreetLight, "lamp"),
        field_of(StreetLight, "power_w", unit=_("W")),
        field_of(StreetLight, "is_working", in_tile=True),
        field_of(StreetLight, "status"),
    ),
    min_zoom=15,
    visible_by_default=False,
    heading=_("Street light {code}"),
    style=(
        {
            "type": "symbol",
            "layout": {"icon-image": "lamp", "icon-size": 13},
            "paint": {
                "icon-color": ["case", ["==", ["get", "is_working"], False], "#63707A", "#B7791F"],
                "icon-halo-color": "#FFFFFF",
            },
        },
    ),
)

COLLECTIONS = (
    WATER_LINKS,
    WATER_VALVES,
    WATER_NODES,
    WATER_CONNECTIONS,
    PRESSURE_ZONES,
    SEWER_LINKS,
    SEWER_NODES,
    STREET_LIGHTS,
)
