"""What the last import of a like file was told, proposed again for the next one."""

from dataclasses import replace
from typing import Any

from django.utils import timezone

from accounts.authentication import subject_of_user
from accounts.policy import Verb, decide
from layers import registry
from layers.importing import naming
from layers.importing.models import ImportRun, ImportState
from layers.importing.planning import Mode, Plan

LOOKED_AT = 50


def recall(run: ImportRun, layer: Any, proposed: Plan) -> Plan:
    """Return the proposal with the mapping of the owner's last loaded import of a layer with the same fields.

    The same file name goes into the layer that was made of it, updating by the field that names its
    features; where there is none, or the owner may no longer change that layer, into a new one.
    """
    if layer.get("is_raster"):
        return proposed
    wanted = {one.name for one in proposed.fields}
    loaded = ImportRun.objects.filter(owner_id=run.owner_id, state=ImportState.LOADED, parts=None)
    loaded = loaded.exclude(pk=run.pk)
    for earlier in loaded.order_by("-updated_at")[:LOOKED_AT]:
        before = earlier.planned
        if {one.name for one in before.fields} == wanted and _is_like(earlier, run, layer):
            return _taken_over(run, earlier, before, proposed)
    return proposed


def _is_like(earlier: ImportRun, run: ImportRun, layer: Any) -> bool:
    """Say whether both are the same layer of such a file: by name, where a file has several."""
    known = earlier.layer
    has_several = run.whole_id is not None or len(run.inspection["layers"]) > 1
    return known.get("format") == layer["format"] and (not has_several or known["name"] == layer["name"])


def _taken_over(run: ImportRun, earlier: ImportRun, before: Plan, proposed: Plan) -> Plan:
    types = {one.name: one.type for one in proposed.fields}
    plan = proposed.with_(
        # The order and the types are this file's own.
        fields=tuple(
            replace(next(one for one in before.fields if one.name == name), type=kind)
            for name, kind in types.items()
        ),
        srid=proposed.srid or before.srid,
        swap_axes=before.swap_axes,
        title=before.title,
        public=before.public,
        only=before.only,
        control=before.control,
        placed_by=before.placed_by,
        remembered={"file": earlier.file_name, "on": timezone.localdate(earlier.updated_at).isoformat()},
    )
    if earlier.file_name != run.file_name or not _may_change(run, before.slug):
        return plan
    key = before.key or _key_of(before)
    mode = before.mode if before.mode != Mode.NEW else Mode.UPDATE
    return plan.with_(slug=before.slug, mode=mode, key=key) if key else plan


def _may_change(run: ImportRun, slug: str) -> bool:
    known = registry.everything().get(slug)
    return bool(run.owner and known and known.writable) and bool(
        decide(subject_of_user(run.owner, channel="import"), Verb.EDIT, known)  # type: ignore[arg-type]
    )


def _key_of(plan: Plan) -> str:
    column = naming.naming_column([{"column": one.column, "type": one.type} for one in plan.kept])
    return next((one.name for one in plan.kept if one.column == column), "")
