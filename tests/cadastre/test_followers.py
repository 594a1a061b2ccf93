"""What follows an approval: tax accounts, connections and buildings move with the land, by explicit choice."""

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.conf import settings
from django.contrib.gis.geos import LineString
from django.utils import timezone

from accounts.models import User
from cadastre.actions.records import choose, submit_record, withdraw_record
from cadastre.actions.reverse import reverse_record
from cadastre.checks.drafts import findings_of, outstanding
from cadastre.checks.registry import Moment
from cadastre.errors import ChecksFailed
from cadastre.models import CadastreSettings, Parcel, Record
from core.errors import Unprocessable
from ledger.actions.billing import publish
from ledger.models import Bill
from networks.models import WaterConnection
from taxation.actions import roll
from taxation.actions.assessing import propose
from taxation.models import ArrearsLink, TaxUnit
from tests.cadastre.cast import TODAY, owned, submitted
from tests.cadastre.test_records import approved, split_of
from tests.taxation.ground import NEW_YEAR, pack
from tests.taxation.ground import owned as liable

Lots = dict[str, Parcel]


def taxed(lot: Parcel) -> TaxUnit:
    """Give a lot a land account."""
    return TaxUnit.objects.create(
        collection="parcels", feature_id=lot.pk, subject="land", label=lot.number, parcel=lot, area_m2=D("1000"),
        use="residential",
    )  # fmt: skip


def billed(unit: TaxUnit) -> Bill:
    """Bill an account for the year."""
    pack("ps-land")
    propose(unit, "ps-land", on=NEW_YEAR, by=None, facts={"market_value": "50000"})
    run = roll.start(
        "ps-land", period_start=NEW_YEAR, period_end=date(2026, 12, 31), period="2026", issued_on=NEW_YEAR, by=None
    )  # fmt: skip
    publish(roll.carry_on(run, lambda done, total, message: None))
    return Bill.objects.get(run=run)


def clearance(demanded: bool) -> None:
    CadastreSettings.objects.update_or_create(pk=1, defaults={"demands_tax_clearance": demanded})


def accounts() -> dict[str, TaxUnit]:
    return {unit.label: unit for unit in TaxUnit.objects.filter(retired_at=None)}


def keys(record: Record) -> dict[str, str]:
    """Return the keys by which choices name the parcels that come out."""
    return {plot.number: f"d{plot.pk}" for plot in record.draft_parcels.in_effect()}


def test_accounts_end_and_open_with_the_effective_date(
    lots: Lots, draft: Any, engineer: User, approver: User
) -> None:
    old = taxed(lots["B2"])
    liable(old, 1, 2, den=3)
    record = approved(draft("subdivision", split_of(lots["B2"])), engineer, approver)
    old.refresh_from_db()
    assert timezone.localdate(old.retired_at) == record.effective_on
    assert set(old.liabilities.values_list("valid_to", flat=True)) == {record.effective_on}
    assert set(accounts()) == {"104/1", "104/2"}
    for unit in accounts().values():
        assert unit.parcel.number == unit.label
        assert unit.area_m2 == D("500.00")
        assert [str(one) for one in unit.liabilities.order_by("num")] == ["1/3", "2/3"]
        assert set(unit.liabilities.values_list("valid_from", flat=True)) == {record.effective_on}


def test_the_owners_of_the_land_become_liable_where_they_are_entered(
    lots: Lots, draft: Any, engineer: User, approver: User
) -> None:
    liable(taxed(lots["B2"]))
    owned(lots["B2"], ("Amal", 1, 4), ("Badr", 3, 4))
    approved(draft("subdivision", split_of(lots["B2"])), engineer, approver)
    named = {(one.party.approved_name, str(one)) for one in accounts()["104/1"].liabilities.all()}
    assert named == {("Amal", "1/4"), ("Badr", "3/4")}


def test_a_parcel_that_only_gains_a_vertex_keeps_its_account(
    lots: Lots, draft: Any, engineer: User, approver: User
) -> None:
    beside = taxed(lots["A2"])
    approved(draft("subdivision", split_of(lots["B2"])), engineer, approver)
    beside.refresh_from_db()
    assert (beside.retired_at, beside.feature_id) == (None, lots["A2"].pk)
    assert beside.parcel == Parcel.objects.in_force().get(number=lots["A2"].number)


