"""Photographs of buildings."""

import hashlib
from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from buildings.models import Building, Photo
from core.errors import NotFound
from core.pictures import redraw


@transaction.atomic
def add_photo(*, building_id: int, body: bytes, taken_on: date, caption: str, by: User | None) -> Photo:
    """Keep a photograph with a building; the same picture a second time is the one that is there."""
    if not Building.objects.in_force().filter(pk=building_id).exists():
        raise NotFound(_("There is no such building."))
    digest = hashlib.sha256(body).hexdigest()
    known = Photo.objects.filter(building=building_id, sha256=digest).first()
    if known is not None:
        return known
    drawn, width, height = redraw(body)
    values: dict[str, Any] = {"building_id": building_id, "sha256": digest, "width": width, "height": height}
    photo = Photo(**values, taken_on=taken_on, caption=caption.strip()[:160], by=by)
    photo.file.save(f"{building_id}-{digest[:16]}.jpg", ContentFile(drawn), save=False)
    photo.save()
    return photo
