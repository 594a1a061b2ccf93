"""Records, plots and findings as JSON values, in the request's language and the national grid."""

from collections.abc import Iterable, Mapping
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from cadastre import follow
from cadastre.checks.drafts import findings_of
from cadastre.checks.registry import RULES, Finding, Moment
from cadastre.drafting.commands import COMMANDS
from cadastre.drafting.plots import Plot, in_force_by_id, proposed_by
from cadastre.drafting.proposal import Proposal
from cadastre.models import Basin, Record
from cadastre.operations import Fabric
from cadastre.operations.measure import M2_PER_DUNUM, edges
from cadastre.operations.streetside import street_sides
from cadastre.succession import succession_of
from cadastre.survey import Shape


def etag(record: Record) -> str:
    """Return the record's entity tag."""
    return f'"{record.pk}-{record.version}"'


def summary(record: Record) -> dict[str, Any]:
    """Return what a list shows of a record."""
    return {
        "id": record.pk,
        "number": record.number,
        "kind": record.kind,
        "kind_title": record.get_kind_display(),
        "state": record.state,
        "state_title": record.get_state_display(),
        "dated_on": record.dated_on.isoformat(),
        "effective_on": record.effective_on.isoformat(),
        "opened_by": record.created_by.display_name,
        "changed_at": record.changed_at.isoformat(),
        "version": record.version,
        "etag": etag(record),
    }


def whole(record: Record, *, parties: bool) -> dict[str, Any]:
    """Return everything that the record's page and the editor need."""
    moment = Moment.SUBMIT if record.is_editable else Moment.APPROVE
    claimed = record.claims.filter(is_live=True).values_list("parcel_id", flat=True)
    ended = (
        in_force_by_id(claimed)
        if record.is_open
        else in_force_by_id(record.closed_parcels.values_list("pk", flat=True))
    )
    proposed = proposed_by(record)
    return {
        **summary(record),
        "note": record.note,
        "applicant": (record.applicant_name or str(record.applicant or "")) if parties else "",
        "undoes": record.undoes.number if record.undoes else None,
        "is_editable": record.is_editable,
        "is_open": record.is_open,
        "can_undo": record.cursor,
        "can_redo": record.operations.filter(seq__gt=record.cursor).count(),
        "sources": [
            {"id": s.pk, "kind": s.get_kind_display(), "number": s.number, "title": s.title,
             "dated_on": s.dated_on and s.dated_on.isoformat(), "has_scan": bool(s.scan)}
            for s in record.sources.order_by("id")
        ],
        "events": [
            {"state": e.state, "title": e.get_state_display(), "by": e.by.display_name, "at": e.at.isoformat(),
             "reason": e.reason}
            for e in record.events.select_related("by")
        ],
        "operations": [
            {"seq": o.seq, "kind": o.kind, "title": operation_title(o.kind), "by": o.author.display_name,
             "at": o.at.isoformat(), "in_effect": o.seq <= record.cursor}
            for o in record.operations.select_related("author")
        ],
        "ended": plots(ended),
        "proposed": plots(proposed),
        "checks": checks(findings_of(record, moment), _reasons(record)) if record.is_open else [],
        "follows": consequences(record, parties=parties) if record.is_open else [],
    }  # fmt: skip


def operation_title(kind: str) -> str:
    """Return an operation's words."""
    return str(COMMANDS[kind].title) if kind in COMMANDS else kind


def _reasons(record: Record) -> Mapping[tuple[str, str], str]:
    return {(r.rule, r.subject): r.reason for r in record.reasons.all()}


def shape_json(shape: BaseGeometry | None) -> Any:
    """Return a GeoJSON geometry with the grid's own coordinates, or None."""
    return None if shape is None or shape.is_empty else shapely.geometry.mapping(shape)


def plots(found: Iterable[Plot], *, fronts: Mapping[str, float] | None = None) -> list[dict[str, Any]]:
    """Return plots with their measures, edge by edge."""
    found = list(found)
    return [
        {**plain, "edges": _edges(plot)} for plot, plain in zip(found, outlines(found, fronts), strict=True)
    ]


def outlines(found: Iterable[Plot], fronts: Mapping[str, float] | None = None) -> list[dict[str, Any]]:
    """Return plots with their outline alone, from which a program measures the edges itself."""
    found = list(found)
    basins = {b.pk: b.number for b in Basin.objects.filter(pk__in={p.basin_id for p in found}).only("number")}
    return [_plot(plot, basins, fronts or {}) for plot in found]


