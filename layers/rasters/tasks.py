"""What is made of rasters in the background."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files import File
from django.utils.translation import gettext, gettext_noop
from django_tasks import task

from accounts.authentication import subject_of_user
from jobs import progress
from layers.rasters.access import seen


@task()
def contours(slug: str, interval: float, user_id: int) -> dict[str, Any]:
    """Draw contours into a GeoPackage and hand it to the import page, where it can become a layer."""
    from layers.importing.actions import receive
    from layers.rasters import reading

    user = get_user_model().objects.get(pk=user_id)
    raster = seen(subject_of_user(user), slug)
    progress.report(0, 2, gettext("Reading cells"))
    lines, srid = reading.contours(raster.path, interval)
    progress.report(1, 2, gettext("Writing lines"))
    if not lines:
        return {gettext_noop("contours"): 0}
    with TemporaryDirectory(prefix="gisportal-contours-") as folder:
        path = Path(folder) / f"{slug}-contours.gpkg"
        _write(path, lines, srid, interval)
        with path.open("rb") as opened:
            run = receive(File(opened, name=path.name), by=user)
    progress.report(2, 2, gettext("Writing lines"))
    return {gettext_noop("contours"): len(lines), gettext_noop("go on"): f"/staff/import/{run.pk}/"}


def _write(path: Path, lines: list[tuple[float, Any]], srid: int, interval: float) -> None:
    import numpy as np
    import pyogrio
    import shapely

    levels = np.array([level for level, _line in lines])
    every_fifth = np.isclose(np.round(levels / interval) % 5, 0)
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array([line for _level, line in lines])),
        field_data=[levels, every_fifth],
        fields=np.array(["height", "is_index"]),
        geometry_type="LineString",
        crs=f"EPSG:{srid}",
        layer="contours",
        driver="GPKG",
    )
