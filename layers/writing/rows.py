"""Rows of one editable layer as one person may write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import DataError, IntegrityError, connection
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.policy import Subject, Verb
from core.errors import Forbidden, NotFound
from layers.access import view
from layers.collections import Collection, Field
from layers.features import reading
from layers.grids import stored_srid
from layers.sqltext import conditions, identifier, table
from layers.writing import properties, shapes
from layers.writing.errors import EditedElsewhere, NotAsDeclared

Values = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """A row as it stands, locked until the transaction ends."""

    key: int
    version: int
    values: Values


class Rows:
    """The rows that a person may write; refuses, at once, who may write none."""

    def __init__(self, collection: Collection, by: Subject) -> None:
        self.view = view(by, collection)
        if not collection.writable:
            raise EditedElsewhere(collection)
        policy.require(by, Verb.EDIT, collection)
        self.collection, self.by = collection, by

    @cached_property
    def _own(self) -> dict[str, Field]:
        """Return the fields that may be written."""
        one = self.collection
        return {
            field.name: field
            for field in one.fields
            if not field.expression and policy.decide(self.by, Verb.EDIT, one, field=field.name)
        }

    @cached_property
    def _table(self) -> str:
        return table(self.collection)

    def new(self, sent: Mapping[str, Any], shape: Any, srid: int) -> Values:
        """Return the columns of a new row."""
        faults: dict[str, Any] = {}
        self._refuse_guarded({name for name in sent if name not in self._own})
        row = properties.checked(self._stored_fields(), sent, faults)
        faults |= {name: properties.UNKNOWN for name in sent if name not in self._own}
        self._place(row, shape, srid, faults)
        self._settle(row, faults, key=None)
        return row

    def changed(
        self,
        before: Row,
        sent: Mapping[str, Any],
        shape: Any,
        srid: int,
        *,
        keep_shape: bool,
        whole: bool,
    ) -> Values:
        """Return the columns of a row that a change sets."""
        faults: dict[str, Any] = {}
        self._refuse_guarded({name for name in sent if self._differs(name, before, sent[name])})
        kept = {field.name for field in self.view.fields if field.name not in self._own}
        own = {name: value for name, value in sent.items() if name not in kept}
        row = properties.checked(self._own.values(), own, faults, only_sent=not whole)
        if not keep_shape:
            self._place(row, shape, srid, faults)
        self._settle(row, faults, key=before.key)
        return row

    def locked(self, key: int) -> Row:
        """Return a row that the person may see, and hold it; `NotFound` where there is none."""
        names = [field.name for field in self._stored_fields()]
        columns = ", ".join(["t.version", *(f"t.{identifier(name)}" for name in names)])
        if self.collection.has_geometry:
            names.append(self.collection.geometry)
            columns += f", t.{identifier(self.collection.geometry)}::text"
        where = " AND ".join([f"t.{identifier(self.collection.key)} = %s", *conditions(self.view)])
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {columns} FROM {self._table} t WHERE {where} FOR UPDATE", [key])
            found = cursor.fetchone()
        if found is None:
            raise NotFound(_("There is no such feature."))
        self._hold_to_districts(key)
        return Row(key, found[0], dict(zip(names, found[1:], strict=True)))

    def shown(self, key: int) -> Mapping[str, Any]:
        """Return the feature as the person sees it now."""
        return reading.single(self.view, key) or {}

    def insert(self, values: Values) -> tuple[int, int]:
        """Add a row; return its key and version."""
        names = ", ".join(identifier(name) for name in values)
        places = ", ".join(["%s"] * len(values))
        return self._written(
            f"INSERT INTO {self._table} ({names}) VALUES ({places})"
            f" RETURNING {identifier(self.collection.key)}, version",
            list(values.values()),
        )

    def update(self, before: Row, values: Values) -> int:
        """Change a row; return its new version, the old one where nothing differs."""
        if all(name in before.values and before.values[name] == value for name, value in values.items()):
            return before.version
        parts = ", ".join(f"{identifier(name)} = %s" for name in values)
        return self._written(
            f"UPDATE {self._table} SET {parts}"
            f" WHERE {identifier(self.collection.key)} = %s RETURNING {identifier(self.collection.key)}, version",
            [*values.values(), before.key],
        )[1]

    def as_kept(self, state: Mapping[str, Any], key: int) -> Values:
        """Return the columns that bring a row back to a state of the event log, held to the rules of now."""
        faults: dict[str, Any] = {}
        sent = {name: state[name] for name in self._own if name in state}
        row = properties.checked(self._own.values(), sent, faults, only_sent=True)
        if self.collection.has_geometry and self.collection.geometry in state:
            row[self.collection.geometry] = state[self.collection.geometry]
        self._settle(row, faults, key=key)
        return row

    def revive(self, key: int, state: Mapping[str, Any]) -> tuple[int, int]:
        """Bring a retired row back under its key, whole: also what this person may not see; version follows on."""
        names = {field.name for field in self._stored_fields()}
        row = {name: value for name, value in state.items() if name in names}
        self.as_kept(state, key)
        shape = self.collection.geometry
        if self.collection.has_geometry:
            row[shape] = state.get(shape)
        return self.insert({self.collection.key: key, "version": state["version"] + 1, **row})

    def delete(self, key: int) -> None:
        """Take a row out of the table."""
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {self._table} WHERE {identifier(self.collection.key)} = %s", [key])

    def _stored_fields(self) -> list[Field]:
        return [field for field in self.collection.fields if not field.expression]

    def _differs(self, name: str, before: Row, sent: Any) -> bool:
        """Say whether a field that may not be written would get another value than it has."""
        field = self.view.field(name)
        if name in self._own or field is None or field.expression:
            return False
        try:
            return bool(properties.typed(field, sent) != before.values.get(name))
        except ValueError:
            return True

    def _refuse_guarded(self, names: set[str]) -> None:
        guarded = sorted(name for name in names if self.view.field(name) is not None)
        if guarded:
            raise Forbidden(
                _("You may not change these fields."),
                detail=", ".join(guarded),
                fields={name: _("You may not change this field.") for name in guarded},
            )

    def _place(self, row: Values, shape: Any, srid: int, faults: dict[str, Any]) -> None:
        one = self.collection
        if not one.has_geometry:
            if shape is not None:
                faults["geometry"] = _("This layer has no shapes.")
            return
        try:
            row[one.geometry] = shapes.stored(
                shape, kind=one.geometry_type, into=stored_srid(self.view), srid=srid
            )
        except ValueError as unfit:
            faults["geometry"] = unfit.args[0]

    def _settle(self, row: Values, faults: dict[str, Any], *, key: int | None) -> None:
        for field in self.collection.fields:
            if field.unique and row.get(field.name) is not None and self._taken(field, row[field.name], key):
                faults[field.name] = _("Another feature has this value already.")
        if faults:
            raise NotAsDeclared(faults)

    def _taken(self, field: Field, value: Any, key: int | None) -> bool:
        """Say whether another row has the value; whoever else asks for this field waits its turn."""
        name = identifier(field.name)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                [f"unique {self.collection.relation}.{field.name}"],
            )
            cursor.execute(
                f"SELECT EXISTS (SELECT 1 FROM {self._table} t WHERE t.{name} = %s"
                f" AND t.{identifier(self.collection.key)} IS DISTINCT FROM %s)",
                [value, key],
            )
            return bool(cursor.fetchone()[0])

    def _written(self, statement: str, values: list[Any]) -> tuple[int, int]:
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                key, version = cursor.fetchone()
        except DataError as fault:
            raise NotAsDeclared({"": _("A value is too large for its column.")}) from fault
        except IntegrityError as fault:
            column = getattr(getattr(fault.__cause__, "diag", None), "constraint_name", "") or ""
            raise NotAsDeclared({column: _("Another feature has this value already.")}) from fault
        self._hold_to_districts(key)
        return key, version

    def _hold_to_districts(self, key: int) -> None:
        """Refuse a row of a district where the person may change none, or of no district at all."""
        one = self.collection
        if one.district_field is None:
            return
        own = identifier(one.district_field)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {own} FROM {self._table} WHERE {identifier(one.key)} = %s", [key])
            (district,) = cursor.fetchone()
        if district is None:
            allowed = self.view.districts is None
        else:
            allowed = bool(policy.decide(self.by, Verb.EDIT, one, district=district))
        if not allowed:
            raise Forbidden(_("You may change this layer in your districts only."))
