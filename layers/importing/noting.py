"""What there is to know about a load beside its counts, as codes that `messages` puts into words."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from accounts.policy import Subject
from layers.importing import control, joining, naming
from layers.importing.planning import Plan
from layers.importing.reader import placing
from layers.importing.reporting import Report

# Kept in the table, but nothing that a card or a filter could show.
UNLISTED = ("json", "binary", "time")


def take_notes(
    report: Report, plan: Plan, layer: Mapping[str, Any], tally: Mapping[str, Any], subject: Subject
) -> None:
    """Note what the plan, the file's layer and the reader's tally give to know."""
    if report.srid != settings.GRID_SRID:
        report.note("outside_municipality", crs=f"EPSG:{report.srid} {placing.name_of(report.srid)}")
    for code in ("placeless", "flattened", "lost_text"):
        if tally[code]:
            report.note(code, count=tally[code])
    if layer["destroyed"]:
        report.note("destroyed", count=layer["destroyed"])
    _note_placing(report, plan, tally, subject)
    _note_operation(report)
    for one in plan.kept:
        if one.type in UNLISTED:
            report.note("kept_as_json", field=one.name)
        elif one.column != naming.plain(one.name):
            report.note("renamed", field=one.name, column=one.column)


def _note_placing(report: Report, plan: Plan, tally: Mapping[str, Any], subject: Subject) -> None:
    if plan.swap_axes:
        report.note("axes_swapped")
    if plan.control:
        fitted = control.described(plan.control)
        report.note("shifted", points=len(plan.control), rms=fitted["rms"], most=fitted["most"])
    if plan.placed_by:
        layer = str(joining.find(plan, subject)[0].collection.title)
        report.note("joined", count=tally["joined"], layer=layer)
        if tally["unjoined"]:
            report.note("unjoined", layer=layer, count=tally["unjoined"], examples=tally["examples"])


def _note_operation(report: Report) -> None:
    done = report.operation
    if done["name"] and done["accuracy_m"] is not None:
        report.note("accuracy", operation=done["name"], metres=f"{done['accuracy_m']:g}")
    elif done["name"]:
        report.note("accuracy_unknown", operation=done["name"])
    elif done["difference_m"]:
        report.note("operation_unknown", metres=done["difference_m"])
