"""A file's rows into a layer that is there: appended, or matched by key with the difference told."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import DataError, connection
from psycopg2 import sql

from layers.importing.errors import ImportRefused
from layers.importing.mergedsql import SAME_DEGREES, SAME_M, MergeSQL
from layers.importing.planning import Mode, Plan
from layers.importing.targets import Target
from layers.importing.transformation import Movement

SAMPLES = 20


@dataclass
class Difference:
    """What the file changes in the layer; `state` is the layer's own state that it was compared with."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    untouched: int = 0
    samples: list[dict[str, Any]] = field(default_factory=list)
    state: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the difference as JSON."""
        return asdict(self)


class Merge:
    """Staged rows on their way into one layer, inside the import's transaction."""

    def __init__(self, target: Target, plan: Plan, movement: Movement, blank: Sequence[str]) -> None:
        self.target, self.plan = target, plan
        self.key = next((one.column for one in plan.kept if one.name == plan.key), "")
        within = SAME_DEGREES if target.is_geographic else SAME_M
        self.sql = MergeSQL(target, plan, self.key, movement, blank, within)

    def begin(self, expected: str = "") -> None:
        """Hold the layer against other writers; refuse where it is no longer as it was when compared."""
        self.sql.run("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        self.state = str(self.sql.value(
            "SELECT concat_ws(':', count(*), sum(version), sum({id})) FROM {table}"
        ))  # fmt: skip
        if expected and expected != self.state:
            raise ImportRefused("layer_moved", slug=self.plan.slug)

    def refused(self) -> Iterator[dict[str, Any]]:
        """Bring the staged rows into the layer's form; yield those that its rules do not take, and drop them."""
        try:
            self.sql.arrive()
        except DataError as fault:
            raise ImportRefused("values_unfit", said=str(fault).splitlines()[0]) from fault
        for reason, condition in self.sql.faults():
            self.sql.run(
                "UPDATE import_arrived a SET refused = {reason} WHERE refused IS NULL AND ({condition})",
                reason=sql.Literal(reason), condition=condition,
            )  # fmt: skip
        for row, reason, *values in self.sql.rows(
            "SELECT source_row, refused{texts} FROM import_arrived WHERE refused IS NOT NULL ORDER BY 1"
        ):
            yield {"kind": "refused", "row": row, "reason": reason, "values": values}
        self.sql.put_aside()

    def apply(self) -> Difference:
        """Change, add and retire; return the difference that this made."""
        found = Difference(state=self.state)
        by_key = bool(self.key) and self.plan.mode != Mode.APPEND
        self.sql.match(by_key=by_key)
        found.samples = list(self._samples()) if by_key else []
        before = self.sql.value("SELECT count(*) FROM {table}")
        matched = self.sql.value("SELECT count(*) FROM import_matched")
        found.changed = self.sql.change()
        found.unchanged = matched - found.changed
        if self.plan.mode == Mode.REPLACE:
            found.removed = self.sql.remove()
        found.untouched = before - matched - found.removed
        found.added = self.sql.add()
        self._check_unique()
        return found

    def _samples(self) -> Iterator[dict[str, Any]]:
        """Yield some of the changed rows: key, and by field what was and what will be; None for the shape."""
        names = [one.column for one in self.plan.kept]
        for key, moved, *cells in self.sql.samples(SAMPLES):
            pairs = zip(names, cells[::2], cells[1::2], strict=True)
            fields = [[name, old, new] for name, old, new in pairs if old != new]
            yield {"key": key, "fields": fields, "moved": moved}

    def _check_unique(self) -> None:
        for one in self.target.unique:
            twice = self.sql.rows(
                "SELECT {column}::text FROM {table} WHERE {column} IS NOT NULL GROUP BY 1 HAVING count(*) > 1 LIMIT 1",
                column=sql.Identifier(one),
            )
            if twice:
                raise ImportRefused("unique_broken", field=one, value=twice[0][0])

    def count(self) -> int:
        """Return how many rows the layer has now."""
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(self.target.table))
            return int(cursor.fetchone()[0])
