"""The comparison of a layer of footprints with the register: one pass over both, in the database."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from accounts.models import User
from buildings.models import FootprintRun, FootprintTruth
from core.errors import Unprocessable
from jobs import progress
from layers.collections import Collection
from layers.sqltext import identifier, in_force, table

SQL = Path(__file__).parent.parent / "sql"
_STEPS = 5


@dataclass(frozen=True)
class Tolerance:
    """From when on a difference counts; see `FootprintRun`."""

    share: float = 0.1
    m2: float = 8.0
    smallest_m2: float = 12.0


USUAL = Tolerance()


@transaction.atomic
def compare(*, layer: Collection, on: date, by: User | None, tolerance: Tolerance = USUAL) -> FootprintRun:
    """Compare a layer of polygons with the buildings in force and keep every difference.

    Earlier findings of the layer are replaced; places and decisions about them stay known.
    """
    if "Polygon" not in layer.geometry_type and layer.geometry_type != "Geometry":
        raise Unprocessable(_("This layer has no areas to compare with buildings."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 50))", [layer.id])
        progress.report(0, _STEPS, _("Laying footprints over the register"))
        link(cursor, layer)
        progress.report(1, _STEPS, _("Telling what belongs together"))
        cursor.execute(_text("weigh_links"))
        cursor.execute("ANALYZE link")
        run = _begin(cursor, layer, on=on, by=by, tolerance=tolerance)
        progress.report(2, _STEPS, _("Writing down the differences"))
        _keep(cursor, layer, run)
        progress.report(3, _STEPS, _("Recognising places"))
        cursor.execute(_text("name_sites"), {"run": run.pk})
        progress.report(4, _STEPS, _("Counting"))
        run.counts = _counts(cursor, run)
        run.measured = _measured(cursor, run)
        cursor.execute("DROP TABLE link, kept")
    run.save(update_fields=["counts", "measured"])
    progress.report(_STEPS, _STEPS, _("Done"))
    return run


def link(cursor: CursorWrapper, layer: Collection) -> None:
    """Make the temporary table `link` of footprints and buildings that cover each other."""
    cursor.execute(_text("link_footprints", layer))


def _text(name: str, layer: Collection | None = None) -> str:
    text = (SQL / f"{name}.sql").read_text()
    return text if layer is None else text.format(**_names(layer))


def _names(layer: Collection) -> dict[str, str]:
    return {
        "seen": table(layer),
        "key": identifier(layer.key),
        "geom": identifier(layer.geometry),
        "where": " AND ".join(["true", *in_force(layer)]),
    }


def _begin(
    cursor: CursorWrapper, layer: Collection, *, on: date, by: User | None, tolerance: Tolerance
) -> FootprintRun:
    names = _names(layer)
    cursor.execute(
        f"SELECT ST_AsHexEWKB(ST_SetSRID(ST_Extent({names['geom']})::geometry, "
        f"(SELECT ST_SRID({names['geom']}) FROM {names['seen']} LIMIT 1))) "
        f"FROM {names['seen']} t WHERE {names['where']}"
    )
    extent = cursor.fetchone()[0]
    if extent is None:
        raise Unprocessable(_("This layer is empty."))
    FootprintRun.objects.filter(layer=layer.id, is_latest=True).update(is_latest=False)
    cursor.execute(
        "DELETE FROM buildings_footprintfinding f USING buildings_footprintrun r "
        "WHERE r.id = f.run_id AND r.layer = %s", [layer.id],
    )  # fmt: skip
    return FootprintRun.objects.create(
        layer=layer.id, compared_on=on, by=by, extent=extent, tolerance_share=tolerance.share,
        tolerance_m2=tolerance.m2, smallest_m2=tolerance.smallest_m2,
    )  # fmt: skip


def _keep(cursor: CursorWrapper, layer: Collection, run: FootprintRun) -> None:
    bound: dict[str, Any] = {
        "run": run.pk, "share": run.tolerance_share, "m2": run.tolerance_m2, "smallest": run.smallest_m2,
        "extent": str(run.extent),
    }  # fmt: skip
    cursor.execute(_text("keep_findings", layer), bound)


def _counts(cursor: CursorWrapper, run: FootprintRun) -> dict[str, int]:
    """Return how many findings there are of each kind, and how many buildings are as they were seen."""
    cursor.execute(
        "SELECT kind, count(*) FROM buildings_footprintfinding WHERE run_id = %s GROUP BY kind", [run.pk]
    )
    counts = dict(cursor.fetchall())
    cursor.execute(
        "SELECT count(*) FROM (SELECT building FROM kept EXCEPT "
        "SELECT unnest(buildings) FROM buildings_footprintfinding WHERE run_id = %s) same",
        [run.pk],
    )
    return {**counts, "same": cursor.fetchone()[0]}


def _measured(cursor: CursorWrapper, run: FootprintRun) -> dict[str, dict[str, int]]:
    """Return by class how many there truly are, were found, and were found rightly; nothing where no truth is known."""
    if not FootprintTruth.objects.filter(layer=run.layer).exists():
        return {}
    cursor.execute(_text("measure"), {"layer": run.layer, "run": run.pk, "extent": str(run.extent)})
    return {
        kind: {"true": true, "found": found, "right": right} for kind, true, found, right in cursor.fetchall()
    }
