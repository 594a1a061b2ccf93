"""What is asked of an export: which rows of which layer, in which format and reference system."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.policy import Subject, Verb
from layers import grids, joins, moments, registry
from layers.access import View, view
from layers.collections import Field
from layers.exporting.features import count
from layers.exporting.notes import Written
from layers.exporting.writers import FORMATS, WGS84, Format, export
from layers.features import asked
from layers.features.asked import Asked, Where
from layers.features.reading import ordering
from layers.sheets.rows import chosen
from layers.sqltext import column, conditions, identifier
from layers.values import refused

# More than this is written by a job.
AT_ONCE = 20_000
# What does not say which rows are meant.
_OWN = ("f", "crs", "asOf", "limit", "after", "at", "columns", "csrfmiddlewaretoken", joins.PARAMETER)


@dataclass(frozen=True)
class Wanted:
    """A checked request: the view with the fields that leave, the rows in their order, the format, the grid."""

    view: View
    where: Where
    order: str
    format: Format
    srid: int | None
    total: int

    @property
    def file_name(self) -> str:
        """Return what the file is called."""
        return f"{self.view.collection.id}.{self.format.ending}"

    def write(self, out: Path) -> Written:
        """Write the file; return how many features, with notes."""
        return export(self.view, out, srid=self.srid, where=self.where, total=self.total, order=self.order)


def systems() -> list[tuple[int, str]]:
    """Return the reference systems on offer: the municipality's grid, the other listed ones, degrees."""
    return [*((one.srid, one.name) for one in grids.listed()), (WGS84, "WGS 84")]


def read(subject: Subject, collection: str, parameters: Mapping[str, str]) -> Wanted:
    """Return what is asked, or refuse: a layer that may not be seen or exported, an unknown filter, format or grid.

    Rows are narrowed by whatever narrows a list or a table of them; `columns` names the fields, all if empty.
    """
    known = registry.find(collection)
    policy.require(subject, Verb.EXPORT, known)
    seen = joins.joined(subject, view(subject, known).as_of(moments.as_of(parameters)), parameters)
    found = asked.read(seen, {name: value for name, value in parameters.items() if name not in _OWN})
    # `conditions` of the view are added again where the rows are read.
    where = Where(found.where.sql[len(conditions(seen)) :], found.where.values)
    total = count(seen, where)
    fields = chosen(seen, parameters.get("columns", ""))
    out = leaving(subject, replace(seen, fields=tuple(fields)))
    return Wanted(out, where, _order(seen, found), _format(parameters), _srid(parameters), total)


def _order(seen: View, found: Asked) -> str:
    by = column(found.order) if found.order else ""
    return ordering(found, by, f"t.{identifier(seen.collection.key)}")


def leaving(subject: Subject, seen: View) -> View:
    """Return the view without the fields that the subject may read but not take away."""
    return replace(seen, fields=tuple(one for one in seen.fields if _may_leave(subject, seen, one)))


def _may_leave(subject: Subject, seen: View, one: Field) -> bool:
    layer, name = joins.origin(seen.collection, one)
    return bool(policy.decide(subject, Verb.EXPORT, layer, field=name or None))


def _format(parameters: Mapping[str, str]) -> Format:
    said = parameters.get("f") or "gpkg"
    if said not in FORMATS:
        raise refused("f", _("Known formats are: %(known)s.") % {"known": ", ".join(FORMATS)})
    return FORMATS[said]


def _srid(parameters: Mapping[str, str]) -> int | None:
    said = parameters.get("crs", "").upper().removeprefix("EPSG:")
    if not said:
        return None
    if not said.isdigit() or int(said) not in dict(systems()):
        raise refused("crs", _("Choose one of the listed reference systems."))
    return int(said)


def as_arguments(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return the parameters as a job keeps them."""
    return {name: str(value) for name, value in parameters.items() if name != "csrfmiddlewaretoken"}
