"""Temporal comparisons of CQL2 (after Allen): instants and intervals as two ends each."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from layers.ogc.filters.reading import unfit
from layers.ogc.filters.terms import Kind, Term, as_instant, read_as

# s1, e1 and s2, e2 are the starts and ends of the first and the second operand.
RELATIONS: Mapping[str, str] = {
    "t_after": "{s1} > {e2}",
    "t_before": "{e1} < {s2}",
    "t_contains": "{s1} < {s2} AND {e1} > {e2}",
    "t_disjoint": "({e1} < {s2} OR {s1} > {e2})",
    "t_during": "{s1} > {s2} AND {e1} < {e2}",
    "t_equals": "{s1} = {s2} AND {e1} = {e2}",
    "t_finishedby": "{s1} < {s2} AND {e1} = {e2}",
    "t_finishes": "{s1} > {s2} AND {e1} = {e2}",
    "t_intersects": "{s1} <= {e2} AND {e1} >= {s2}",
    "t_meets": "{e1} = {s2}",
    "t_metby": "{s1} = {e2}",
    "t_overlappedby": "{s1} > {s2} AND {s1} < {e2} AND {e1} > {e2}",
    "t_overlaps": "{s1} < {s2} AND {e1} > {s2} AND {e1} < {e2}",
    "t_startedby": "{s1} = {s2} AND {e1} > {e2}",
    "t_starts": "{s1} = {s2} AND {e1} < {e2}",
}
Ends = tuple[Term, Term]
_NAMES = ("{s1}", "{e1}", "{s2}", "{e2}")


def related(name: str, one: Term, other: Term) -> Term:
    """Return the condition that two times stand in a relation."""
    ends = dict(zip(_NAMES, (*_ends(one), *_ends(other)), strict=True))
    if any(end.kind == Kind.INSTANT for end in ends.values()):
        ends = {
            at: as_instant(end, at_end=at[1] == "e" and _is_span(end, one, other)) for at, end in ends.items()
        }
    sql = RELATIONS[name]
    values: list[object] = []
    for at in _order(sql):
        values.extend(ends[at].values)
    for at, end in ends.items():
        sql = sql.replace(at, end.sql)
    return Term(Kind.TRUTH, f"({sql})", tuple(values))


def _ends(one: Term) -> Ends:
    one = read_as(one, Kind.INSTANT)
    if one.kind in (Kind.DAY, Kind.INSTANT):
        return one, one
    if one.kind != Kind.INTERVAL:
        raise unfit(_("Times are compared with days, times and intervals."))
    start, end = one.members
    kind = next((each.kind for each in one.members if each is not None), Kind.DAY)
    sql = "date" if kind == Kind.DAY else "timestamptz"
    return (
        start or Term(kind, f"'-infinity'::{sql}"),
        end or Term(kind, f"'infinity'::{sql}"),
    )


def _is_span(end: Term, *operands: Term) -> bool:
    """Say whether a day is the end of an interval, and so counts to its last instant."""
    return any(operand.kind == Kind.INTERVAL and end in operand.members for operand in operands)


def _order(template: str) -> list[str]:
    """Return the ends in the order in which the template names them."""
    return [template[at : at + 4] for at in range(len(template)) if template[at : at + 4] in _NAMES]
