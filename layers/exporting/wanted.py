"""What is asked of an export: which rows of which layer, in which format and reference system."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.policy import Subject, Verb
from layers import grids, moments, registry
from layers.access import View, view
from layers.exporting.features import count
from layers.exporting.writers import FORMATS, WGS84, Format
from layers.features import asked
from layers.features.asked import Where
from layers.sqltext import conditions
from layers.values import refused

# More than this is written by a job.
AT_ONCE = 20_000
_OWN = ("f", "crs", "asOf", "limit", "after", "sortby", "csrfmiddlewaretoken")


@dataclass(frozen=True)
class Wanted:
    """A checked request: the view with the fields that may leave, the rows, the format, the grid."""

    view: View
    where: Where
    format: Format
    srid: int | None
    total: int

    @property
    def file_name(self) -> str:
        """Return what the file is called."""
        return f"{self.view.collection.id}.{self.format.ending}"


def systems() -> list[tuple[int, str]]:
    """Return the reference systems on offer: the municipality's grid, the other listed ones, degrees."""
    return [*((one.srid, one.name) for one in grids.listed()), (WGS84, "WGS 84")]


def read(subject: Subject, collection: str, parameters: Mapping[str, str]) -> Wanted:
    """Return what is asked, or refuse: a layer that may not be seen or exported, an unknown filter, format or grid."""
    known = registry.find(collection)
    policy.require(subject, Verb.EXPORT, known)
    seen = leaving(subject, view(subject, known)).as_of(moments.as_of(parameters))
    filters = {name: value for name, value in parameters.items() if name not in _OWN}
    where = asked.read(seen, filters).where
    # `conditions` of the view are added again where the rows are read.
    where = Where(where.sql[len(conditions(seen)) :], where.values)
    return Wanted(seen, where, _format(parameters), _srid(parameters), count(seen, where))


def leaving(subject: Subject, seen: View) -> View:
    """Return the view without the fields that the subject may read but not take away."""
    one = seen.collection
    kept = tuple(f for f in seen.fields if policy.decide(subject, Verb.EXPORT, one, field=f.name))
    return replace(seen, fields=kept)


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
