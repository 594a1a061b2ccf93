"""Write the files of public layers, and say which of them hold what the public may see now."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.policy import ANYBODY
from layers.access import View
from layers.exporting.writers import export
from layers.features.reading import count
from layers.grids import stored_srid
from layers.ogc.documents import visible
from layers.opendata import protection
from layers.sqltext import conditions, identifier, source
from layers.versions import relation_version

ROOT = Path(settings.DATA_DIR) / "opendata"
ENDINGS = ("gpkg", "parquet", "csv", "geojson")
_MANIFEST = "manifest.json"
# A preview is a picture of at most so many shapes, in a frame of so many units.
MOST_DRAWN, FRAME = 1_500, 480


@dataclass(frozen=True)
class File:
    """One file of a layer."""

    name: str
    size: int
    sha256: str

    @property
    def ending(self) -> str:
        """Return the format's ending."""
        return self.name.rsplit(".", 1)[-1]


@dataclass(frozen=True)
class Publication:
    """What was written of a layer, of which state and for which rights of the public."""

    collection: str
    digest: str
    version: int
    written_at: str
    features: int
    protected: bool
    preview: str
    files: list[File] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        """Return when the files were written."""
        return datetime.fromisoformat(self.written_at)


def public_views() -> list[View]:
    """Return the layers of the open data as the public sees them, whoever is asking."""
    return visible(ANYBODY)


def of(view: View) -> Publication | None:
    """Return the layer's files; None where there are none, or the public's rights have changed since."""
    try:
        kept = json.loads((ROOT / view.collection.id / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    files = [File(**one) for one in kept.pop("files")]
    found = Publication(**kept, files=files)
    return found if found.digest == view.digest else None


def path_of(view: View, name: str) -> Path | None:
    """Return where a file of the layer is, if it holds what the public may see now."""
    published = of(view)
    known = {one.name for one in published.files} if published else set()
    return ROOT / view.collection.id / name if name in known else None


def publish(*, again: bool = False, layer: str = "") -> Iterator[tuple[str, Publication | None]]:
    """Write the files of each public layer (or one) that changed since; remove those of layers public no more.

    Yields each layer's id, with what was written or None where nothing had changed.
    """
    views = public_views()
    _remove_others({one.collection.id for one in views})
    for view in (one for one in views if layer in ("", one.collection.id)):
        kept, version = of(view), relation_version(view.collection.relation)
        if kept is not None and kept.version == version and version >= 0 and not again:
            yield view.collection.id, None
        else:
            yield view.collection.id, _write(view, version)


def _remove_others(public: set[str]) -> None:
    for folder in ROOT.glob("*"):
        if folder.is_dir() and folder.name not in public:
            shutil.rmtree(folder)


def _write(view: View, version: int) -> Publication:
    """Write all files beside the old ones, then put the folder in their place."""
    one = view.collection
    fresh, there = ROOT / f".{one.id}.partial", ROOT / one.id
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    protected = protection.touches_people(one)
    if protected:
        _write_squares(view, fresh)
    else:
        for ending in ENDINGS:
            export(view, fresh / f"{one.id}.{ending}")
    found = Publication(
        collection=one.id,
        digest=view.digest,
        version=version,
        written_at=timezone.now().isoformat(timespec="seconds"),
        features=0 if protected else count(view),
        protected=protected,
        preview="" if protected else _preview(view),
        files=[_described(path) for path in sorted(fresh.iterdir())],
    )
    (fresh / _MANIFEST).write_text(json.dumps(asdict(found), ensure_ascii=False), encoding="utf-8")
    shutil.rmtree(there, ignore_errors=True)
    fresh.rename(there)
    return found


def _write_squares(view: View, folder: Path) -> None:
    if not view.collection.has_geometry:
        return
    found = protection.squares(view)
    protection.as_csv(found, folder / f"{view.collection.id}-squares.csv")
    protection.as_geojson(found, stored_srid(view), folder / f"{view.collection.id}-squares.geojson")


def _described(path: Path) -> File:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return File(path.name, path.stat().st_size, digest)


def _preview(view: View) -> str:
    """Return a sample of the layer's shapes as one SVG path in a frame of 480 units, y upwards."""
    one = view.collection
    if not one.has_geometry:
        return ""
    shape = f"t.{identifier(one.tile_geometry)}"
    where = " AND ".join([f"{shape} IS NOT NULL", *conditions(view)])
    drawn = _outline()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH chosen AS (SELECT {shape} AS s FROM {source(view)} WHERE {where}
                  ORDER BY hashint8(t.{identifier(one.key)}) LIMIT {MOST_DRAWN}),
                box AS (SELECT ST_Extent(s) AS e FROM chosen),
                frame AS (SELECT ST_XMin(e) AS x, ST_YMin(e) AS y,
                  {FRAME} / greatest(ST_XMax(e) - ST_XMin(e), ST_YMax(e) - ST_YMin(e), 1) AS k FROM box)
                SELECT string_agg({drawn}, ' ') FROM chosen, frame"""
        )
        row: Any = cursor.fetchone()
    return row[0] or ""


def _outline() -> str:
    moved = "ST_TransScale(ST_Simplify(s, 0.5 / k, true), -x, -y, k, k)"
    dot = f"'M' || round(ST_X({moved})::numeric, 1) || ' ' || round(-ST_Y({moved})::numeric, 1) || 'h0'"
    return f"CASE WHEN GeometryType(s) = 'POINT' THEN {dot} ELSE nullif(ST_AsSVG({moved}, 1, 1), '') END"
