"""Photographs: whatever is sent is drawn anew, so that nothing but a picture is ever kept."""

import hashlib
import io
from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from buildings.models import Building, Photo
from core.errors import NotFound, TooLarge, Unprocessable

LONGEST_PX, MOST_PIXELS, MOST_BYTES = 2048, 50_000_000, 20_000_000
FORMATS = ("JPEG", "PNG", "WEBP")


def redraw(body: bytes) -> tuple[bytes, int, int]:
    """Return a picture as a fresh JPEG of at most 2,048 pixels a side, upright, without its hidden data."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    if len(body) > MOST_BYTES:
        raise TooLarge(_("A photograph may have at most 20 MB."))
    try:
        with Image.open(io.BytesIO(body), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise TooLarge(_("A photograph may have at most 50 megapixels."))
            picture.draft("RGB", (LONGEST_PX, LONGEST_PX))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            upright.thumbnail((LONGEST_PX, LONGEST_PX))
            out = io.BytesIO()
            upright.save(out, "JPEG", quality=82, optimize=True)
            return out.getvalue(), upright.width, upright.height
    except Image.DecompressionBombError as error:
        raise TooLarge(_("A photograph may have at most 50 megapixels.")) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Unprocessable(
            _("This file is no photograph."), fields={"photo": _("Send a JPEG, PNG or WebP picture.")}
        ) from error


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
