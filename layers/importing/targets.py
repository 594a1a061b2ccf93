"""The layer that an import goes into: which it may be, for whom, and what its columns take."""

from dataclasses import dataclass
from functools import cached_property

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg2 import sql

from accounts import policy
from accounts.policy import Subject, Verb
from core.errors import Forbidden
from layers import registry
from layers.collections import Collection, Field
from layers.importing.errors import ImportRefused
from layers.importing.planning import Mode, Plan, PlannedField
from layers.importing.reader import placing
from layers.models import Dataset
from layers.writing.rows import Rows
from municipality.models import District

_INSTANT, _CLOCK = "timestamp with time zone", "timestamp without time zone"
# What a type of the file can become without losing anything.
_FITS = {
    "text": {"text"},
    "integer": {"integer", "bigint", "double precision", "text"},
    "bigint": {"bigint", "double precision", "text"},
    "real": {"double precision", "text"},
    "boolean": {"boolean", "text"},
    "date": {"date", "text", _CLOCK},
    "datetime": {_CLOCK, _INSTANT, "text"},
    "instant": {_INSTANT, "text"},
    "time": {"time without time zone", "text"},
    "json": {"jsonb", "text"},
    "binary": {"bytea"},
}


@dataclass(frozen=True)
class Target:
    """An imported or made layer that the subject may change."""

    collection: Collection
    srid: int
    # Where the subject may change rows: everywhere, or in these districts alone.
    districts: frozenset[int] | None = None

    @property
    def table(self) -> sql.Composable:
        """Return the table, quoted."""
        return sql.Identifier(*self.collection.relation.split(".", 1))

    @property
    def is_geographic(self) -> bool:
        """Say whether its coordinates are degrees."""
        return bool(placing.crs(self.srid).is_geographic)

    @property
    def fields(self) -> dict[str, Field]:
        """Return its stored fields by column."""
        return {one.name: one for one in self.collection.fields if not one.expression}

    @property
    def unique(self) -> list[str]:
        """Return the columns that hold each value once."""
        return [one.name for one in self.fields.values() if one.unique]

    @cached_property
    def column_types(self) -> dict[str, str]:
        """Return what the database holds in each column."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute"
                " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped",
                [self.collection.relation],
            )
            return dict(cursor.fetchall())


def choices(subject: Subject) -> list[Collection]:
    """Return the layers with shapes that the subject may import into, by title."""
    found = [
        one
        for slug in Dataset.objects.exclude(geometry_type="").values_list("slug", flat=True)
        if (one := registry.everything().get(slug)) and policy.decide(subject, Verb.EDIT, one)
    ]
    return sorted(found, key=lambda one: str(one.title))


def find(plan: Plan, subject: Subject) -> Target | None:
    """Return the layer that the plan goes into, None for a new one; refuses who may not change any of it."""
    if plan.mode == Mode.NEW:
        return None
    collection = registry.find(plan.slug)
    Rows(collection, subject)
    if not collection.has_geometry:
        raise ImportRefused("layer_unfit", slug=plan.slug)
    target = Target(collection, _srid_of(collection), _districts(collection, plan, subject))
    _check(target, plan, subject)
    return target


def _districts(collection: Collection, plan: Plan, subject: Subject) -> frozenset[int] | None:
    """Return where every field of the plan may be changed, None where no rule sets districts apart."""
    if collection.district_field is None:
        return None
    known = frozenset(District.objects.values_list("pk", flat=True))
    fields = [one.column for one in plan.kept if one.column in {each.name for each in collection.fields}]
    allowed = frozenset(
        one
        for one in known
        if policy.decide(subject, Verb.EDIT, collection, district=one)
        and all(policy.decide(subject, Verb.EDIT, collection, field=name, district=one) for name in fields)
    )
    everywhere = allowed == known and policy.district_scope(subject, collection) is None
    return None if everywhere else allowed


def _srid_of(collection: Collection) -> int:
    with connection.cursor() as cursor:
        schema, name = collection.relation.split(".", 1)
        cursor.execute("SELECT Find_SRID(%s, %s, %s)", [schema, name, collection.geometry])
        return int(cursor.fetchone()[0])


def _check(target: Target, plan: Plan, subject: Subject) -> None:
    if plan.mode == Mode.UPDATE and not plan.key:
        raise ImportRefused("key_needed")
    if plan.key and plan.key not in {one.name for one in plan.kept}:
        raise ImportRefused("field_unknown", field=plan.key)
    for one in plan.kept:
        if one.column not in target.fields:
            known = ", ".join(target.fields)
            raise ImportRefused("column_not_there", field=one.name, column=one.column, known=known)
        if not policy.decide(subject, Verb.EDIT, target.collection, field=one.column):
            raise Forbidden(_("You may not change the field “%(field)s”.") % {"field": one.column})


def check_types(target: Target, plan: Plan, blank: frozenset[str]) -> None:
    """Refuse a field whose values would not fit its column; an empty field fits every one."""
    for one in plan.kept:
        kept = target.column_types[one.column]
        if one.name not in blank and kept not in _FITS[one.type]:
            raise ImportRefused("column_type", field=one.name, column=one.column)


def matched(fields: tuple[PlannedField, ...], collection: Collection) -> tuple[PlannedField, ...]:
    """Return the fields with the layer's columns where name or label says which; others keep theirs."""
    known = {one.name: one.name for one in collection.fields if not one.expression}
    known |= {str(one.title).strip().lower(): one.name for one in collection.fields if not one.expression}

    def column(one: PlannedField) -> str:
        words = (one.column, one.name.lower(), *(text.strip().lower() for text in (one.ar, one.en, one.fr)))
        return next((known[word] for word in words if word in known), one.column)

    from dataclasses import replace

    return tuple(replace(one, column=column(one)) for one in fields)
