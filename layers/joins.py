"""Fields of other layers beside the rows of one: found by a key, by place, or as the nearest (ADR 0133)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from django.utils.translation import gettext as _

from accounts.policy import Subject
from core.errors import NotFound
from layers import registry
from layers.access import View, view
from layers.collections import Collection, Field, FieldType
from layers.sqltext import column, conditions, identifier, readable, source
from layers.values import refused
from layers.versions import relation_version

PARAMETER = "join"
PLACE, NEAREST, MATCHES = "place", "nearest", "matches"
KEYS = frozenset({FieldType.TEXT, FieldType.INTEGER})
MOST, MOST_FIELDS = 3, 20


@dataclass(frozen=True)
class Join:
    """What is asked: a layer, how its feature is found, and which of its fields are shown."""

    layer: str
    how: str
    fields: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, str]:
        """Return the own field and theirs that hold the same key; empty where place decides."""
        own, _is, theirs = self.how.partition("=")
        return (own, theirs) if _is else ("", "")

    def __str__(self) -> str:
        """Return it as an address says it."""
        return f"{self.layer}:{self.how}:{','.join(self.fields)}"


@dataclass(frozen=True)
class Lookup:
    """One look into another layer from a row `t`: what is handed in, the rows it finds, and their order."""

    own: str
    rows: str
    order: str

    def of(self, values: Sequence[str]) -> str:
        """Return the SQL of the values (of a row `t` of the other layer) named `v0`, `v1` and so on."""
        named = ", ".join(f"{value} AS v{at}" for at, value in enumerate(values))
        # The other layer is `t` as well, as its own conditions want: what is compared is handed in by `own`.
        return (
            f"SELECT found.* FROM (SELECT {self.own} AS own_side) own, "
            f"LATERAL (SELECT {named} FROM {self.rows} {self.order}) found"
        )


@dataclass(frozen=True, kw_only=True)
class JoinedField(Field):
    """A field of another layer; `reads` is its name there, empty for the number of matches.

    Its `expression` looks for this value alone, for filters and orders; where several are shown, `shown`
    looks once for all that `value` says of one `lookup`.
    """

    origin: Collection = field(hash=False)
    reads: str = ""
    lookup: Lookup
    value: str


def read(written: str) -> list[Join]:
    """Return the joins of an address: "zones:place:code,name;owners:parcel=number:phone"."""
    found = []
    for part in filter(None, written.split(";")):
        layer, how, names = (*part.split(":"), "", "")[:3]
        if part.count(":") != 2 or not all((layer, how, names)):
            raise refused(
                PARAMETER, _("A join is written as layer:place:field,field or layer:own=theirs:field.")
            )
        found.append(Join(layer, how, tuple(dict.fromkeys(names.split(",")))))
    if len(found) > MOST or len({one.layer for one in found}) < len(found):
        raise refused(PARAMETER, _("At most three other layers are joined, each once."))
    return found


def joined(subject: Subject, seen: View, parameters: Mapping[str, str]) -> View:
    """Return the view with the fields that `join` brings; refuses, with 400, what cannot be joined."""
    more = [one for join in read(parameters.get(PARAMETER, "")) for one in _fields(subject, seen, join)]
    return replace(seen, fields=(*seen.fields, *more)) if more else seen


def shown(seen: View, columns: Sequence[Field]) -> tuple[list[str], str]:
    """Return the SQL of each field's value in a row `t`, and what is joined to `t` for it: one look-up a layer."""
    wanted: dict[Lookup, list[str]] = {}
    values = []
    for one in columns:
        if isinstance(one, JoinedField):
            found = wanted.setdefault(one.lookup, [])
            values.append(f"lookup_{list(wanted).index(one.lookup)}.v{len(found)}")
            found.append(one.value)
        else:
            values.append(readable(seen, one))
    lookups = (lookup.of(found) for lookup, found in wanted.items())
    return values, " ".join(
        f"LEFT JOIN LATERAL ({sql}) lookup_{at} ON true" for at, sql in enumerate(lookups)
    )


def other(subject: Subject, layer: str) -> View:
    """Return the layer to be joined as the subject may see it."""
    try:
        return view(subject, registry.find(layer))
    except NotFound:
        raise refused(PARAMETER, _("You may not see the joined layer “%(layer)s”, or it is gone.") % {"layer": layer[:63]}) from None  # fmt: skip


def origin(one: Collection, of: Field) -> tuple[Collection, str]:
    """Return where a field comes from, as the policy asks: its layer, and its name there."""
    return (of.origin, of.reads) if isinstance(of, JoinedField) else (one, of.name)


