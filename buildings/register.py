"""The register as a list: filters and order of the engine below, sums and groups over all that match."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from buildings.models.building import BuildingUse, Condition
from core.errors import DomainError
from core.text import search_key
from layers.access import View
from layers.features import asked, reading
from layers.features.asked import Asked
from layers.features.card import in_language, word
from layers.searching import escaped
from layers.sqltext import table
from layers.versions import relation_version
from municipality.models import District

ROWS = 50
_WORD = re.compile(r"[^\W\d_]{3}")
_TOTALS_KEPT = 500
_totals: dict[tuple[Any, ...], Any] = {}
GROUPS: Mapping[str, Any] = {
    "use": _("Use"),
    "condition": _("Condition"),
    "construction": _("Construction"),
    "district": _("District"),
}
# The page's own parameters; what else stands in an address is a filter of the engine.
OWN = frozenset({"lang", "group", "format", "kept", "district"})
SORTED = ("code", "use", "floors", "footprint_m2", "year_built", "condition")


@dataclass(frozen=True)
class Listed:
    """One page of the register with what all matching rows come to."""

    rows: list[dict[str, Any]]
    matched: int | None
    sums: Mapping[str, Any]
    groups: list[dict[str, Any]]
    next: str
    refusal: DomainError | None = None


def listed(view: View, parameters: Mapping[str, str]) -> Listed:
    """Return what an address asks for; what it asks wrongly is said beside an empty list."""
    try:
        wanted = _asked(view, parameters)
        page = reading.page(view, wanted, counted=False)
    except DomainError as refusal:
        return Listed([], 0, {}, [], "", refusal)
    rows = [json.loads(text) for text in page.features]
    more = _beside([row["id"] for row in rows])
    shown = [_row(view, row["id"], row["properties"], more.get(row["id"], {})) for row in rows]
    following = asked.after_token(*page.last) if page.more and page.last else ""
    totals = remembered(view, wanted, "sums", sums)
    group = parameters.get("group", "")
    found = remembered(view, wanted, group, lambda one, asks: groups(one, asks, group)) if group else []
    return Listed(shown, totals["count"], totals, found, following)


def _asked(view: View, parameters: Mapping[str, str]) -> Asked:
    given = {name: value for name, value in parameters.items() if value != "" and name not in OWN}
    words = "".join(search_key(sign) if sign.isdigit() else sign for sign in given.get("q", "").strip())
    number = view.field("code")
    # A part of a building number is looked for as it is written, which is far cheaper than words.
    is_number = number is not None and any(sign.isdigit() for sign in words) and not _WORD.search(words)
    if is_number:
        del given["q"]
    wanted = asked.read(view, {"limit": str(ROWS), **given})
    where = wanted.where
    if is_number:
        where = where.and_("t.code ILIKE %s", f"%{escaped(words)}%")
    district = parameters.get("district", "")
    if district.isdigit():
        where = where.and_("t.district_id = %s", int(district))
    return replace(wanted, where=where)


def remembered(view: View, wanted: Asked, what: str, count: Callable[[View, Asked], Any]) -> Any:
    """Return what all rows that match come to; counted once for each version of the register."""
    version = relation_version(view.collection.relation)
    key = (what, wanted.where.text, repr(wanted.where.values), get_language(), version)
    if key in _totals:
        return _totals[key]
    if len(_totals) >= _TOTALS_KEPT:
        _totals.clear()
    found = count(view, wanted)
    # While the running transaction itself changes the register, its version is no version.
    if version >= 0:
        _totals[key] = found
    return found


def sums(view: View, wanted: Asked) -> dict[str, Any]:
    """Return what all rows that match come to."""
    with reading.bounded() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(t.footprint_m2), 0), coalesce(sum(t.floors), 0), "
            "coalesce(sum(t.footprint_m2 * t.floors), 0) "
            f"FROM {table(view.collection)} t WHERE {wanted.where.text}",
            list(wanted.where.values),
        )
        count, footprint, floors, gross = cursor.fetchone()
    return {"count": count, "footprint_m2": footprint, "floors": floors, "gross_m2": gross}


def groups(view: View, wanted: Asked, by: str) -> list[dict[str, Any]]:
    """Return number and areas of the rows that match, by one of `GROUPS`; nothing where none is asked for."""
    if by not in GROUPS or (by != "district" and view.field(by) is None):
        return []
    column = "district_id" if by == "district" else by
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.{column}, count(*), sum(t.footprint_m2), sum(t.footprint_m2 * t.floors) "
            f"FROM {table(view.collection)} t WHERE {wanted.where.text} GROUP BY 1 ORDER BY 2 DESC",
            list(wanted.where.values),
        )
        found = cursor.fetchall()
    names = _names(view, by)
    return [
        {
            "value": value,
            "title": names.get(value) or "—",
            "count": number,
            "footprint_m2": area,
            "gross_m2": gross,
        }
        for value, number, area, gross in found
    ]


def _names(view: View, by: str) -> Mapping[Any, Any]:
    if by == "district":
        return {row.pk: str(row) for row in District.objects.all()}
    field = view.field(by)
    return field.choices if field else {}


def _row(view: View, key: int, properties: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    words = {one.name: word(one, properties.get(one.name)) for one in view.fields}
    street = in_language(properties, "street")
    return {
        "id": key, **words, "street": street, "name": in_language(properties, "name"),
        "footprint": properties.get("footprint_m2"), **more,
    }  # fmt: skip


def _beside(ids: list[int]) -> dict[int, dict[str, Any]]:
    """Return parcel, number of units and their covered area for the rows of one page."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT b.id, b.version, s.number || ' / ' || p.number, u.units, u.covered_m2
               FROM buildings_building b
               LEFT JOIN cadastre_parcel p ON p.id = b.parcel_id LEFT JOIN cadastre_basin s ON s.id = p.basin_id
               LEFT JOIN LATERAL (SELECT count(*) AS units, sum(area_m2) AS covered_m2 FROM buildings_unit
                   WHERE building_id = b.id AND end_lifespan IS NULL) u ON true
               WHERE b.id = ANY(%s)""",
            [ids],
        )
        return {
            key: {"version": version, "parcel": parcel or "", "units": units, "covered_m2": covered}
            for key, version, parcel, units, covered in cursor.fetchall()
        }


def link(parameters: Mapping[str, str], **changes: str | None) -> str:
    """Return the query string with something changed (None: left out)."""
    query = {name: value for name, value in parameters.items() if value != ""}
    query.update({name: value for name, value in changes.items() if value is not None})
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
    return f"?{urlencode(query)}"


def choices() -> dict[str, Any]:
    """Return what the filters offer."""
    return {
        "uses": BuildingUse.choices, "conditions": Condition.choices,
        "districts": [(str(row.pk), str(row)) for row in District.objects.order_by("code")], "groups": GROUPS.items(),
    }  # fmt: skip
