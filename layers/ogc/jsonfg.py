"""Features as JSON-FG (OGC 21-045r1), which says what GeoJSON cannot: a place in the grid, and the time in force."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from layers.access import View
from layers.features.reading import bounded
from layers.ogc.answers import Json
from layers.ogc.systems import LONLAT, System
from layers.sqltext import identifier, source

MEDIA = "application/fg+json"
FORM = {"jsonfg": MEDIA}
CORE = "http://www.opengis.net/spec/json-fg-1/0.3/conf/core"
_OPEN = ".."


def members(seen: View, system: System) -> Json:
    """Return what a document of features says of all of them."""
    said: Json = {"conformsTo": [CORE], "featureType": seen.collection.id}
    return said if system == LONLAT else {**said, "coordRefSys": system.uri}


def features(seen: View, system: System, found: Iterable[str]) -> list[Json]:
    """Return GeoJSON features with the place in its own system and the time in force."""
    read = [json.loads(one) for one in found]
    times = _times(seen, [one["id"] for one in read])
    return [_feature(one, system, times.get(one["id"])) for one in read]


def _feature(one: Json, system: System, time: Json | None) -> Json:
    shape = one["geometry"]
    # A geometry is in degrees, longitude first; any other system has its place.
    where = {"geometry": shape, "place": None} if system == LONLAT else {"geometry": None, "place": shape}
    return {**one, **where, "time": time}


def _times(seen: View, keys: list[int]) -> dict[int, Json]:
    """Return the interval in which each row is in force, where the register keeps one."""
    if not seen.collection.has_lifespan or not keys:
        return {}
    key = f"t.{identifier(seen.collection.key)}"
    with bounded() as cursor:
        cursor.execute(
            f"SELECT {key}, t.begin_lifespan, t.end_lifespan FROM {source(seen)} WHERE {key} = ANY(%s)",
            [keys],
        )
        return {row: {"interval": [_instant(begin), _instant(end)]} for row, begin, end in cursor.fetchall()}


def _instant(at: Any) -> str:
    if at is None:
        return _OPEN
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(at, datetime) else str(at)
