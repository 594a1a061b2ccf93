"""Random sequences of whole records in the database: drawn, undone, decided and reversed.

What the register holds is judged from its raw rows, by GEOS and by a sorter, never by the portal's own reading.
"""

import random
from collections.abc import Iterable
from graphlib import TopologicalSorter
from typing import Any

import pytest
import shapely
from django.conf import settings
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from shapely.geometry.base import BaseGeometry

from accounts.models import User
from cadastre.actions.approve import approve_record
from cadastre.actions.drafting import as_multipolygon, keep_operation, redo, undo
from cadastre.actions.records import add_source, give_reason, open_record, return_record, withdraw_record
from cadastre.actions.reverse import reverse_record
from cadastre.checks.drafts import findings_of
from cadastre.checks.registry import Moment, Severity
from cadastre.errors import LaterRecords
from cadastre.integrity import PROMISES
from cadastre.models import Basin, Parcel, Record
from cadastre.operations import Fabric
from core.errors import DomainError
from tests.cadastre.cast import TODAY, person, submitted
from tests.cadastre.sequences import Surveyors, count, done, refused

IN_FORCE = "SELECT 'p' || id, number, ST_AsBinary(geom) FROM cadastre_parcel WHERE end_lifespan IS NULL"
# What a record sees: its proposals over what is in force.
SEEN = f"""
    {IN_FORCE} AND NOT EXISTS (SELECT FROM cadastre_draftclaim c WHERE c.parcel_id = cadastre_parcel.id AND c.is_live)
    UNION ALL SELECT 'd' || d.id, d.number, ST_AsBinary(d.geom)
    FROM cadastre_draftparcel d JOIN cadastre_record r ON r.id = d.record_id
    WHERE r.state IN ('draft', 'submitted', 'returned') AND d.made_by <= r.cursor
      AND (d.ended_by IS NULL OR d.ended_by > r.cursor)
"""
BETWEEN = "SELECT number, ST_AsBinary(geom) FROM cadastre_parcel WHERE {column} = %s"
Land = set[tuple[str, bytes]]


def rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall()


def land(found: Iterable[tuple[Any, ...]]) -> Land:
    """Return numbers and boundaries, byte for byte."""
    return {(number, bytes(boundary)) for *_key, number, boundary in found}


def sound(shapes: list[BaseGeometry], area: float) -> None:
    """Insist that shapes match each other and cover as much as in the beginning."""
    assert shapely.coverage_is_valid(shapes)
    assert abs(sum(shape.area for shape in shapes) - area) <= 1e-6 * area


