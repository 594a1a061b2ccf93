"""How single rows of the building register are written: by its own rules, as its pages and API change it."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, Point
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.policy import Subject, Verb
from buildings.actions import register
from buildings.actions.editing import unfit
from buildings.actions.register import change_building, enter_building
from buildings.actions.shaping import read_shape
from buildings.layers import BUILDINGS, ENTRANCES, FLOORS, PERMITS, UNITS
from buildings.models import Building
from core.errors import NotFound
from layers.access import view
from layers.collections import Collection
from layers.writing.declaring import AS_IT_WAS, Writer, Written


def write(
    *,
    by: Subject,
    key: int | None,
    version: int | None,
    properties: Mapping[str, Any],
    geometry: Any,
    srid: int,
) -> Written:
    """Enter or change a building; refuses as `buildings.actions.register` does, and who may not."""
    if key is None:
        policy.require(by, Verb.EDIT, BUILDINGS)
        made = enter_building(values=properties, shape=read_shape(geometry, srid=srid))
        policy.require(by, Verb.EDIT, BUILDINGS, district=made.district_id)
        return Written(made.pk, made.version)
    _allowed(by, BUILDINGS, Building.objects.in_force().filter(pk=key).first())
    if geometry is None:
        raise unfit("geometry", _("A footprint is an area."))
    shape = None if geometry is AS_IT_WAS else read_shape(geometry, srid=srid)
    changed = change_building(building_id=key, version=version, values=properties, shape=shape)
    return Written(changed.pk, changed.version)


def _allowed(by: Subject, one: Collection, building: Building | None) -> Building:
    """Return a building in whose district the subject may change rows of a collection."""
    districts = view(by, BUILDINGS).districts
    if building is None or (districts is not None and building.district_id not in districts):
        raise NotFound(_("There is no such building."))
    policy.require(by, Verb.EDIT, one, district=building.district_id)
    return building


def retire(*, by: Subject, key: int, version: int | None) -> None:
    """End a building that no longer stands."""
    _allowed(by, BUILDINGS, Building.objects.in_force().filter(pk=key).first())
    register.end_building(building_id=key, version=version)


def _parts(one: Collection, kind: str) -> Writer:
    """Return the writer of a part of buildings; a new row names its building by the number."""
    model: Any = register.PARTS[kind][0]

    def write_part(
        *,
        by: Subject,
        key: int | None,
        version: int | None,
        properties: Mapping[str, Any],
        geometry: Any,
        srid: int,
    ) -> Written:
        given = dict(properties)
        place = _place(geometry, srid) if one.has_geometry else None
        if key is None:
            code = given.pop("building", None)
            building = _allowed(by, one, Building.objects.in_force().filter(code=code).first())
            made = register.enter_part(kind=kind, building_id=building.pk, values=given, at=place)
            return Written(made.pk, made.version)
        allowed_part(by, key)
        changed = register.change_part(kind=kind, part_id=key, version=version, values=given, at=place)
        return Written(changed.pk, changed.version)

    def retire_part(*, by: Subject, key: int, version: int | None) -> None:
        allowed_part(by, key)
        register.end_part(kind=kind, part_id=key, version=version)

    def allowed_part(by: Subject, key: int) -> None:
        part = model.objects.in_force().select_related("building").filter(pk=key).first()
        _allowed(by, one, part.building if part else None)

    fields = frozenset(register.PARTS[kind][1])
    return Writer(write=write_part, retire=retire_part, fields=fields, new=frozenset({"building"}))


def _place(geometry: Any, srid: int) -> Point | None:
    if geometry is AS_IT_WAS:
        return None
    shape: Any = GEOSGeometry(json.dumps(geometry)) if geometry else None
    if shape is None or shape.geom_type != "Point":
        raise unfit("geometry", _("An entrance is a point."))
    shape.srid = srid
    return shape if srid == settings.GRID_SRID else shape.transform(settings.GRID_SRID, clone=True)


WRITERS: dict[str, Writer] = {
    BUILDINGS.id: Writer(write=write, retire=retire, fields=frozenset(register.BUILDING_FIELDS)),
    **{one.id: _parts(one, kind) for one, kind in (
        (ENTRANCES, "entrances"), (FLOORS, "floors"), (UNITS, "units"), (PERMITS, "permits"),
    )},
}  # fmt: skip
