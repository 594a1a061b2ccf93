"""Readings of meters come in as files: looked at first, kept whole or not at all, and never changed."""

import io
import re
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.contrib.gis.geos import LineString
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import User
from networks.models import MeterReading, WaterConnection, WaterMeter
from tests.workbooks import workbook

pytestmark = pytest.mark.django_db
PAGE = "/staff/meters/readings/"
HEAD = ["meter", "reading", "day"]


@pytest.fixture(autouse=True)
def meters():
    """Two meters on one connection, and two more that bear one number."""
    line = LineString((174600, 180800), (174600, 180809), srid=28191)
    pipe = WaterConnection.objects.create(code="WC-1", building_code="209-1", geom=line)
    for code, number in (("WM-1", "7001"), ("WM-2", "7002"), ("WM-3", "same"), ("WM-4", "same")):
        WaterMeter.objects.create(
            code=code, connection=pipe, serial_number=number, installed_on=date(2020, 1, 1)
        )


def check(client, content: bytes, name="readings.xlsx", lang="en"):
    return client.post(f"{PAGE}?lang={lang}", {"file": SimpleUploadedFile(name, content)})


def keep(client, checked):
    signed = re.search(r'name="checked" value="([^"]+)"', checked.content.decode())[1]
    return client.post(PAGE, {"checked": signed}, follow=True)


def take_in(client, *rows):
    return keep(client, check(client, workbook(HEAD, *rows)))


def values(number="7001"):
    standing = MeterReading.objects.standing().filter(meter__serial_number=number).order_by("read_on")
    return list(standing.values_list("value_m3", flat=True))


def test_a_file_is_shown_with_its_differences_before_anything_is_kept(sign_in):
    network = sign_in("network")
    take_in(network, [7001, 100, date(2026, 1, 1)])
    content = workbook(
        HEAD, [7001, 112.5, date(2026, 2, 1)], ["7002", "8.125", "2026-02-01"], [7001, 100, "2026-01-01"]
    )
    checked = check(network, content)
    page = checked.content.decode()
    assert "2 new readings" in page
    assert "1 is kept already" in page
    assert "12.5" in page
    assert MeterReading.objects.count() == 1
    assert "2 readings are kept" in keep(network, checked).content.decode()
    assert (values(), values("7002")) == ([D("100"), D("112.5")], [D("8.125")])
    assert "is kept already" in check(network, content).content.decode()


def test_the_same_check_kept_twice_adds_nothing_the_second_time(sign_in):
    network = sign_in("network")
    checked = check(network, workbook(HEAD, ["7001", 5, "2026-01-01"]))
    keep(network, checked)
    assert "0 readings are kept" in keep(network, checked).content.decode()
    assert MeterReading.objects.count() == 1


def test_a_later_file_corrects_a_day_and_the_mistake_stays_written(sign_in):
    network = sign_in("network")
    take_in(network, ["7001", 10, "2026-01-01"], ["7001", 30, "2026-03-01"])
    assert "Corrects" in check(network, workbook(HEAD, ["7001", 12, "2026-01-01"])).content.decode()
    take_in(network, ["7001", 12, "2026-01-01"])
    assert values() == [D(12), D(30)]
    assert MeterReading.objects.count() == 3
    meter = WaterMeter.objects.get(code="WM-1")
    history = network.get(f"/staff/meters/{meter.pk}/?lang=en").content.decode()
    assert "Corrected" in history
    assert "18" in history


