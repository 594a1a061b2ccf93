"""Read-only views of layers for programs that read PostGIS itself, such as QGIS (ADR 0093).

Each role of the portal has a schema `direct_<role>` with one view per layer: the fields that the
role may read, typed, and the rows in force. A view holds the state of the rules that it was made
under and shows nothing as soon as they differ, so that a right taken away is gone at once; `refresh`
makes the views anew.
"""

from collections.abc import Iterable, Iterator

from django.db import connection, transaction

from accounts.policy import of_roles
from accounts.roles import STAFF_ROLES, Role
from layers.access import View
from layers.collections import FieldType
from layers.grids import stored_srid
from layers.ogc.documents import visible
from layers.sqltext import conditions, identifier, readable, table

ROLES = tuple(sorted(STAFF_ROLES - {Role.ADMIN.value}))
_TYPES = {
    FieldType.TEXT: "text",
    FieldType.INTEGER: "bigint",
    FieldType.NUMBER: "double precision",
    FieldType.BOOLEAN: "boolean",
    FieldType.DATE: "date",
    FieldType.DATETIME: "timestamptz",
}
# Everything that decides who sees a layer: its rules, what the catalogue says of it, its fields.
_RULES = """md5(concat_ws('|',
    (SELECT string_agg(concat_ws(',', r.role, r.verb, r.field, r.district_id, r.allow), ';' ORDER BY r.id)
     FROM public.accounts_accessrule r WHERE r.collection = {id}),
    (SELECT concat_ws(',', e.view_roles::text, e.is_hidden) FROM public.layers_catalogueentry e WHERE e.collection = {id}),
    (SELECT concat_ws(',', d.relation, d.view_roles::text) FROM public.layers_dataset d WHERE d.slug = {id}),
    (SELECT string_agg(concat_ws(',', f.name, f.sensitivity), ';' ORDER BY f.id) FROM public.layers_datasetfield f
     JOIN public.layers_dataset d ON d.id = f.dataset_id WHERE d.slug = {id})))"""


def schema_of(role: str) -> str:
    """Return the schema with a role's views."""
    return f"direct_{role}"


def refresh(roles: Iterable[str] = ROLES) -> Iterator[tuple[str, list[str]]]:
    """Make the views of the roles anew; yield each role with the layers that it got."""
    for role in roles:
        views = visible(of_roles([role]))
        with transaction.atomic():
            revoke(role)
            for one in views:
                _make(role, one)
        yield role, [one.collection.id for one in views]


def revoke(role: str) -> None:
    """Take all views of a role away."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT viewname FROM pg_views WHERE schemaname = %s", [schema_of(role)])
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP VIEW {identifier(schema_of(role))}.{identifier(name)}")


def _make(role: str, view: View) -> None:
    one = view.collection
    name = f"{identifier(schema_of(role))}.{identifier(one.id)}"
    columns = [f"t.{identifier(one.key)} AS id"]
    columns += [
        f"({readable(view, field)})::{_TYPES[field.type]} AS {identifier(field.name)}"
        for field in view.fields
        if field.name not in ("id", "geom")
    ]
    if one.has_geometry:
        kind = f"geometry({one.geometry_type}, {stored_srid(view)})"
        columns.append(f"t.{identifier(one.geometry)}::{kind} AS geom")
    rules = _RULES.format(id="'" + one.id.replace("'", "''") + "'")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {rules}")
        unchanged = f"{rules} = '{cursor.fetchone()[0]}'"
        where = " AND ".join([unchanged, *conditions(view)])
        cursor.execute(f"CREATE VIEW {name} AS SELECT {', '.join(columns)} FROM {table(one)} t WHERE {where}")
        cursor.execute(f"GRANT SELECT ON {name} TO {identifier(f'gisportal_direct_{role}')}")
