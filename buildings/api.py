"""The building register for programs; its lists, areas and exports are those of its layers."""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import File, Form, Router, Schema, UploadedFile
from ninja.utils import check_csrf

from accounts.authentication import bearer_token
from accounts.policy import district_scope, subject_of
from buildings import outlines, row_houses
from buildings.access import find_building, person, require_change, sees_parties, staff_view
from buildings.actions import photos, register, tables
from buildings.actions.occupancy import enter_occupancy
from buildings.actions.owners import set_owners as set_unit_owners
from buildings.actions.shaping import read_shape
from buildings.errors import StaleRow
from buildings.layers import BUILDINGS
from buildings.models import Building
from buildings.register import listed
from buildings.showing import context
from core.errors import Forbidden, NotFound, PreconditionRequired
from core.middleware import problem
from core.pictures import MOST_BYTES
from parties.models import Party

router = Router(tags=["buildings"])
_TAG = re.compile(r'"(\d+)-(\d+)"')


class Entry(Schema):
    """Fields of a building, floor or unit by name, and a footprint as GeoJSON in the system of `srid`."""

    values: dict[str, Any] = {}
    geometry: dict[str, Any] | None = None
    srid: int = 4326


class Outline(Schema):
    """A footprint to be worked on, in the national grid unless said otherwise."""

    geometry: dict[str, Any]
    srid: int = settings.GRID_SRID


class Row(Schema):
    """How a row is cut: into equal houses, into houses of given widths, or at places; a preview only says how."""

    parts: int = 2
    widths_m: list[float] = []
    cuts: list[tuple[float, float]] = []
    srid: int = 4326
    is_preview: bool = False

    def places(self) -> row_houses.Places:
        """Return where along the row it is cut, from what was given."""
        if self.cuts:
            return row_houses.at_places(self.cuts, srid=self.srid)
        return row_houses.into_widths(self.widths_m) if self.widths_m else row_houses.into_equal(self.parts)


class Owner(Schema):
    """A party and its share of a unit: numerator and denominator."""

    party: int
    share: tuple[int, int] = (1, 1)


class Owners(Schema):
    """All who own a unit from a day on."""

    owners: list[Owner]
    on: date | None = None
    note: str = ""


class Occupied(Schema):
    """Who uses a unit from a day on, or did so until another: a party of the single record, or a name."""

    kind: str
    since: date
    until: date | None = None
    name: str = ""
    party: int | None = None


class TableEntry(Schema):
    """A table with tabs; `digest` is what the difference that was seen is known by."""

    table: str
    digest: str = ""


def _ours(request: HttpRequest) -> None:
    if bearer_token(request) is None and check_csrf(request):
        raise Forbidden(_("This request did not come from the portal's own page."))


def _etag(row: Any) -> str:
    return f'"{row.pk}-{row.version}"'


def _version(request: HttpRequest, key: int) -> int:
    header = request.headers.get("If-Match", "")
    if not header:
        raise PreconditionRequired(_("Say in If-Match which version of the entry you changed."))
    found = _TAG.fullmatch(header.strip().removeprefix("W/"))
    return int(found.group(2)) if found and int(found.group(1)) == key else 0


def _whole(request: HttpRequest, building: Building) -> dict[str, Any]:
    seen = staff_view(request)
    known = context(building, parties=sees_parties(subject_of(request)))
    names = [one.name for one in seen.fields if not one.expression]
    return {
        "id": building.pk, "etag": _etag(building), "values": {name: getattr(building, name) for name in names},
        "parcel": building.parcel_id, "ended": building.end_lifespan,
        "geometry": json.loads(building.geom.transform(4326, clone=True).geojson),
        "floors": [_part(one, register.FLOOR_FIELDS) for level in known["levels"] if (one := level["floor"])],
        "units": [_part(unit, register.UNIT_FIELDS) for unit in known["units"]],
        "entrances": [_part(one, ("number", "street_id", "is_main")) for one in known["entrances"]],
        "permits": [_part(one, register.PERMIT_FIELDS) for one in known["permits"]],
        "owners": [
            {"party": one["right"].party_id, "name": str(one["right"].party), "share": str(one["right"]), "unit": one["of"]}
            for one in known["owners"]
        ],
        "occupancies": [
            {"unit": unit.number, "kind": one.kind, "name": str(one), "party": one.party_id, "since": one.since, "until": one.until}
            for unit in known["units"] for one in unit.occupancies.all()
        ] if known["parties"] else [],
        "photos": [f"/staff/buildings/{building.pk}/photos/{photo.pk}/" for photo in known["photos"]],
    }  # fmt: skip


