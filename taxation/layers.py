"""The collection of taxation: buildings and land in the colour of their tax, for those who may see debts."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from layers.collections import Collection
from layers.declare import field_of
from taxation.access import MAP
from taxation.models import TaxPlace

INK = "#14222B"
# Fill, pattern and its colour; the outline of what is not assessed is dashed.
LOOKS: dict[str, tuple[str, str, str]] = {
    "paid": ("#2F7F86", "", ""),
    "due": ("#F2C14E", "", ""),
    "late": ("#A8321F", "hatch", "#FFFFFF"),
    "unassessed": ("#FFFFFF", "", ""),
    "unbilled": ("#E1EEF0", "cross", "#0B5A6B"),
    "objection": ("#8C6BB8", "dots", "#FFFFFF"),
    "exempt": ("#B9BDBE", "lines", "#63707A"),
}


def look(status: str) -> list[dict[str, Any]]:
    """Return how places of one status are drawn."""
    fill, pattern, over = LOOKS[status]
    only = ["==", ["get", "status"], status]
    layers: list[dict[str, Any]] = [{"type": "fill", "filter": only, "paint": {"fill-color": fill}}]
    if pattern:
        layers.append({
            "type": "fill", "filter": only, "minzoom": 14.5,
            "paint": {"fill-pattern": pattern, "gis:pattern-color": over},
        })  # fmt: skip
    line: dict[str, Any] = {"line-color": INK, "line-width": 1}
    if status == "unassessed":
        line |= {"line-dasharray": [4, 2.5], "line-width": 1.2}
    return [*layers, {"type": "line", "filter": only, "paint": line}]


FILLS = [
    "match",
    ["get", "status"],
    *(part for status in LOOKS for part in (status, LOOKS[status][0])),
    "#FFFFFF",
]
STYLE: tuple[dict[str, Any], ...] = (
    {"type": "fill", "metadata": {"gis:level": 31}, "paint": {"fill-color": FILLS}},
    *(layer for status in LOOKS for layer in look(status)[1:]),
    {
        "type": "symbol",
        "minzoom": 17,
        "layout": {"text-field": ["get", "code"], "text-size": 11},
        "paint": {"text-color": INK, "text-halo-color": "#FFFFFF", "text-halo-width": 2, "text-weight": 500},
    },
)

TAX_PLACES = Collection(
    id=MAP.id,
    title=_("Tax status"),
    description=_(
        "Buildings and taxed land by the worst status of their units, on the day of the last look."
    ),
    group="land",
    order=26,
    relation="public.taxation_taxplace",
    view_roles=MAP.view_roles,
    district_field=MAP.district_field,
    visible_by_default=False,
    min_zoom=13,
    fields=(
        field_of(TaxPlace, "code", searchable=True, in_tile=True),
        field_of(TaxPlace, "status", in_tile=True, sensitivity="debt"),
        field_of(TaxPlace, "units"),
        field_of(TaxPlace, "owed", sensitivity="debt"),
        field_of(TaxPlace, "currency", sensitivity="debt"),
    ),
    heading=_("Building {code}"),
    kicker="{status}",
    style=STYLE,
)

COLLECTIONS = (TAX_PLACES,)
