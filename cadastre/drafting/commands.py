"""The operations by name: which plots each needs, and how it is run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from django.utils.translation import gettext_lazy as _
from shapely.geometry.base import BaseGeometry

from cadastre import operations as ops
from cadastre.drafting.arguments import Arguments
from cadastre.drafting.plots import Surroundings
from cadastre.operations.streetside import chosen_side, sides_along
from core.errors import Unprocessable

Run = Callable[[ops.Fabric, Arguments, Surroundings], ops.Change]
Reach = Callable[[Arguments], list[BaseGeometry]]


@dataclass(frozen=True)
class Command:
    """One operation: its title, the parcels it names, the shapes it brings and how it is run."""

    title: Any
    run: Run
    keys: Callable[[Arguments], list[str]] = lambda arguments: [arguments.key("parcel")]
    reach: Reach = lambda arguments: []


def _split_line(fabric: ops.Fabric, a: Arguments, around: Surroundings) -> ops.Change:
    return ops.split_by_line(fabric, a.key("parcel"), a.lines("lines"))


def _split_parts(fabric: ops.Fabric, a: Arguments, around: Surroundings) -> ops.Change:
    return ops.split_into_parts(
        fabric, a.key("parcel"), count=int(a.number("count")), bearing_deg=a.number("bearing", 0.0)
    )


def _split_areas(fabric: ops.Fabric, a: Arguments, around: Surroundings) -> ops.Change:
    return ops.split_by_areas(
        fabric,
        a.key("parcel"),
        areas_m2=a.numbers("areas"),
        shares=a.numbers("shares"),
        bearing_deg=a.number("bearing", 0.0),
    )


def _side(fabric: ops.Fabric, key: str, a: Arguments, around: Surroundings) -> Any:
    between = a.places("between") if a.given("between") else None
    ends = (between[0], between[1]) if between else None
    return chosen_side(fabric, key, near=a.maybe_place("near"), between=ends, roads=around.roads)


def _split_frontage(fabric: ops.Fabric, a: Arguments, around: Surroundings) -> ops.Change:
    key = a.key("parcel")
    return ops.split_by_frontage(
        fabric,
        key,
        side=_side(fabric, key, a, around),
        frontage_m=a.number("frontage"),
        spread=a.flag("spread"),
        bearing_deg=a.maybe_number("bearing"),
    )


def _dedicate(fabric: ops.Fabric, a: Arguments, around: Surroundings) -> ops.Change:
    keys, near = a.keys("parcels"), a.maybe_place("near")
    if near is not None and not a.given("between"):
        sides = sides_along(fabric, keys, near=near, roads=around.roads)
    else:
        sides = {key: _side(fabric, key, a, around) for key in keys}
    return ops.dedicate_strip(fabric, sides, width_m=a.number("width"), joined=a.flag("joined", default=True))


def _move(fabric: ops.Fabric, a: Arguments, around: Surroundings) -> ops.Change:
    return ops.move_vertices(fabric, dict(a.pairs("moves")))


def _reshape(fabric: ops.Fabric, a: Arguments, around: Surroundings) -> ops.Change:
    keys = a.keys("parcels")
    if len(keys) != 2:
        raise Unprocessable(_("The operation does not fit."), fields={"parcels": _("Name two parcels.")})
    return ops.reshape(fabric, keys[0], keys[1], a.line("line"))


COMMANDS: Mapping[str, Command] = {
    "split_line": Command(_("Split along a line"), _split_line, reach=lambda a: list(a.lines("lines"))),
    "split_parts": Command(_("Split into equal parts"), _split_parts),
    "split_areas": Command(_("Split by areas"), _split_areas),
    "split_frontage": Command(_("Split by frontage"), _split_frontage),
    "dedicate": Command(_("Take a strip for the road"), _dedicate, keys=lambda a: a.keys("parcels")),
    "merge": Command(
        _("Merge"),
        lambda fabric, a, around: ops.merge(fabric, a.keys("parcels")),
        keys=lambda a: a.keys("parcels"),
    ),
    "move": Command(
        _("Move a boundary"),
        _move,
        keys=lambda a: [],
        reach=lambda a: [shapely.multipoints([place for pair in a.pairs("moves") for place in pair])],
    ),
    "insert_vertex": Command(
        _("Add a vertex"),
        lambda fabric, a, around: ops.insert_vertex(fabric, a.place("at")),
        keys=lambda a: [],
        reach=lambda a: [shapely.Point(a.place("at"))],
    ),
    "delete_vertex": Command(
        _("Remove a vertex"),
        lambda fabric, a, around: ops.delete_vertex(fabric, a.place("at")),
        keys=lambda a: [],
        reach=lambda a: [shapely.Point(a.place("at"))],
    ),
    "reshape": Command(
        _("Redraw a boundary"), _reshape, keys=lambda a: a.keys("parcels"), reach=lambda a: [a.line("line")]
    ),
    "enter": Command(
        _("Enter a parcel"),
        lambda fabric, a, around: ops.enter_parcel(fabric, a.places("corners", least=3)),
        keys=lambda a: [],
        reach=lambda a: [shapely.multipoints(a.places("corners", least=3))],
    ),
}


def command(kind: str) -> Command:
    """Return the operation of that name."""
    if kind not in COMMANDS:
        raise Unprocessable(_("There is no such operation."), detail=kind, fields={"kind": kind})
    return COMMANDS[kind]