class Counter(Surveyors):
    """The surveyors' work as records: what is drawn, sent, returned, approved, withdrawn and reversed."""

    @initialize(data=st.data())
    def open_block(self, data: st.DataObject) -> None:
        """Register one of the blocks, and the people who work on it."""
        self.savepoint = transaction.savepoint()
        choices = self.start_from()
        fabric = choices[data.draw(st.integers(0, len(choices) - 1))]
        self.engineer, self.approver = cast()
        register(fabric)
        self.area = sum(shape.area for shape in fabric.values())
        self.record: Any = None
        self.history: list[Any] = []
        self.approved: list[int] = []
        self.look()

    def teardown(self) -> None:
        """Insist on every promise, and leave nothing behind."""
        if hasattr(self, "savepoint"):
            broken = [line for promise in PROMISES for line in promise.breaches()]
            transaction.savepoint_rollback(self.savepoint)
            assert not broken, broken

    def look(self) -> None:
        """Read what lies there as the record sees it."""
        found = rows(SEEN)
        self.fabric = Fabric({key: shapely.from_wkb(bytes(wkb)) for key, _number, wkb in found})
        self.seen = land(found)

    def carry_out(self, kind: str, **arguments: Any) -> None:
        """Keep an operation in the draft; what is refused leaves everything as it was."""
        before, in_force = self.seen, land(rows(IN_FORCE))
        record = self.record or documented(self.engineer)
        try:
            with transaction.atomic():
                record, _made = keep_operation(
                    record_id=record.pk, version=record.version, kind=kind, arguments=arguments, by=self.engineer
                )  # fmt: skip
        except DomainError as refusal:
            count(refused, getattr(refusal, "code", type(refusal).__name__))
            record.refresh_from_db()
            self.look()
            assert self.seen == before
        else:
            count(done, kind)
            self.history.append(before)
            self.look()
        self.record = record
        assert land(rows(IN_FORCE)) == in_force

    @precondition(lambda self: self.record and self.record.cursor)
    @rule(seed=st.integers(0, 2**32))
    def undo(self, seed: int) -> None:
        """Take back operations of the draft, to the very bytes; perhaps put them there again."""
        rng, after = random.Random(seed), self.seen
        back = rng.randint(1, self.record.cursor)
        for _step in range(back):
            self.record = undo(record_id=self.record.pk, version=self.record.version)
        self.look()
        assert self.seen == self.history[-back]
        count(done, "undo")
        if rng.random() < 0.4:
            for _step in range(back):
                self.record = redo(record_id=self.record.pk, version=self.record.version)
            self.look()
            assert self.seen == after
        else:
            del self.history[-back:]

    @precondition(lambda self: self.record and self.record.cursor)
    @rule(seed=st.integers(0, 2**32))
    def decide(self, seed: int) -> None:
        """Send the draft to approval, and approve, return or withdraw it."""
        record, rng, in_force = self.record, random.Random(seed), land(rows(IN_FORCE))
        if self.gives_reasons() and rng.random() < 0.85:
            count(done, "approve")
            self.approve(self.record)
            return
        if self.gives_reasons() and rng.random() < 0.5:
            record = submitted(self.record, self.engineer)
            self.record = return_record(
                record_id=record.pk, version=record.version, by=self.approver, reason="Look again."
            )
            count(done, "return")
        else:
            withdraw_record(record_id=record.pk, version=self.record.version, by=self.engineer)
            self.record, self.history = None, []
            count(done, "withdraw")
        self.look()
        assert land(rows(IN_FORCE)) == in_force

    def gives_reasons(self) -> bool:
        """Give the reasons that checks ask for; say whether nothing blocks."""
        findings = findings_of(self.record, Moment.SUBMIT)
        for one in findings:
            if one.severity is Severity.NEEDS_REASON:
                self.record = give_reason(
                    record_id=self.record.pk, version=self.record.version, by=self.engineer, rule=one.rule,
                    subject=one.subject, reason="As agreed on the land.",
                )  # fmt: skip
        blocking = [one.rule for one in findings if one.severity is Severity.BLOCKS]
        for code in blocking:
            count(refused, f"check {code}")
        return not blocking

    def approve(self, record: Record) -> None:
        """Put a record in force: what it showed is what then lies there."""
        record = submitted(record, self.engineer)
        record = approve_record(record_id=record.pk, version=record.version, by=self.approver)
        expected = self.seen
        self.approved.append(record.pk)
        self.record, self.history = None, []
        self.look()
        assert self.seen == land(rows(IN_FORCE)) == expected

    @precondition(lambda self: self.record is None and self.approved)
    @rule(seed=st.integers(0, 2**32))
    def reverse(self, seed: int) -> None:
        """Undo an approved record by another one; only records that stand on it may prevent that."""
        chosen = random.Random(seed).choice(self.approved)
        taken, made = (land(rows(BETWEEN.format(column=c), chosen)) for c in ("closed_by_id", "opened_by_id"))
        before = land(rows(IN_FORCE))
        later = standing_on(chosen)
        if later:
            count(refused, "later records")
            with pytest.raises(LaterRecords) as refusal:
                reverse_record(record_id=chosen, by=self.engineer, on=TODAY)
            assert all(number in str(refusal.value.detail) for number in later)
            return
        self.record = reverse_record(record_id=chosen, by=self.engineer, on=TODAY)
        self.look()
        assert self.gives_reasons()
        self.approved.remove(chosen)
        self.approve(self.record)
        count(done, "reverse")
        assert land(rows(IN_FORCE)) == before - made | taken

    @invariant()
    def no_land_is_lost(self) -> None:
        sound([shapely.from_wkb(bytes(wkb)) for *_names, wkb in rows(IN_FORCE)], self.area)

    @invariant()
    def neighbours_match(self) -> None:
        sound(list(self.fabric.values()), self.area)

    @invariant()
    def nobody_descends_from_itself(self) -> None:
        parents: dict[int, set[int]] = {}
        for child, parent in rows("SELECT child_id, parent_id FROM cadastre_lineage"):
            parents.setdefault(child, set()).add(parent)
        TopologicalSorter(parents).prepare()


def standing_on(record: int) -> list[str]:
    """Return the numbers of the records that ended what a record made."""
    sql = """SELECT DISTINCT r.number FROM cadastre_parcel p JOIN cadastre_record r ON r.id = p.closed_by_id
             WHERE p.opened_by_id = %s"""
    return [number for (number,) in rows(sql, record)]


def cast() -> tuple[User, User]:
    """Return who draws and who decides."""
    found = User.objects.filter(username__in=["drawing", "deciding"]).order_by("-username")
    return tuple(found) if found else (person("drawing", "engineer"), person("deciding", "approver"))  # type: ignore[return-value]


def documented(by: User) -> Record:
    """Open a record with its document."""
    record = open_record(kind="correction", by=by, on=TODAY)
    add_source(record_id=record.pk, version=1, by=by, kind="plan", number="P-1")
    record.refresh_from_db()
    return record


def register(fabric: Fabric) -> None:
    """Put a block into the register, with its registered areas as they measure."""
    around = Polygon.from_bbox(shapely.total_bounds(list(fabric.values())).tolist())
    basin = Basin.objects.create(
        governorate="Nablus", locality="Nablus", number="8", geom=MultiPolygon(around, srid=settings.GRID_SRID)
    )  # fmt: skip
    Parcel.objects.bulk_create(
        Parcel(
            basin=basin, number=str(number), source_class="gnss", area_official_m2=round(shape.area, 2),
            geom=as_multipolygon(shape),
        )
        for number, shape in enumerate(fabric.values(), 101)
    )  # fmt: skip