def test_a_reversal_takes_up_the_old_account(lots: Lots, draft: Any, engineer: User, approver: User) -> None:
    old = taxed(lots["B2"])
    (owner,) = liable(old)
    done = approved(draft("subdivision", split_of(lots["B2"])), engineer, approver)
    approved(reverse_record(record_id=done.pk, by=engineer, on=TODAY), engineer, approver)
    assert {name: unit.pk for name, unit in accounts().items()} == {"104": old.pk}
    old.refresh_from_db()
    assert old.parcel == Parcel.objects.in_force().get(number="104")
    assert [one.party for one in old.liabilities.filter(valid_to=None)] == [owner]


@pytest.mark.django_db(transaction=True)
def test_open_taxes_stop_a_record_where_clearance_is_demanded(lots: Lots, draft: Any, engineer: User) -> None:
    unit = taxed(lots["B2"])
    liable(unit)
    billed(unit)
    record = draft("subdivision", split_of(lots["B2"]))
    with pytest.raises(ChecksFailed) as refusal:
        submitted(record, engineer)
    assert {one.rule for one in refusal.value.findings} == {"taxes", "choices"}


@pytest.mark.django_db(transaction=True)
def test_bills_stay_with_the_old_parcel_and_somebody_says_who_answers_for_them(
    lots: Lots, draft: Any, engineer: User, approver: User
) -> None:
    clearance(demanded=False)
    unit = taxed(lots["B2"])
    liable(unit)
    bill = billed(unit)
    record = draft("subdivision", split_of(lots["B2"]))
    with pytest.raises(ChecksFailed) as refusal:
        submit_record(record_id=record.pk, version=record.version, by=engineer)
    assert [one.subject for one in refusal.value.findings] == [f"taxes:arrears:{unit.pk}"]
    assert str(bill.amount) not in str(refusal.value.detail)
    row = ("taxes", f"arrears:{unit.pk}")
    with pytest.raises(Unprocessable):
        choose(record_id=record.pk, version=record.version, choices={row: "d0"})
    record = choose(record_id=record.pk, version=record.version, choices={row: keys(record)["104/2"]})
    approved(record, engineer, approver)
    bill.refresh_from_db()
    assert (bill.feature_id, bill.cancelled_at) == (lots["B2"].pk, None)
    link = ArrearsLink.objects.get()
    assert (link.unit, link.parcel.number) == (unit, "104/2")
    # The next record on that parcel asks again; one on its sister does not.
    clearance(demanded=True)
    for number, stopped in (("104/2", True), ("104/1", False)):
        child = Parcel.objects.in_force().get(number=number)
        later = draft("subdivision", ("split_parts", {"parcel": f"p{child.pk}", "count": 2}))
        found = outstanding(later, findings_of(later, Moment.SUBMIT))
        assert ("taxes" in {one.rule for one in found}) == stopped
        withdraw_record(record_id=later.pk, version=later.version, by=engineer)


def connection(parcel: Parcel, *places: tuple[float, float]) -> WaterConnection:
    line = LineString(*places, srid=settings.GRID_SRID)
    return WaterConnection.objects.create(code=f"WC-{parcel.pk}-{len(places)}", parcel=parcel, geom=line)


def test_connections_follow_the_end_of_their_pipe(
    lots: Lots, draft: Any, engineer: User, approver: User
) -> None:
    upper = connection(lots["B2"], (1035, 2085), (1035, 2070))
    through = connection(lots["B2"], (1030, 2085), (1030, 2070), (1030, 2050))
    record = draft("subdivision", split_of(lots["B2"]))
    with pytest.raises(ChecksFailed) as refusal:
        submitted(record, engineer)
    assert [one.subject for one in refusal.value.findings] == [f"connections:connection:{through.pk}"]
    record = choose(record_id=record.pk, version=record.version, choices={}, suggested=True)
    approved(record, engineer, approver)
    upper.refresh_from_db()
    through.refresh_from_db()
    assert (upper.parcel.geom.centroid.y > 2060, through.parcel.geom.centroid.y < 2060) == (True, True)


def test_a_choice_for_a_parcel_that_is_drawn_no_more_counts_for_nothing(
    lots: Lots, draft: Any, engineer: User
) -> None:
    pipe = connection(lots["B2"], (1030, 2085), (1030, 2050))
    record = draft("subdivision", split_of(lots["B2"]))
    row = {("connections", f"connection:{pipe.pk}"): keys(record)["104/1"]}
    record = choose(record_id=record.pk, version=record.version, choices=row)
    record.choices["connections"][f"connection:{pipe.pk}"] = "d999999"
    record.save(update_fields=["choices"])
    with pytest.raises(ChecksFailed):
        submitted(record, engineer)
