"""How buildings come back from the field: by the rules of the register, as its pages and API change them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.policy import Subject, Verb
from buildings.actions.register import change_building, enter_building
from buildings.actions.shaping import read_shape
from buildings.layers import BUILDINGS
from buildings.models import Building
from core.errors import NotFound, Unprocessable
from layers.access import view
from layers.actions.features import AS_IT_WAS, Written


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
    row = Building.objects.in_force().filter(pk=key).first()
    districts = view(by, BUILDINGS).districts
    if row is None or (districts is not None and row.district_id not in districts):
        raise NotFound(_("There is no such building."))
    policy.require(by, Verb.EDIT, BUILDINGS, district=row.district_id)
    if geometry is None:
        raise Unprocessable(_("The entry does not fit."), fields={"geometry": _("A footprint is an area.")})
    shape = None if geometry is AS_IT_WAS else read_shape(geometry, srid=srid)
    changed = change_building(building_id=key, version=version, values=properties, shape=shape)
    return Written(changed.pk, changed.version)


WRITERS = {BUILDINGS.id: write}