def _edges(plot: Plot) -> list[dict[str, Any]]:
    return [
        {
            "from": one.start,
            "to": one.end,
            "length_m": round(one.length_m, 2),
            "bearing": round(one.bearing_deg, 4),
        }
        for one in edges(plot.shape)
    ]


def _plot(plot: Plot, basins: Mapping[int, str], fronts: Mapping[str, float]) -> dict[str, Any]:
    area = plot.shape.area
    label = plot.shape.representative_point()
    return {
        "key": plot.key,
        "number": plot.number,
        "basin": basins.get(plot.basin_id, ""),
        "quarter": plot.quarter,
        "role": plot.role,
        "land_use": plot.land_use,
        "zone": plot.zone_code,
        "source_class": plot.source_class,
        "area_m2": round(area, 2),
        "dunums": round(area / M2_PER_DUNUM, 3),
        "area_official_m2": None if plot.area_official_m2 is None else float(plot.area_official_m2),
        "frontage_m": None if plot.key not in fronts else round(fronts[plot.key], 2),
        "parents": list(plot.parents),
        "continues": plot.base,
        "label": [label.x, label.y],
        "geometry": shape_json(plot.shape),
    }


def checks(
    findings: Iterable[Finding], reasons: Mapping[tuple[str, str], str] | None = None
) -> list[dict[str, Any]]:
    """Return findings with their words, place and, where given, the reason."""
    given = reasons or {}
    return [
        {
            "rule": one.rule,
            "title": str(RULES[one.rule].title),
            "severity": one.severity,
            "subject": one.subject,
            "message": str(one.message),
            "plots": list(one.plots),
            "place": shape_json(one.place),
            "reason": given.get((one.rule, one.subject), ""),
        }
        for one in findings
    ]


def consequences(record: Record, *, parties: bool) -> list[dict[str, Any]]:
    """Return what will follow on approval, by part, with the choices made."""
    return [
        {
            "part": part.code,
            "title": str(part.title),
            "rows": [
                {
                    "code": one.code,
                    "subject": str(one.subject) if parties or part.code != "rights" else "—",
                    "outcome": str(one.outcome),
                    "options": [{"value": o.value, "title": str(o.title)} for o in one.options],
                    "chosen": one.chosen(record.choices.get(part.code, {})),
                    "suggested": one.suggested,
                }
                for one in part.consequences
            ],
        }
        for part in follow.foresee(succession_of(record))
        if part.consequences
    ]


def preview(proposal: Proposal, findings: Iterable[Finding]) -> dict[str, Any]:
    """Return what an operation would do, before it is kept."""
    after = proposal.after
    fabric = Fabric({key: plot.shape for key, plot in after.items()})
    roads = [key for key, plot in after.items() if plot.land_use == "road"]
    shown = [plot for plot in proposal.added if plot.role != "noded"]
    fronts = {plot.key: _frontage(fabric, plot.key, roads) for plot in shown}
    return {
        "kind": proposal.kind,
        "removed": [
            {"key": p.key, "number": p.number, "area_m2": round(p.shape.area, 2)}
            for p in proposal.removed
            if p.pk not in {one.base for one in proposal.added if one.role == "noded"}
        ],
        "added": plots(shown, fronts=fronts),
        "noded": sum(plot.role == "noded" for plot in proposal.added),
        "total_m2": round(sum(plot.shape.area for plot in shown), 2),
        "checks": checks(findings),
    }


def survey_shape(one: Shape) -> dict[str, Any]:
    """Return a shape of a surveyor's file with its measure."""
    line = shapely.linestrings(one.points) if len(one.points) > 1 else None
    ring = shapely.polygons(one.points) if one.kind != "line" and len(one.points) > 2 else None
    return {
        "kind": one.kind,
        "layer": one.layer,
        "points": [[x, y] for x, y in one.points],
        "length_m": round(float(shapely.length(line)), 2) if line is not None else 0.0,
        "area_m2": round(float(shapely.area(ring)), 2) if ring is not None else None,
    }


def _frontage(fabric: Fabric, key: str, roads: list[str]) -> float:
    sides = street_sides(fabric, key, roads)
    return sides[0].length if sides else 0.0