TO_COME = (date.today() + timedelta(days=2)).isoformat()  # noqa: DTZ011 - two days on is to come in every zone


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["serial", "value"], ["7001", 1]], "Missing: meter, reading, day. Found: serial, value."),
        ([HEAD, ["7001", 5, "2026-01-02"], ["9999", 5, "2026-01-02"]], "row 3, meter</bdi>: No meter has"),
        ([HEAD, ["same", 5, "2026-01-02"]], "row 2, meter</bdi>: Several meters"),
        ([HEAD, ["", 5, "2026-01-02"]], "row 2, meter</bdi>: Write the number"),
        ([HEAD, ["7001", -5, "2026-01-02"]], "row 2, reading</bdi>: Write a reading from 0"),
        ([HEAD, ["7001", "ten", "2026-01-02"]], "row 2, reading</bdi>: Write a reading from 0"),
        ([HEAD, ["7001", "1.0001", "2026-01-02"]], "row 2, reading</bdi>: At most seven digits"),
        ([HEAD, ["7001", 5, "2.1."]], "row 2, day</bdi>: Write the day"),
        ([HEAD, ["7001", 5, TO_COME]], "row 2, day</bdi>: This day is still to come"),
        ([HEAD, ["7001", 5, "2019-12-31"]], "row 2, day</bdi>: The meter was installed on 2020-01-01"),
        (
            [HEAD, ["7001", 5, "2026-01-02"], ["7001", 6, "2026-01-02"]],
            "row 3, day</bdi>: The file reads this",
        ),
        ([HEAD, ["7001", 49, "2026-01-02"]], "row 2, reading</bdi>: Below the reading of 2026-01-01"),
        ([HEAD, ["7001", 51, "2025-12-31"]], "row 2, reading</bdi>: Above the reading of 2026-01-01"),
        ([HEAD], "It has no reading"),
    ],
)
def test_a_file_with_a_fault_says_where_and_keeps_nothing(sign_in, rows, said):
    network = sign_in("network")
    take_in(network, ["7001", 50, "2026-01-01"])
    answer = check(network, workbook(*rows))
    assert answer.status_code == 422
    assert said in re.sub("[\u2068\u2069]", "", answer.content.decode())
    assert values() == [D(50)]


def test_arabic_columns_and_digits_are_read_and_faults_are_said_in_arabic(sign_in):
    network = sign_in("treasurer")
    text = "\ufeffالعداد;القراءة;اليوم\n7001;٤٢٫٥;2026-01-01\n7002;x;2026-01-01\n"
    answer = check(network, text.encode(), "قراءات.csv", "ar").content.decode()
    assert "السطر 3، القراءة" in answer
    keep(network, check(network, text.replace("7002;x", "7002;٣").encode(), "قراءات.csv", "ar"))
    assert (values(), values("7002")) == ([D("42.5")], [D(3)])


def test_what_was_checked_is_kept_only_by_who_checked_it_and_only_as_it_was(sign_in):
    network = sign_in("network")
    checked = check(network, workbook(HEAD, ["7001", 5, "2026-01-01"]))
    assert keep(sign_in("treasurer"), checked).status_code == 422
    assert network.post(PAGE, {"checked": "forged"}).status_code == 422
    assert sign_in("assessor").get(PAGE).status_code == 403
    assert not MeterReading.objects.exists()


def test_kept_readings_are_neither_changed_nor_removed():
    meter, by = WaterMeter.objects.first(), User.objects.create(username="reader")
    reading = MeterReading.objects.create(meter=meter, read_on=timezone.localdate(), value_m3=1, by=by)
    for change in (lambda: MeterReading.objects.update(value_m3=2), reading.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert MeterReading.objects.get().value_m3 == 1


def test_meters_are_searched_sorted_and_exported_with_what_was_used(sign_in):
    network = sign_in("network")
    take_in(network, ["7002", 10, "2026-01-01"], ["7002", 17.5, "2026-02-01"])
    page = network.get("/staff/meters/?lang=en&sort=day").content.decode()
    assert page.index("7002") < page.index("7001")
    assert "7.5" in page
    assert "7002" not in network.get("/staff/meters/?unread=1").content.decode()
    assert "No meter is found" in network.get("/staff/meters/?lang=en&q=zzz").content.decode()
    book = load_workbook(io.BytesIO(network.get("/staff/meters/export.xlsx?q=7002").content))
    (_head, row) = book.active.iter_rows(values_only=True)
    assert (row[0], row[1], row[2], row[6], row[7]) == ("7002", "WC-1", "209-1", 17.5, 7.5)
