"""A raster on its way in: how it is meant, written anew by a job, entered in the catalogue."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from accounts.roles import PUBLIC, STAFF_ROLES
from core.errors import Conflict
from core.text3 import Text3
from jobs import progress
from layers.actions.rasters import forget_raster, register_raster
from layers.importing import planning
from layers.importing.errors import ImportRefused
from layers.importing.models import ImportRun, ImportState
from layers.importing.planning import Plan
from layers.importing.reader.limits import Limits
from layers.importing.reader.process import Reader
from layers.models import Drawing, Raster, RasterKind

# Millions of cells take their time; memory and the rest are as for layers.
LIMITS = Limits(cpu_s=7200, wall_s=4 * 3600, file_bytes=32 << 30)
_DRAWN = {
    RasterKind.IMAGE: Drawing.PICTURE,
    RasterKind.ELEVATION: Drawing.RELIEF,
    RasterKind.MEASUREMENT: Drawing.COLOURS,
}


@dataclass(frozen=True)
class Meant:
    """What people say of a raster that the file does not: kept as JSON in the plan."""

    kind: str
    band: int = 1
    taken_on: str = ""
    mosaic: str = ""
    source: str = ""
    license: str = ""
    unit: str = ""
    replace: bool = False

    @classmethod
    def of(cls, plan: Plan) -> "Meant":
        """Return what the plan says."""
        return cls(**plan.raster)


def known(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a program says of a raster, or refuse a word that is not known."""
    names = {one.name: type(one.default) for one in fields(Meant) if one.name != "kind"} | {"kind": str}
    for name, value in said.items():
        if name not in names or not isinstance(value, names[name]):
            raise ImportRefused("raster_word_unknown", name=name)
    return dict(said)


def check(plan: Plan, layer: Mapping[str, Any]) -> None:
    """Refuse a plan that cannot be carried out: kind, band, key, reference system."""
    meant = Meant.of(plan)
    if meant.kind not in RasterKind.values:
        raise ImportRefused("raster_kind_unknown", known=", ".join(RasterKind.values))
    if not 1 <= meant.band <= layer["raster"]["bands"]:
        raise ImportRefused("raster_band_unknown", band=meant.band, count=layer["raster"]["bands"])
    if meant.taken_on and not _is_day(meant.taken_on):
        raise ImportRefused("raster_word_unknown", name="taken_on")
    planning.check(plan, layer)
    if not meant.replace and Raster.objects.filter(slug=plan.slug).exists():
        raise ImportRefused("raster_slug_taken", slug=plan.slug)


def _is_day(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True


def check_ready(run: ImportRun, state: ImportState) -> None:
    """Refuse loading before it is known how the raster is meant; a raster has no dry run."""
    if state != ImportState.LOADING or run.state != ImportState.INSPECTED or not run.is_planned:
        raise Conflict(gettext("Choose a layer first."))
    check(run.planned, run.layer)


def load(run: ImportRun) -> dict[str, Any]:
    """Do the job: the file written anew in the locked child, then shown to whom it is for."""

    def told(done: int, total: int | None) -> None:
        is_late = total is not None and 2 * done >= total
        progress.report(
            done, total, gettext("Preparing views from afar") if is_late else gettext("Reading cells")
        )

    with Reader(run.path, name=run.file_name, limits=LIMITS) as reader:
        facts = take(reader, run.planned, run.layer, sha256=run.sha256, told=told)
    run.state, run.refusal = ImportState.LOADED, {}
    run.report = {"raster": run.slug, **facts}
    run.save()
    return {"slug": run.slug, gettext("cells"): f"{facts['width']} × {facts['height']}"}


def take(
    reader: Reader,
    plan: Plan,
    layer: Mapping[str, Any],
    *,
    sha256: str,
    told: Callable[[int, int | None], None],
) -> dict[str, Any]:
    """Have the reader's file written anew and enter it in the catalogue; return what is known of it."""
    check(plan, layer)
    meant = Meant.of(plan)
    out, tally = reader.write_raster({"kind": meant.kind, "band": meant.band, "srid": plan.srid}, told)
    facts = {
        **{key: layer["raster"][key] for key in ("sheets", "dtype", "bands", "is_turned", "has_palette")},
        **{key: value for key, value in tally.items() if key != "kind"},
        "file_name": reader.name,
        "sha256": sha256,
        "srid": plan.srid,
    }
    with transaction.atomic():
        _enter(out, plan, meant, facts)
    return facts


def _enter(file: Path, plan: Plan, meant: Meant, facts: dict[str, Any]) -> None:
    wide = meant.kind != RasterKind.IMAGE or facts["dtype"] != "uint8"
    register_raster(
        slug=plan.slug,
        kind=meant.kind,
        file=file,
        title=Text3.of(plan.title),
        taken_on=date.fromisoformat(meant.taken_on) if meant.taken_on else None,
        view_roles=[PUBLIC] if plan.public else sorted(STAFF_ROLES),
        mosaic=meant.mosaic,
        source=meant.source,
        license=meant.license,
        unit=meant.unit or ("m" if meant.kind == RasterKind.ELEVATION else ""),
        drawing=_DRAWN[RasterKind(meant.kind)],
        low=facts["low"] if wide and facts["low"] != facts["high"] else None,
        high=facts["high"] if wide and facts["low"] != facts["high"] else None,
        facts=facts,
    )


def remove(run: ImportRun) -> dict[str, Any]:
    """Take the raster that an import made out of the catalogue; the uploaded file is kept."""
    raster = Raster.objects.filter(slug=run.slug).first()
    if raster is not None:
        forget_raster(raster)
    run.state = ImportState.REMOVED
    run.save()
    return {"slug": run.slug}
