"""Rows of a collection on their way into files, as one subject may see them, in batches."""

import csv
import io
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from jobs import progress
from layers import joins
from layers.access import View
from layers.collections import Field
from layers.features.asked import Where
from layers.features.reading import bounded
from layers.sqltext import conditions, identifier, source

BATCH = 5_000


@dataclass(frozen=True)
class Source:
    """What is written: the view, which of its rows in which order, the EPSG code of the geometry handed out."""

    view: View
    srid: int
    where: Where = field(default_factory=Where)
    total: int | None = None
    order: str = ""

    @property
    def fields(self) -> Sequence[Field]:
        """Return the fields written, in order."""
        return self.view.fields

    @property
    def shape(self) -> str:
        """Return the SQL of a row's geometry in the reference system asked for."""
        one = self.view.collection
        return (
            f"ST_Transform(t.{identifier(one.geometry)}, {int(self.srid)})"
            if one.has_geometry
            else "NULL::geometry"
        )

    def rows(self, spelling: str) -> Iterator[tuple[Any, ...]]:
        """Yield rows as the database's types: key, geometry in that spelling (`ST_AsText({})`), values."""
        # A named cursor, so that the database keeps the rows and hands them out in parts.
        with transaction.atomic(), connection.chunked_cursor() as cursor:
            cursor.execute(*self.statement(spelling))
            done = 0
            while rows := cursor.fetchmany(BATCH):
                yield from rows
                done += len(rows)
                progress.report(done, self.total)

    def texts(self, spelling: str) -> Iterator[list[str]]:
        """Yield rows as PostgreSQL's own texts, at the speed of COPY; empty is NULL."""
        with self.copied(spelling) as stream:
            yield from csv.reader(io.TextIOWrapper(stream, encoding="utf-8", newline=""))

    @contextmanager
    def copied(self, spelling: str) -> Iterator[Any]:
        """Give the rows as a stream of CSV bytes without a head; what COPY met is raised at the end."""
        reading, writing = os.pipe()
        faults: list[BaseException] = []

        with transaction.atomic(), connection.cursor() as cursor:
            statement = cursor.mogrify(*self.statement(spelling)).decode()
            raw = cursor.cursor

            def copy() -> None:
                try:
                    with os.fdopen(writing, "wb") as out:
                        raw.copy_expert(f"COPY ({statement}) TO STDOUT (FORMAT csv)", out, size=1 << 18)
                except BaseException as fault:
                    faults.append(fault)

            thread = threading.Thread(target=copy)
            thread.start()
            try:
                with os.fdopen(reading, "rb") as stream:
                    yield stream
            finally:
                thread.join()
            if faults:
                raise faults[0]

    def statement(self, spelling: str) -> tuple[str, list[Any]]:
        """Return the SQL and its values: key, geometry, fields; in the order of the key unless another is asked for."""
        one = self.view.collection
        shape = spelling.format(self.shape)
        read, lookups = joins.shown(self.view, self.fields)
        values = [f"{value} AS {identifier(one.name)}" for value, one in zip(read, self.fields, strict=True)]
        where = " AND ".join([*conditions(self.view), *self.where.sql]) or "true"
        key = f"t.{identifier(one.key)}"
        found = (
            f"SELECT {', '.join([key, shape, *values])} FROM {source(self.view)} {lookups} WHERE {where} "
            f"ORDER BY {self.order or key}"
        )
        return found, list(self.where.values)


def count(view: View, where: Where) -> int:
    """Return how many rows there are to write."""
    condition = " AND ".join([*conditions(view), *where.sql]) or "true"
    with bounded() as cursor:
        cursor.execute(f"SELECT count(*) FROM {source(view)} WHERE {condition}", list(where.values))
        return int(cursor.fetchone()[0])
