"""What a request for items asks, in the parameters of OGC API Features, each checked once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from layers import moments, values
from layers.access import View
from layers.collections import FieldType
from layers.features import asked
from layers.features.asked import Asked
from layers.grids import stored_srid
from layers.ogc import systems
from layers.ogc.filters.places import Place
from layers.ogc.systems import System
from layers.sqltext import ever, moment
from layers.values import refused

OPEN_ENDS = ("", "..")
OURS = frozenset({"crs", "bbox-crs", "bbox", "filter", "filter-lang", "filter-crs", "datetime", "limit", "f"})


@dataclass(frozen=True)
class Wanted:
    """A checked request: of which rows, in which system, on which day."""

    view: View
    asked: Asked
    system: System


def items(view: View, parameters: Mapping[str, str]) -> Wanted:
    """Return what is asked of a collection's items; refuses, with 400 and its name, what is not known."""
    system = systems.read("crs", parameters["crs"]) if "crs" in parameters else systems.LONLAT
    view = at_its_time(view, parameters)
    plain = {name: value for name, value in parameters.items() if name not in OURS}
    found = asked.read(view, plain | _box(parameters) | _limit(parameters), rows=_rows(view, parameters))
    return Wanted(view, _filtered(view, found, parameters), system)


def at_its_time(view: View, parameters: Mapping[str, str]) -> View:
    """Return the view at the instant that `asOf`, or a single instant in `datetime`, names."""
    at = moments.as_of(parameters)
    span = _span(parameters)
    if at is None and view.collection.has_lifespan and span and span[0] == span[1]:
        at = span[0]
    return view.as_of(at)


def _box(parameters: Mapping[str, str]) -> dict[str, str]:
    if "bbox" not in parameters:
        if "bbox-crs" in parameters:
            systems.read("bbox-crs", parameters["bbox-crs"])
        return {}
    system = systems.read("bbox-crs", parameters.get("bbox-crs", systems.CRS84))
    parts = parameters["bbox"].split(",")
    if len(parts) == 6:
        parts = [parts[0], parts[1], parts[3], parts[4]]
    if system.flipped and len(parts) == 4:
        parts = [parts[1], parts[0], parts[3], parts[2]]
    crs = "CRS84" if system.srid == systems.LONLAT.srid else f"EPSG:{system.srid}"
    return {"bbox": ",".join(parts), "bbox-crs": crs}


def _limit(parameters: Mapping[str, str]) -> dict[str, str]:
    """Return the limit, no larger than what is answered at once (Part 1, 7.15.4)."""
    if "limit" not in parameters:
        return {}
    asked_for = int(values.read("limit", FieldType.INTEGER, parameters["limit"]))
    return {"limit": str(min(asked_for, asked.MOST))}


def _span(parameters: Mapping[str, str]) -> tuple[datetime | None, datetime | None] | None:
    written = parameters.get("datetime", "").strip().replace(" ", "+")
    if not written:
        return None
    start, cut, end = written.partition("/")
    first = None if start in OPEN_ENDS and cut else _instant(start, at_end=False)
    last = (None if end in OPEN_ENDS else _instant(end, at_end=True)) if cut else first
    if not cut and first is not None and "T" not in written.upper():
        first = last = _instant(start, at_end=True)
    if (first is None and last is None) or (first and last and first > last):
        raise _no_time()
    return first, last


def _instant(written: str, *, at_end: bool) -> datetime:
    kind = FieldType.DATETIME if "T" in written.upper() else FieldType.DATE
    found = values.read("datetime", kind, written)
    if kind == FieldType.DATETIME:
        return found
    try:
        end = moments.end_of(found)
    except OverflowError:
        raise _no_time() from None
    return end if at_end else end.replace(hour=0, minute=0, second=0, microsecond=0)


def _no_time() -> Exception:
    return refused("datetime", _("Write a time, or two with a slash between them; .. is an open end."))


def _rows(view: View, parameters: Mapping[str, str]) -> list[str] | None:
    """Return conditions for rows whose lifespan meets an interval; rows without one match any (Part 1, 7.15.5)."""
    span = _span(parameters)
    if span is None or span[0] == span[1] or not view.collection.has_lifespan:
        return None
    found = ever(view)
    if span[0]:
        found.append(f"(t.end_lifespan IS NULL OR t.end_lifespan > {moment(span[0])})")
    if span[1]:
        found.append(f"t.begin_lifespan <= {moment(span[1])}")
    return found


def _filtered(view: View, found: Asked, parameters: Mapping[str, str]) -> Asked:
    system = systems.read("filter-crs", parameters.get("filter-crs", systems.CRS84))
    place = Place(system.srid, stored_srid(view) or system.srid, system.flipped)
    return replace(found, where=asked.meeting(view, found.where, parameters, place))
