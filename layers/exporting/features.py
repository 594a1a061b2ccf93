"""Rows of a collection in batches, as one subject may see them, for writers of files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from layers.access import View
from layers.collections import Field
from layers.sqltext import conditions, identifier, readable, source

BATCH = 5_000


@dataclass(frozen=True)
class Source:
    """What is written: the view, and the EPSG code in which geometry is handed out."""

    view: View
    srid: int
    # How PostGIS spells the geometry: ST_AsBinary, ST_AsGeoJSON or ST_AsText.
    spelling: str = "ST_AsBinary({})"

    @property
    def fields(self) -> Sequence[Field]:
        """Return the fields written, in order."""
        return self.view.fields

    def batches(self) -> Iterator[list[tuple[Any, ...]]]:
        """Yield lists of rows: key, geometry, values; memory holds one list at a time."""
        # A named cursor, so that the database keeps the rows and hands them out in parts.
        with transaction.atomic(), connection.chunked_cursor() as cursor:
            cursor.execute(self._statement())
            while rows := cursor.fetchmany(BATCH):
                yield rows

    def _statement(self) -> str:
        one = self.view.collection
        shape = "NULL"
        if one.has_geometry:
            moved = f"ST_Transform(t.{identifier(one.geometry)}, {int(self.srid)})"
            shape = self.spelling.format(moved)
        values = [f"{readable(self.view, field)} AS {identifier(field.name)}" for field in self.fields]
        where = " AND ".join(conditions(self.view)) or "true"
        key = f"t.{identifier(one.key)}"
        return (
            f"SELECT {', '.join([key, shape, *values])} FROM {source(self.view)} WHERE {where} ORDER BY {key}"
        )


def stored_srid(view: View) -> int:
    """Return the EPSG code in which a collection's geometry is stored."""
    one = view.collection
    schema, name = one.relation.split(".", 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT Find_SRID(%s, %s, %s)", [schema, name, one.geometry])
        return int(cursor.fetchone()[0])
