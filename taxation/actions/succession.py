"""Accounts of land that changes: ended, opened, carried on or taken up again from a day on."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from cadastre.follow import Successor
from cadastre.models import Parcel
from cadastre.shares import owners_of, rights_by_parcel
from taxation.models import Assessment, AssessmentState, Liability, TaxUnit

LAND = "parcels"


def area_of(successor: Successor) -> Decimal:
    """Return the area that a parcel is taxed by: the registered one, else as it measures."""
    measured = Decimal(successor.shape.area).quantize(Decimal("0.01"))
    return successor.area_official_m2 or max(measured, Decimal("0.01"))


def carry_on(unit: TaxUnit, *, parcel_id: int, area_m2: Decimal) -> None:
    """Let an account go on for the same parcel under its new row; its name in the ledger stays."""
    TaxUnit.objects.filter(pk=unit.pk).update(parcel=parcel_id, area_m2=area_m2, version=F("version") + 1)


def end(unit: TaxUnit, *, on: date) -> None:
    """End an account from a day on: nothing is assessed or billed for periods that begin then or later."""
    unit.liabilities.filter(valid_to=None, valid_from__gte=on).delete()
    unit.liabilities.filter(valid_to=None).update(valid_to=on)
    held = Assessment.objects.filter(unit=unit, valid_to=None)
    held.filter(state=AssessmentState.PROPOSED).update(
        state=AssessmentState.REJECTED, reason=_("The parcel has ended.")
    )
    approved = held.filter(state=AssessmentState.APPROVED)
    approved.filter(valid_from__gte=on).update(state=AssessmentState.SUPERSEDED)
    approved.filter(valid_from__lt=on).update(valid_to=on - timedelta(days=1))
    TaxUnit.objects.filter(pk=unit.pk).update(retired_at=_midnight(on), version=F("version") + 1)


def open_for(successor: Successor, before: Sequence[TaxUnit], *, on: date) -> TaxUnit:
    """Open the account of a new parcel; it waits for its assessment, since the old one's facts are not its own."""
    unit = TaxUnit.objects.create(
        collection=LAND,
        feature_id=successor.parcel_id or 0,
        subject="land",
        label=successor.number,
        parcel_id=successor.parcel_id,
        district_id=Parcel.objects.values_list("district_id", flat=True).get(pk=successor.parcel_id or 0),
        area_m2=area_of(successor),
        use=successor.land_use,
    )
    _set_liable(unit, before, on=on)
    return unit


def _set_liable(unit: TaxUnit, before: Sequence[TaxUnit], *, on: date) -> None:
    """Make the owners of the land liable, or, where none is entered, those who were."""
    parcel = unit.parcel_id or 0
    owners = owners_of(rights_by_parcel([parcel])[parcel])
    if owners:
        rows = [
            Liability(unit=unit, party_id=party, num=share.numerator, den=share.denominator, valid_from=on)
            for party, share in owners.items()
        ]
    else:
        largest = max(before, key=lambda one: one.area_m2)
        rows = _again(Liability, largest.liabilities.filter(valid_to=on), unit=unit, valid_from=on)
    Liability.objects.bulk_create(rows)


def take_up(unit: TaxUnit, *, parcel_id: int, on: date) -> None:
    """Take up again an account that ended, for the parcel that has come back, as it was when it ended."""
    ended_on = timezone.localdate(unit.retired_at)
    TaxUnit.objects.filter(pk=unit.pk).update(retired_at=None, parcel=parcel_id, version=F("version") + 1)
    from_day = max(on, ended_on)
    Liability.objects.bulk_create(
        _again(Liability, unit.liabilities.filter(valid_to=ended_on), unit=unit, valid_from=from_day)
    )
    last = Assessment.objects.filter(
        unit=unit, state=AssessmentState.APPROVED, valid_to=ended_on - timedelta(days=1)
    )
    Assessment.objects.bulk_create(_again(Assessment, last, valid_from=from_day))


def _again(model: Any, rows: Any, **changes: Any) -> list[Any]:
    """Return rows once more, open-ended, with some of their values changed."""
    names = [
        one.attname
        for one in model._meta.concrete_fields
        if not one.primary_key and one.name not in ("valid_to", *changes)
    ]
    return [model(**{name: getattr(row, name) for name in names}, **changes) for row in rows]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())
