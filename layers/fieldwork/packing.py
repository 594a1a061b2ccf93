"""Every layer that somebody may take away, written into one GeoPackage."""

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from accounts import policy
from accounts.policy import Subject, Verb
from core.errors import NotFound
from layers import registry
from layers.access import View, view
from layers.collections import Field, FieldType
from layers.exporting import arrow
from layers.exporting.features import Source
from layers.exporting.wanted import leaving
from layers.fieldwork import package
from layers.grids import stored_srid
from layers.sqltext import identifier
from layers.writing.declaring import writers

NAME = "municipality.gpkg"


def layers_of(subject: Subject) -> Iterator[View]:
    """Yield what the subject may take along, in the order of the catalogue."""
    for one in registry.catalogue().collections.values():
        if (one.has_geometry or one.id in writers()) and policy.decide(subject, Verb.EXPORT, one):
            try:
                yield leaving(subject, view(subject, one))
            except NotFound:
                continue


def pack(
    subject: Subject, out: Path, *, only: frozenset[str] | None = None
) -> tuple[uuid.UUID, dict[str, int]]:
    """Write a GeoPackage; return its id and how many features of each layer are in it.

    Every row carries its key and version, and the package what each was when it left, so that a row
    that comes back is changed only where somebody changed it.
    """
    counts: dict[str, int] = {}
    for seen in layers_of(subject):
        if only is not None and seen.collection.id not in only:
            continue
        source = Source(_marked(seen), stored_srid(seen))
        with_layer = {"append": True} if counts else {}
        counts[seen.collection.id] = arrow.geopackage(source, out, **with_layer).count
    number = uuid.uuid4()
    with closing(sqlite3.connect(out)) as base:
        package.seal(base, number, list(counts))
    return number, counts


def _marked(seen: View) -> View:
    one = seen.collection
    version = f"t.{identifier(one.version_field)}" if one.version_field else "NULL::bigint"
    marks: tuple[Field, ...] = (
        Field(name=package.KEY, type=FieldType.INTEGER, expression=f"t.{identifier(one.key)}"),
        Field(name=package.VERSION, type=FieldType.INTEGER, expression=version),
    )
    kept: Any = tuple(f for f in seen.fields if f.name.lower() not in ("fid", arrow.SHAPE, *package.MARKS))
    return replace(seen, fields=(*kept, *marks))
