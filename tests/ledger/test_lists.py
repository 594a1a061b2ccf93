"""Lists of the ledger and the roll: nothing that was ever closed or run is out of reach."""

from datetime import date, timedelta

import pytest

from ledger.models import BillRun, DayClose, Method
from tests.cast import person
from tests.ledger.ground import party

pytestmark = pytest.mark.django_db
FIRST = date(2024, 1, 1)


def test_every_closed_day_is_found_by_page_by_month_and_in_a_file(sign_in):
    totals = {
        "receipts": 1,
        "voided": 0,
        "received": [{"method": Method.CASH, "amount": "7.00", "currency": "ILS"}],
    }
    by = person("treasurer", username="closer")
    DayClose.objects.bulk_create(
        DayClose(on=FIRST + timedelta(days=n), totals=totals, by=by) for n in range(120)
    )
    treasurer = sign_in("treasurer")

    def shown(**asked):
        return [day.on for day in treasurer.get("/staff/days/", asked).context["listing"].page]

    assert shown()[0] == FIRST + timedelta(days=119)
    assert shown(page=3)[-1] == FIRST
    assert shown(sort="day")[0] == FIRST
    assert len(shown(q="2024-02")) == 29
    lines = (
        treasurer.get("/staff/days/", {"format": "csv", "q": "2024-02", "lang": "en"})
        .getvalue()
        .decode()
        .splitlines()
    )
    assert len(lines) == 30
    assert "7.00 ILS" in lines[1]


def test_every_run_of_the_roll_is_found_by_page_and_year_and_in_a_file(sign_in):
    BillRun.objects.bulk_create(
        BillRun(
            levy="ps-building", title={"ar": "ضريبة", "en": "Tax", "fr": "Taxe"}, period=str(year), currency="ILS",
            period_start=date(year, 1, 1), period_end=date(year, 12, 31), issued_on=date(year, 1, 2),
            due_on=date(year, 2, 1), totals={"bills": 3, "amount": "30.00"},
        )
        for year in range(1960, 2025)
    )  # fmt: skip
    treasurer = sign_in("treasurer")

    def shown(**asked):
        return [run.period for run in treasurer.get("/staff/tax/roll/", asked).context["listing"].page]

    assert shown()[0] == "2024"
    assert shown(page=2)[-1] == "1960"
    assert shown(q="1999") == ["1999"]
    assert shown(sort="period")[0] == "1960"
    lines = (
        treasurer.get("/staff/tax/roll/", {"format": "csv", "lang": "en"}).getvalue().decode().splitlines()
    )
    assert len(lines) == 66
    assert "30.00" in lines[1]


def test_a_second_list_of_a_page_turns_its_own_pages(sign_in):
    treasurer, who = sign_in("treasurer"), party()
    days = treasurer.get("/staff/days/", {"page": "2", "drawers": "3", "sort": "day"})
    assert days.status_code == 200
    assert "page=2" in days.context["drawers"].link(drawers=1)
    assert treasurer.get(f"/staff/accounts/{who.pk}/", {"receipts": "x"}).status_code == 200
