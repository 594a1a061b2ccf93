"""What a raster goes through: entering the catalogue, and leaving it."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from shutil import copyfile
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.errors import Unprocessable
from core.text3 import Text3
from layers.models import Drawing, Raster, RasterKind


@transaction.atomic
def register_raster(
    *,
    slug: str,
    kind: str,
    file: Path,
    title: Text3 | Mapping[str, str],
    taken_on: date | None,
    view_roles: Sequence[str] = ("public",),
    **about: Any,
) -> Raster:
    """Copy a cloud-optimised GeoTIFF into the instance's media and enter it in the catalogue.

    `kind` is "image", "elevation" (heights in metres) or "measurement". Known slugs get the new file;
    the old one goes when the transaction is done. Refuses, with `Unprocessable`, a file without
    reference system or without a place on the earth.
    """
    bounds, max_zoom = _place(file)
    names = Text3.of(title)
    before = Raster.objects.filter(slug=slug).first()
    drawing = Drawing.RELIEF if kind == RasterKind.ELEVATION else Drawing.PICTURE
    raster, _made = Raster.objects.update_or_create(
        slug=slug,
        defaults={
            "kind": kind,
            "title_ar": names.ar,
            "title_en": names.en,
            "title_fr": names.fr,
            "taken_on": taken_on,
            "roles": list(view_roles),
            "bounds": bounds,
            "max_zoom": max_zoom,
            "file_id": uuid.uuid4(),
            "size_bytes": file.stat().st_size,
            "drawing": drawing,
            "unit": "m" if kind == RasterKind.ELEVATION else "",
            **about,
        },
    )
    raster.path.parent.mkdir(parents=True, exist_ok=True)
    copyfile(file, raster.path)
    if before is not None:
        _erase_later(before.path)
    return raster


@transaction.atomic
def forget_raster(raster: Raster) -> None:
    """Take a raster out of the catalogue; its file goes when the transaction is done."""
    _erase_later(raster.path)
    raster.delete()


def _erase_later(path: Path) -> None:
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def _place(file: Path) -> tuple[list[float], int]:
    """Return bounds in degrees and the zoom beyond which the cells only grow."""
    from rasterio import errors
    from rio_tiler.io import Reader

    try:
        with Reader(str(file)) as reader:
            if reader.crs is None:
                raise Unprocessable(_("The raster does not say in which reference system it lies."))
            return list(reader.get_geographic_bounds("EPSG:4326")), min(reader.maxzoom, 22)
    except errors.RasterioError as fault:
        raise Unprocessable(_("The file cannot be read as a raster."), detail=str(fault)) from fault
