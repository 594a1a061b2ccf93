"""What happened to the features of a layer: who, when, through which door, and the difference."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from audit.models import Action, Channel
from layers.access import View
from layers.features.asked import Where
from layers.features.card import word
from layers.features.reading import bounded
from layers.sqltext import ever, table

PER_PAGE = 50
# A shape is drawn in a square of this many units.
DRAWING = 240
_OURS = "gid, happened, row_key, action, actor, channel, record, old, new"


@dataclass(frozen=True)
class Difference:
    """One field of a feature before and after a change, as people read it."""

    name: str
    title: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One event of a feature; `shapes` are SVG paths of its outline before and after, in one frame."""

    id: int
    at: datetime
    key: int
    action: str
    actor: str
    channel: str
    record: str
    differences: tuple[Difference, ...]
    shape_changed: bool
    shapes: tuple[str, str] = ("", "")

    @property
    def action_title(self) -> str:
        """Return what happened, in words."""
        return str(Action(self.action).label)

    @property
    def channel_title(self) -> str:
        """Return the door through which it came, in words."""
        return str(Channel(self.channel).label)

    @property
    def undoable(self) -> bool:
        """Say whether there is a state from before the change to go back to."""
        return self.action != "insert"


@dataclass(frozen=True)
class Page:
    """Changes, newest first, and the event below which the next page begins."""

    changes: list[Change]
    next: int | None


def of_feature(view: View, key: int, *, before: int | None = None) -> Page:
    """Return what happened to one feature, whether it is still there or not."""
    return _page(view, Where().and_("row_id = %s", str(key)), before)


def of_layer(
    view: View,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    shape: str | None = None,
    before: int | None = None,
) -> Page:
    """Return what happened in a layer, or inside a shape (EWKB in the system that the layer is kept in)."""
    where = Where().and_("row_id IS NOT NULL")
    if since:
        where = where.and_("at >= %s", since)
    if until:
        where = where.and_("at <= %s", until)
    return _page(view, where, before, shape)


def keys_changed(view: View, *, since: datetime, shape: str, most: int) -> list[int]:
    """Return the features that changed since an instant inside a shape, at most so many."""
    where = Where().and_("row_id IS NOT NULL").and_("at > %s", since)
    sql, values = _rows(view, where, shape)
    with bounded() as cursor:
        cursor.execute(
            f"SELECT DISTINCT row_key::bigint FROM ({sql}) found ORDER BY 1 LIMIT %s", [*values, most]
        )
        return [row[0] for row in cursor.fetchall()]


def _page(view: View, where: Where, before: int | None, shape: str | None = None) -> Page:
    if before is not None:
        where = where.and_("id < %s", before)
    sql, values = _rows(view, where, shape)
    with bounded() as cursor:
        cursor.execute(
            f"SELECT {_OURS}, {_paths(view)} FROM ({sql}) found ORDER BY gid DESC LIMIT %s",
            [*values, PER_PAGE + 1],
        )
        rows = cursor.fetchall()
    shown = rows[:PER_PAGE]
    names = {one.pk: one.display_name for one in User.objects.filter(pk__in={row[4] for row in shown})}
    return Page([_change(view, row, names) for row in shown], shown[-1][0] if len(rows) > PER_PAGE else None)


def _rows(view: View, where: Where, shape: str | None) -> tuple[str, list[Any]]:
    """Return the SQL of events whose row the subject may see, before as after."""
    one = view.collection
    record = f"jsonb_populate_record(NULL::{table(one)}, %s)"
    seen = " AND ".join(["true", *ever(view)])
    both = " AND ".join(
        f"({side} IS NULL OR EXISTS (SELECT 1 FROM {record % side} t WHERE {seen}))"
        for side in ("old", "now")
    )
    values = [one.relation, *where.values]
    inside = ""
    if shape is not None:
        name = one.geometry
        inside = (
            " AND "
            + "("
            + " OR ".join(f"ST_Intersects(({side}->>'{name}')::geometry, %s)" for side in ("old", "new"))
            + ")"
        )
        values += [shape, shape]
    return (
        f"""SELECT * FROM (
          SELECT id AS gid, at AS happened, row_id AS row_key, action, actor_id AS actor, channel, record,
            before AS old, after AS new, coalesce(before, '{{}}') || after AS now
          FROM audit_event WHERE relation = %s AND {where.text}) e WHERE {both}{inside}""",
        values,
    )


def _paths(view: View) -> str:
    """Return the SQL of the outline before and after, as SVG paths in one frame."""
    one = view.collection
    if not one.has_geometry:
        return "'', ''"
    name = one.geometry
    old, new = (f"({side}->>'{name}')::geometry" for side in ("old", "new"))
    frame = f"ST_Expand(ST_Collect({old}, {new}), 1)"
    width = f"greatest(ST_XMax({frame}) - ST_XMin({frame}), ST_YMax({frame}) - ST_YMin({frame}))"
    scaled = (
        f"ST_AsSVG(ST_TransScale(ST_SimplifyPreserveTopology({{}}, {width} / {DRAWING}), -ST_XMin({frame}), -ST_YMin({frame}),"
        f" {DRAWING} / {width}, {DRAWING} / {width}), 0, 1)"
    )
    # Newly made, deleted or moved: only then there is something to draw.
    return ", ".join(
        f"CASE WHEN new ? '{name}' OR new IS NULL THEN {scaled.format(shape)} END" for shape in (old, new)
    )


def _change(view: View, row: Sequence[Any], names: Mapping[int, str]) -> Change:
    gid, at, key, action, actor, channel, record, old, new, *paths = row
    before, after = (_loaded(one) for one in (old, new))
    return Change(
        id=gid,
        at=at,
        key=int(key),
        action=action,
        actor=names.get(actor, ""),
        channel=channel,
        record=record or "",
        differences=tuple(_differences(view, before, after, action)),
        shape_changed=view.collection.has_geometry
        and view.collection.geometry in (after if action != "delete" else before),
        shapes=(_drawable(paths[0]), _drawable(paths[1])),
    )


def _drawable(path: str | None) -> str:
    """Return a path; a point, which SVG gives as attributes, as a small cross."""
    found = path or ""
    if not found.startswith("cx"):
        return found
    x, y = (part.split('"')[1] for part in found.split())
    return f"M {float(x) - 6} {y} h 12 M {x} {float(y) - 6} v 12"


def _loaded(value: Any) -> dict[str, Any]:
    return json.loads(value) if isinstance(value, str) else value or {}


def _differences(view: View, before: dict[str, Any], after: dict[str, Any], action: str) -> list[Difference]:
    """Return the fields that differ; those that one reads in certain districts only are left out."""
    found = []
    for field in view.fields:
        name = field.name
        if field.expression or name in view.partly or (action == "update" and name not in after):
            continue
        old, new = word(field, before.get(name)), word(field, after.get(name))
        if old != new:
            found.append(Difference(name, str(field.title or name), old, new))
    return found
