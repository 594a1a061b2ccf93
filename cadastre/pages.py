"""What the cadastre's pages show, gathered from the register."""

from collections.abc import Mapping
from typing import Any

import shapely
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cadastre import representation as shown
from cadastre.checks.drafts import findings_of, outstanding
from cadastre.checks.registry import Moment
from cadastre.drafting.plots import Plot, in_force_by_id, in_force_within, proposed_by
from cadastre.drawing import plan
from cadastre.finding import place_of
from cadastre.history import Family, family
from cadastre.identifiers import identifier
from cadastre.models import Basin, Parcel, Record, RecordKind
from cadastre.models.parcel import LandUse, SourceClass
from cadastre.models.source import SourceKind
from cadastre.survey import UNITS
from core.errors import NotFound
from layers import grids

NODE_WIDTH, NODE_HEIGHT, STEP_X, STEP_Y = 156, 46, 204, 58


def record_context(record: Record, *, parties: bool) -> dict[str, Any]:
    """Return what a record's page shows."""
    ended, opened = _before_and_after(record)
    follows = shown.consequences(record, parties=parties) if record.is_open else []
    checks = findings_of(record, Moment.SUBMIT) if record.is_open else []
    given = {(r.rule, r.subject): r.reason for r in record.reasons.all()}
    return {
        "record": record,
        "parties": parties,
        "ended": [plot for plot in ended if not _is_only_noded(plot, opened)],
        "opened": [plot for plot in opened if plot.role != "noded"],
        "noded": sum(plot.role == "noded" for plot in opened),
        "total_before": sum(plot.shape.area for plot in ended if not _is_only_noded(plot, opened)),
        "total_after": sum(plot.shape.area for plot in opened if plot.role != "noded"),
        "plan": _record_plan(record, ended, opened),
        "checks": [(one, given.get((one.rule, one.subject), "")) for one in checks],
        "outstanding": len(outstanding(record, checks)),
        "follows": follows,
        "has_choices": any(row["options"] for part in follows for row in part["rows"]),
        "operations": [
            (operation, shown.operation_title(operation.kind))
            for operation in record.operations.select_related("author")
        ],
        "events": record.events.select_related("by"),
        "sources": record.sources.order_by("id"),
    }


def _before_and_after(record: Record) -> tuple[list[Plot], list[Plot]]:
    if record.is_open:
        claimed = record.claims.filter(is_live=True).values_list("parcel_id", flat=True)
        return in_force_by_id(claimed), proposed_by(record)
    closed = record.closed_parcels.values_list("pk", flat=True)
    return in_force_by_id(closed), proposed_by(record)


def _is_only_noded(plot: Plot, opened: list[Plot]) -> bool:
    return any(one.base == plot.pk and one.role == "noded" for one in opened)


def _record_plan(record: Record, ended: list[Plot], opened: list[Plot]) -> Any:
    changed = [plot for plot in opened if plot.role != "noded"]
    gone = [plot for plot in ended if not _is_only_noded(plot, opened)]
    focus = [plot.shape for plot in [*changed, *gone]]
    if not focus:
        return None
    west, south, east, north = (float(side) for side in shapely.total_bounds(focus))
    reach = max(east - west, north - south)
    around = in_force_within((west - reach, south - reach, east + reach, north + reach), leave_out=record)
    opened_keys = {plot.number for plot in changed}
    around = [plot for plot in around if record.is_open or plot.number not in opened_keys]
    return plan(
        [("around", around), ("ended", gone), ("proposed" if record.is_open else "opened", changed)],
        focus=focus,
        labelled=["around", "proposed", "opened"],
        dimensions=changed if len(changed) <= 12 else (),
        ratio=1.6,
    )


def find_parcel(parcel_id: int) -> Parcel:
    """Return a parcel, in force or retired."""
    found = (
        Parcel.objects.select_related("basin", "district", "street", "opened_by", "closed_by")
        .defer("geom_tile").filter(pk=parcel_id).first()
    )  # fmt: skip
    if found is None:
        raise NotFound(_("There is no such parcel."))
    return found