def _part(row: Any, names: Any) -> dict[str, Any]:
    return {"id": row.pk, "etag": _etag(row), "values": {name: getattr(row, name) for name in names}}


def _answer(request: HttpRequest, building_id: int, status: int = 200) -> HttpResponse:
    content = _whole(request, find_building(request, building_id))
    response = JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})
    response["ETag"], response["Cache-Control"] = content["etag"], "private, no-cache"
    return response


def _changed(request: HttpRequest, building: Building, do: Callable[[], Any]) -> HttpResponse:
    """Do something to a building; a stale version is answered with what it is now."""
    require_change(request, building)
    _ours(request)
    try:
        do()
    except StaleRow as stale:
        body = {
            **json.loads(problem(stale).content),
            "current": _whole(request, find_building(request, building.pk)),
        }
        response = JsonResponse(body, status=412, content_type="application/problem+json")
        response["ETag"] = _etag(stale.current)
        return response
    return _answer(request, building.pk)


@router.get("/buildings", summary="The register as a list, with sums")
def list_buildings(request: HttpRequest) -> Any:
    """Return 50 rows by any filter of the layer, what all that match come to, and `next` for `after`."""
    page = listed(staff_view(request), request.GET.dict())
    if page.refusal is not None:
        raise page.refusal
    return {
        "numberMatched": page.matched,
        "sums": page.sums,
        "groups": page.groups,
        "rows": page.rows,
        "next": page.next,
    }