def looked_into(subject: Subject, parameters: Mapping[str, str]) -> list[tuple[Collection, Field]]:
    """Return the layers that are looked into by a key, and the fields that hold it."""
    by_key = [one for one in read(parameters.get(PARAMETER, "")) if one.keys[0]]
    seen = [(other(subject, one.layer), one.keys[1]) for one in by_key]
    return [(theirs.collection, key_field(theirs, name)) for theirs, name in seen]


def versions(seen: View) -> tuple[int, ...]:
    """Return the versions of every table that the view reads."""
    others = [one.origin.relation for one in seen.fields if isinstance(one, JoinedField)]
    return tuple(relation_version(one) for one in dict.fromkeys([seen.collection.relation, *others]))


def _fields(subject: Subject, seen: View, join: Join) -> list[JoinedField]:
    theirs = other(subject, join.layer).as_of(seen.at)
    if len(join.fields) > MOST_FIELDS:
        raise refused(PARAMETER, _("At most 20 fields of a layer are joined."))
    return [_field(seen, theirs, join, name) for name in join.fields]


def _field(seen: View, theirs: View, join: Join, name: str) -> JoinedField:
    layer, known = theirs.collection, theirs.field(name)
    if known is None and not (name == MATCHES and join.how != NEAREST):
        raise refused(PARAMETER, _("This layer has no such field."))
    like = known or Field(name=MATCHES, title=_("Number of matches"), type=FieldType.INTEGER)
    about = {one.name: getattr(like, one.name) for one in fields(Field)}
    about |= {"searchable": False, "required": False, "unique": False, "in_tile": False, "default": None}
    lookup = _lookup(seen, theirs, join, first=known is not None)
    value = readable(theirs, known) if known else "count(*)"
    about |= {
        "name": f"{layer.id}.{name}",
        "title": f"{like.title or name} ({layer.title})",
        "expression": lookup.of([value]),
    }
    return JoinedField(**about, origin=layer, reads=known.name if known else "", lookup=lookup, value=value)


def _lookup(seen: View, theirs: View, join: Join, *, first: bool) -> Lookup:
    """Return the look-up of the first feature found, or of all that there are."""
    own, condition, order = _found_by(seen, theirs, join)
    rows = f"{source(theirs)} WHERE {' AND '.join([*conditions(theirs), condition])}"
    return Lookup(own, rows, f"ORDER BY {order} LIMIT 1" if first else "")


def _found_by(seen: View, theirs: View, join: Join) -> tuple[str, str, str]:
    """Return what is compared, the condition on the other layer's rows, and which of them comes first."""
    first = f"t.{identifier(theirs.collection.key)}"
    if join.keys[0]:
        return (*_by_key(seen, theirs, *join.keys), first)
    if join.how not in (PLACE, NEAREST):
        raise refused(PARAMETER, _("A join is written as layer:place:field,field or layer:own=theirs:field."))
    if not (seen.collection.has_geometry and theirs.collection.has_geometry):
        raise refused(PARAMETER, _("This layer has no shapes."))
    own = f"t.{identifier(seen.collection.tile_geometry)}"
    shape = f"t.{identifier(theirs.collection.tile_geometry)}"
    if join.how == NEAREST:
        # Ordered by anything more, PostgreSQL 15 sorts the whole layer for each row instead of asking the index.
        return own, f"{shape} IS NOT NULL AND own_side IS NOT NULL", f"{shape} <-> own_side"
    if not all("Polygon" in one.collection.geometry_type for one in (seen, theirs)):
        return own, f"ST_Intersects({shape}, own_side)", first
    # Neighbours touch; of two areas one holds the other's middle.
    holds = f"ST_Intersects({shape}, ST_PointOnSurface(own_side))"
    lies_in = f"ST_Intersects(own_side, ST_PointOnSurface({shape}))"
    return own, f"{shape} && own_side AND ({holds} OR {lies_in})", f"{holds} DESC, {first}"


def _by_key(seen: View, theirs: View, own: str, their: str) -> tuple[str, str]:
    ours, other_side = key_field(seen, own), key_field(theirs, their)
    same = "own_side"
    if ours.type != other_side.type:
        is_text = ours.type == FieldType.TEXT
        same = (
            "CASE WHEN own_side ~ '^[0-9]{1,18}$' THEN own_side::bigint END" if is_text else "own_side::text"
        )
    return column(ours), f"{column(other_side)} = {same}"


def key_field(seen: View, name: str) -> Field:
    """Return a field by which layers can be joined; refuses others."""
    found: Any = seen.field(name)
    if found is None or found.type not in KEYS:
        raise refused(PARAMETER, _("Layers are joined by a field of text or whole numbers."))
    return found