def parcel_plan(plot: Plot, ratio: float = 1.6) -> Any:
    """Draw a parcel with its dimensions among its neighbours."""
    west, south, east, north = plot.shape.bounds
    reach = max(east - west, north - south)
    around = in_force_within((west - reach, south - reach, east + reach, north + reach))
    # What stands today where a parcel of the past lay is no neighbour of it.
    beside = [one for one in around if one.shape.intersection(plot.shape).area < one.shape.area / 2]
    return plan(
        [("around", beside), ("subject", [plot])],
        focus=[plot.shape], labelled=["around", "subject"], dimensions=[plot], ratio=ratio,
    )  # fmt: skip


def rights_of(parcel: Parcel) -> list[dict[str, Any]]:
    """Return the registered units of a parcel with their entries in force."""
    return [
        {
            "unit": unit,
            "rights": unit.rights.in_force().select_related("party").order_by("id"),
            "restrictions": unit.restrictions.in_force().select_related("holder").order_by("id"),
            "duties": unit.responsibilitys.in_force().select_related("party").order_by("id"),
        }
        for unit in parcel.ba_units.in_force().order_by("id")
    ]


def parcel_context(parcel_id: int, *, parties: bool) -> dict[str, Any]:
    """Return what a parcel's page and its extract show."""
    parcel = find_parcel(parcel_id)
    plot = in_force_by_id([parcel_id])[0]
    claim = parcel.claims.filter(is_live=True).select_related("record__created_by").first()
    return {
        "parcel": parcel,
        "identifier": identifier(parcel),
        "languages": settings.LANGUAGES,
        "area": plot.shape.area,
        "dunums": plot.shape.area / 1000,
        "plan": parcel_plan(plot),
        "edges": shown.plots([plot])[0]["edges"],
        "rights": rights_of(parcel) if parties else [],
        "parties": parties,
        "tree": tree(family(parcel_id), parcel_id),
        "held_by": claim.record if claim else None,
    }


def tree(found: Family, asked: int) -> dict[str, Any]:
    """Return a family as boxes and curves for drawing, generations from the start of the line to its end."""
    level, row = found.generation(), found.rows()
    boxes: dict[int, dict[str, Any]] = {}
    for parcel in found.parcels:
        boxes[parcel.pk] = {
            "parcel": parcel,
            "x": level[parcel.pk] * STEP_X + 2,
            "y": row[parcel.pk] * STEP_Y + 2,
            "kind": "asked"
            if parcel.pk == asked
            else "in-force"
            if parcel.end_lifespan is None
            else "retired",
        }
    lines = [
        {
            "x1": boxes[step.parent_id]["x"] + NODE_WIDTH,
            "y1": boxes[step.parent_id]["y"] + NODE_HEIGHT / 2,
            "x2": boxes[step.child_id]["x"],
            "y2": boxes[step.child_id]["y"] + NODE_HEIGHT / 2,
            "record": step.record,
            "same": step.continues,
        }
        for step in found.steps
    ]
    return {
        "boxes": list(boxes.values()),
        "lines": lines,
        "width": max(level.values()) * STEP_X + NODE_WIDTH + 4,
        "height": max(row.values()) * STEP_Y + NODE_HEIGHT + 4,
        "node_width": NODE_WIDTH,
        "node_height": NODE_HEIGHT,
    }


def workbench_context(asked: Mapping[str, str]) -> dict[str, Any]:
    """Return what the drawing page starts from: the place and parcel that the address names."""
    first = Basin.objects.in_force().order_by("id").first()
    parcel = asked.get("parcel", "") if asked.get("parcel", "").isdecimal() else ""
    return {
        "record_id": asked.get("record", "") if asked.get("record", "").isdecimal() else "",
        "parcel_id": parcel,
        "at": asked.get("at", "") or (place_of(int(parcel)) if parcel else ""),
        "start": first.geom.centroid if first else None,
        "grid": settings.GRID_SRID,
        "kinds": [choice for choice in RecordKind.choices if choice[0] != RecordKind.REVERSAL],
        "source_kinds": SourceKind.choices,
        "units": [(code, title) for code, (_factor, title) in UNITS.items()],
        "grids": grids.listed(),
        "land_uses": LandUse.choices,
        "source_classes": SourceClass.choices,
        "layers": [
            ("building", _("Buildings")),
            ("street", _("Street lines")),
            ("others", _("Proposals of other records")),
        ],
        "basins": Basin.objects.in_force().order_by("number").only("number", "name_ar", "name_en", "name_fr"),
    }