@router.post("/buildings", summary="Enter a building", response={201: dict})
def enter(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Enter a building with its footprint; parcel, district and number follow from its place."""
    require_change(request)
    _ours(request)
    shape = read_shape(entry.geometry, srid=entry.srid)
    building = register.enter_building(values=entry.values, shape=shape)
    require_change(request, building)
    return _answer(request, building.pk, 201)


@router.get("/buildings/{int:building_id}", summary="A building with floors, units and owners")
def read_building(request: HttpRequest, building_id: int) -> HttpResponse:
    """Return the building; its ETag goes into If-Match of every change."""
    return _answer(request, building_id)


@router.patch("/buildings/{int:building_id}", summary="Change a building")
def change_building(request: HttpRequest, building_id: int, entry: Entry) -> HttpResponse:
    """Change fields, and the footprint where one is given, under the version that was seen."""
    building = find_building(request, building_id)
    shape = read_shape(entry.geometry, srid=entry.srid) if entry.geometry else None
    return _changed(
        request, building,
        lambda: register.change_building(
            building_id=building_id, version=_version(request, building_id), values=entry.values, shape=shape
        ),
    )  # fmt: skip


@router.delete("/buildings/{int:building_id}", summary="End a building")
def end_building(request: HttpRequest, building_id: int) -> HttpResponse:
    """End a building that no longer stands, with everything in it; it stays in the history."""
    building = find_building(request, building_id)
    return _changed(
        request, building,
        lambda: register.end_building(building_id=building_id, version=_version(request, building_id)),
    )  # fmt: skip


@router.post(
    "/buildings/{int:building_id}/split", summary="Split a row of houses", response={200: dict, 201: dict}
)
def split_building(request: HttpRequest, building_id: int, entry: Row) -> Any:
    """End a building and enter one for each part of its footprint, cut across its longer side."""
    building = find_building(request, building_id)
    require_change(request, building)
    _ours(request)
    if entry.is_preview:
        parts, widths = row_houses.cut(building.geom, entry.places())
        shapes = [json.loads(one.transform(4326, clone=True).geojson) for one in parts]
        return 200, {"parts": shapes, "widths_m": [round(one, 2) for one in widths]}
    made = row_houses.split_building(
        building_id=building_id, version=_version(request, building_id), places=entry.places()
    )
    return 201, {"buildings": [{"id": one.pk, "code": one.code, "etag": _etag(one)} for one in made]}


@router.post("/buildings/square", summary="Square an outline's corners")
def square(request: HttpRequest, entry: Outline) -> Any:
    """Return the outline with right angles where it has nearly right ones; nothing is kept."""
    require_change(request)
    _ours(request)
    shape = outlines.squared(read_shape(entry.geometry, srid=entry.srid))
    return {
        "geometry": json.loads(shape.transform(entry.srid, clone=True).geojson),
        "area_m2": round(shape.area, 2),
    }


@router.post("/buildings/table", summary="What a table would change, or change it")
def change_by_table(request: HttpRequest, entry: TableEntry) -> Any:
    """Return the difference; with the `digest` of that answer, do it, all or nothing."""
    subject = require_change(request)
    _ours(request)
    scope = district_scope(subject, BUILDINGS)
    found = (
        tables.apply(entry.table, digest=entry.digest, districts=scope)
        if entry.digest
        else tables.difference(entry.table, scope)
    )
    return {
        "rows": found.rows, "done": bool(entry.digest), "digest": found.digest,
        "changes": [
            {"code": one.building.code, "field": one.name, "before": one.before, "after": one.after} for one in found.changes
        ],
        "faults": [{"row": one.row, "field": one.name, "detail": str(one.text)} for one in found.faults],
    }  # fmt: skip


@router.post("/buildings/{int:building_id}/photos", summary="Add a photograph", response={201: dict})
def enter_photo(
    request: HttpRequest, building_id: int, photo: File[UploadedFile], caption: Form[str] = "",
    taken_on: Form[date | None] = None,
) -> Any:  # fmt: skip
    """Keep a photograph; the same one a second time is the one that is there."""
    building = find_building(request, building_id)
    by = person(require_change(request, building))
    _ours(request)
    kept = photos.add_photo(
        building_id=building_id, body=photo.read(MOST_BYTES + 1), caption=caption, by=by,
        taken_on=taken_on or timezone.localdate(),
    )  # fmt: skip
    return 201, {"id": kept.pk, "width": kept.width, "height": kept.height}


@router.post(
    "/buildings/{int:building_id}/{slug:kind}",
    summary="Enter a floor, unit, permit or entrance",
    response={201: dict},
)
def enter_part(request: HttpRequest, building_id: int, kind: str, entry: Entry) -> HttpResponse:
    """Enter a part of a building: `floors`, `units`, `permits` or `entrances`."""
    building = find_building(request, building_id)
    register.known_kind(kind)
    return _changed(
        request,
        building,
        lambda: register.enter_part(kind=kind, building_id=building_id, values=entry.values),
    )


@router.patch(
    "/buildings/{int:building_id}/{slug:kind}/{int:part_id}",
    summary="Change a floor, unit, permit or entrance",
)
def change_part(
    request: HttpRequest, building_id: int, kind: str, part_id: int, entry: Entry
) -> HttpResponse:
    """Change a part under the version that was seen."""
    building = find_building(request, building_id)
    register.known_part(kind, building_id, part_id)
    version = _version(request, part_id)
    return _changed(
        request, building,
        lambda: register.change_part(kind=kind, part_id=part_id, version=version, values=entry.values),
    )  # fmt: skip


@router.put("/buildings/{int:building_id}/units/{int:unit_id}/owners", summary="Who owns a unit")
def set_owners(request: HttpRequest, building_id: int, unit_id: int, entry: Owners) -> HttpResponse:
    """Enter all owners of a unit with their shares, under the version that was seen; together the whole."""
    building = _with_persons(request, building_id, unit_id)
    version = _version(request, unit_id)
    shares = [(one.party, *one.share) for one in entry.owners]
    return _changed(
        request, building,
        lambda: set_unit_owners(
            unit_id=unit_id, version=version, shares=shares, on=entry.on or timezone.localdate(), note=entry.note
        ),
    )  # fmt: skip


@router.post("/buildings/{int:building_id}/units/{int:unit_id}/occupancies", summary="Who uses a unit")
def occupy(request: HttpRequest, building_id: int, unit_id: int, entry: Occupied) -> HttpResponse:
    """Enter who uses a unit from a day on, under the version that was seen; it ends the one before."""
    building = _with_persons(request, building_id, unit_id)
    version, values = _version(request, unit_id), entry.dict()
    if values["party"] is not None:
        values["party"] = Party.objects.filter(pk=values["party"]).first()
        if values["party"] is None:
            raise NotFound(_("There is no such party."))
    return _changed(request, building, lambda: enter_occupancy(unit_id=unit_id, version=version, **values))


def _with_persons(request: HttpRequest, building_id: int, unit_id: int) -> Building:
    """Return the building of a unit in force, to whom persons may be shown."""
    building = find_building(request, building_id)
    if not sees_parties(subject_of(request)):
        raise NotFound(_("There is no such page."))
    register.known_part("units", building_id, unit_id)
    return building
