"""The SQL of a merge: staged rows cast to the layer's columns, judged by its rules, compared, written."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from psycopg2 import sql

from layers.importing.planning import Mode, Plan
from layers.importing.targets import Target
from layers.importing.transformation import Movement

# Shapes nearer than this are the same: a way through another system and back moves less.
SAME_M, SAME_DEGREES = 0.001, 1e-8


class MergeSQL:
    """Statements with the layer's own names in them; `run` fills `{table}`, `{id}`, `{geom}`, `{key}`."""

    def __init__(
        self, target: Target, plan: Plan, key: str, movement: Movement, blank: Sequence[str], within: float
    ) -> None:
        self.target, self.plan, self.key, self.movement = target, plan, key, movement
        self.blank, self.within = frozenset(blank), within
        one = target.collection
        self.columns = [field.column for field in plan.kept]
        self.names: dict[str, sql.Composable] = {
            "table": target.table,
            "id": sql.Identifier(one.key),
            "geom": sql.Identifier(one.geometry),
            "key": sql.Identifier(key or one.key),
            "texts": _joined(", {}::text", self.columns),
            "arrived": _joined(", a.{}", self.columns),
            "within": sql.Literal(within),
        }

    def run(self, statement: str, **more: sql.Composable) -> int:
        """Execute; return how many rows."""
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(**self.names, **more))
            return int(cursor.rowcount)

    def rows(self, statement: str, **more: sql.Composable) -> list[tuple[Any, ...]]:
        """Execute; return the rows."""
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(**self.names, **more))
            return list(cursor.fetchall())

    def value(self, statement: str) -> Any:
        """Execute; return the one value."""
        return self.rows(statement)[0][0]

    def arrive(self) -> None:
        """Copy the staged rows with the layer's types and the layer's kind of shape."""
        kind = self.target.collection.geometry_type
        shape = self.movement.of(sql.Identifier("s", "geom"))
        if kind.startswith("Multi"):
            shape = sql.SQL("ST_Multi({})").format(shape)
        elif kind in ("Point", "LineString", "Polygon"):
            shape = sql.SQL(
                "CASE WHEN ST_NumGeometries({0}) = 1 THEN ST_GeometryN({0}, 1) ELSE {0} END"
            ).format(shape)
        self.run("DROP TABLE IF EXISTS pg_temp.import_arrived, pg_temp.import_matched")
        self.run(
            "CREATE TEMPORARY TABLE import_arrived ON COMMIT DROP AS SELECT s.source_row{cast},"
            " {shape} AS geom, NULL::text AS refused FROM import_staging s",
            cast=sql.SQL("").join(self._cast(field) for field in self.plan.kept), shape=shape,
        )  # fmt: skip
        self.run("CREATE INDEX ON import_arrived (source_row)")
        if self.key:
            self.run("CREATE INDEX ON import_arrived ({key})")
        self.run("ANALYZE import_arrived")

    def _cast(self, field: Any) -> sql.Composable:
        value = sql.SQL("s.{}").format(sql.Identifier(field.column))
        if field.name in self.blank:
            # Typed by nothing but its being empty in the first rows: what follows must still fit.
            value = sql.SQL("{}::text").format(value)
        kept = sql.SQL(self.target.column_types[field.column])
        return sql.SQL(", {}::{} AS {}").format(value, kept, sql.Identifier(field.column))

    def faults(self) -> Iterator[tuple[str, sql.Composable]]:
        """Yield why rows are refused: a reason, and its condition over the arrived row `a`."""
        kind = self.target.collection.geometry_type
        if kind != "Geometry":
            yield "shape_unfit", sql.SQL("GeometryType(a.geom) <> {}").format(sql.Literal(kind.upper()))
        yield from self._faults_of_districts()
        yield from self._faults_of_keys()
        for column in self.columns:
            field = self.target.fields[column]
            name = sql.Identifier(column)
            if field.required:
                yield "value_missing", sql.SQL("a.{}::text IS NULL OR a.{}::text = ''").format(name, name)
            if field.choices:
                listed = sql.Literal([str(value) for value in field.choices])
                yield "value_not_listed", sql.SQL("a.{}::text <> ALL({})").format(name, listed)

    def _faults_of_districts(self) -> Iterator[tuple[str, sql.Composable]]:
        """A row lies, and the row that it changes lay, in a district where the subject may change it."""
        if self.target.districts is None:
            return
        mine = sql.Literal(sorted(self.target.districts))
        own = sql.Identifier(str(self.target.collection.district_field))
        # As the layer's trigger places its rows (`sql/districts.sql`).
        yield (
            "district_foreign",
            sql.SQL(
                "a.geom IS NOT NULL AND coalesce((SELECT d.id FROM municipality_district d"
                " WHERE ST_Intersects(d.geom, ST_PointOnSurface(a.geom)) ORDER BY d.id LIMIT 1)"
                " <> ALL({mine}::bigint[]), true)"
            ).format(mine=mine),
        )
        if self.key:
            yield (
                "district_foreign",
                sql.SQL(
                    "EXISTS (SELECT 1 FROM {table} t WHERE t.{key} = a.{key}"
                    " AND coalesce(t.{own} <> ALL({mine}::bigint[]), true))"
                ).format(**self.names, own=own, mine=mine),
            )
            known = sql.SQL("EXISTS (SELECT 1 FROM {table} t WHERE t.{key} = a.{key})").format(**self.names)
        else:
            known = sql.SQL("false")
        yield "district_foreign", sql.SQL("a.geom IS NULL AND NOT {}").format(known)

    def put_aside(self) -> None:
        """Take the refused rows out; what they name in the layer is remembered, so that it is not retired."""
        self.run("DROP TABLE IF EXISTS pg_temp.import_refused")
        named = "{key}" if self.key else "NULL::text AS named"
        self.run(
            "CREATE TEMPORARY TABLE import_refused ON COMMIT DROP AS"
            f" SELECT {named} FROM import_arrived WHERE refused IS NOT NULL"
        )
        self.run("DELETE FROM import_arrived WHERE refused IS NOT NULL")

    def remove(self) -> int:
        """Retire what the file does not have, where the subject may change it."""
        spared: list[sql.Composable] = []
        if self.key:
            spared.append(sql.SQL(" AND NOT EXISTS (SELECT 1 FROM import_refused r WHERE r.{key} = t.{key})"))
        if self.target.districts is not None:
            own, mine = (
                sql.Identifier(str(self.target.collection.district_field)),
                sorted(self.target.districts),
            )
            spared.append(sql.SQL(" AND t.{} = ANY({}::bigint[])").format(own, sql.Literal(mine)))
        return self.run(
            "DELETE FROM {table} t WHERE NOT EXISTS (SELECT 1 FROM import_matched m WHERE m.id = t.{id}){spared}",
            spared=sql.SQL("").join(
                one.format(**self.names) if isinstance(one, sql.SQL) else one for one in spared
            ),
        )

    def _faults_of_keys(self) -> Iterator[tuple[str, sql.Composable]]:
        lacking = [
            one.name
            for one in self.target.fields.values()
            if one.required and one.default is None and one.name not in self.columns
        ]
        known = sql.SQL("EXISTS (SELECT 1 FROM {table} t WHERE t.{key} = a.{key})").format(**self.names)
        if self.key:
            yield "key_empty", sql.SQL("a.{key} IS NULL").format(**self.names)
            yield (
                "key_twice",
                sql.SQL(
                    "EXISTS (SELECT 1 FROM import_arrived b WHERE b.{key} = a.{key} AND b.source_row <> a.source_row)"
                ).format(**self.names),
            )
            if self.plan.mode == Mode.APPEND:
                yield "key_known", known
            yield (
                "key_ambiguous",
                sql.SQL("(SELECT count(*) FROM {table} t WHERE t.{key} = a.{key}) > 1").format(**self.names),
            )
        if lacking:
            yield "value_missing", sql.SQL("NOT {}").format(known) if self.key else sql.SQL("true")

    def match(self, *, by_key: bool) -> None:
        """Pair arrived rows with the layer's by key, saying which differ and whose shape moved."""
        if by_key:
            self._pair()
        else:
            self.run(
                "CREATE TEMPORARY TABLE import_matched (source_row bigint, id bigint, moved boolean, differs boolean)"
                " ON COMMIT DROP"
            )
        self.run("CREATE INDEX ON import_matched (id)")
        self.run("CREATE INDEX ON import_matched (source_row)")
        self.run("ANALYZE import_matched")

    def _pair(self) -> None:
        self.run(
            "CREATE TEMPORARY TABLE import_matched ON COMMIT DROP AS"
            " SELECT p.source_row, p.id, p.moved, p.moved OR p.other AS differs FROM ("
            " SELECT a.source_row, t.{id} AS id, (false{differs}) AS other, a.geom IS NOT NULL AND (t.{geom} IS NULL OR"
            " NOT (a.geom = t.{geom} OR coalesce(ST_HausdorffDistance(a.geom, t.{geom}) < {within}, false))) AS moved"
            " FROM import_arrived a JOIN {table} t ON t.{key} = a.{key}"
            ") p",
            differs=_joined(" OR a.{0} IS DISTINCT FROM t.{0}", self.columns),
        )  # fmt: skip

    def samples(self, most: int) -> list[tuple[Any, ...]]:
        """Return some of the rows that differ: key, moved, then each column before and after."""
        pairs = _joined(", t.{0}::text, a.{0}::text", self.columns)
        return self.rows(
            "SELECT a.{key}::text, m.moved{pairs} FROM import_matched m JOIN import_arrived a USING (source_row)"
            " JOIN {table} t ON t.{id} = m.id WHERE m.differs ORDER BY source_row LIMIT {most}",
            pairs=pairs, most=sql.Literal(most),
        )  # fmt: skip

    def change(self) -> int:
        """Write what differs; a row without a shape keeps the one it has."""
        sets = _joined("{0} = a.{0}, ", self.columns)
        return self.run(
            "UPDATE {table} t SET {sets}{geom} = CASE WHEN m.moved THEN a.geom ELSE t.{geom} END"
            " FROM import_matched m JOIN import_arrived a USING (source_row) WHERE t.{id} = m.id AND m.differs",
            sets=sets,
        )  # fmt: skip

    def add(self) -> int:
        """Insert the rows that met none, with the layer's defaults in what the file does not have."""
        given = {
            one.name: one.default
            for one in self.target.fields.values()
            if one.default is not None and one.name not in self.columns
        }
        return self.run(
            "INSERT INTO {table} ({geom}{names}{more}) SELECT a.geom{arrived}{values} FROM import_arrived a"
            " WHERE NOT EXISTS (SELECT 1 FROM import_matched m WHERE m.source_row = a.source_row) ORDER BY a.geom",
            names=_joined(", {}", self.columns),
            more=_joined(", {}", list(given)),
            values=sql.SQL("").join(sql.SQL(", {}").format(sql.Literal(value)) for value in given.values()),
        )  # fmt: skip


def _joined(pattern: str, columns: Sequence[str]) -> sql.Composable:
    """Return the pattern for every column in turn."""
    return sql.SQL("").join(sql.SQL(pattern).format(sql.Identifier(one)) for one in columns)
