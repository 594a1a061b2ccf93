"""What programs send to the records' API."""

from datetime import date
from typing import Any, Literal

from ninja import Schema

Kind = Literal["subdivision", "consolidation", "correction", "widening", "registration"]


class NewRecord(Schema):
    """A record to open."""

    kind: Kind
    dated_on: date | None = None
    effective_on: date | None = None
    applicant_name: str = ""
    applicant_id: int | None = None
    note: str = ""


class RecordChange(Schema):
    """What a record says of itself; what is left out stays."""

    kind: Kind | None = None
    dated_on: date | None = None
    effective_on: date | None = None
    applicant_name: str | None = None
    applicant_id: int | None = None
    note: str | None = None


class Operation(Schema):
    """An operation by name with its arguments; coordinates are in the national grid, or in `crs`."""

    kind: str
    arguments: dict[str, Any] = {}


class Reason(Schema):
    """Words for a decision."""

    reason: str = ""


class FindingReason(Schema):
    """Why a finding is right as it is."""

    rule: str
    subject: str
    reason: str


class Choice(Schema):
    """How one row follows on approval."""

    part: str
    code: str
    value: str


class TraverseLeg(Schema):
    """One leg: bearing of the chord in degrees, its length in metres, a radius for an arc."""

    bearing: float
    distance: float
    radius: float | None = None


class TraverseEntry(Schema):
    """A traverse to compute."""

    start: tuple[float, float]
    legs: list[TraverseLeg]
    end: tuple[float, float] | None = None
    adjust: bool = True
