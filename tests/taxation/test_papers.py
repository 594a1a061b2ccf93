"""Papers: map, code and digits on each; all bills of a run in files; the codes find what they were printed for."""

import re
import zlib
from datetime import date
from decimal import Decimal as D

import pytest
from django.test import override_settings
from django.utils import timezone, translation

from jobs.models import Job
from ledger import papers
from ledger.actions.billing import publish
from ledger.actions.payment import take_payment
from ledger.models import Bill
from ledger.queries import open_items
from ledger.templatetags.money import known
from ledger.views.accounts import find_parties
from municipality.models import Municipality
from municipality.templatetags.days import day
from taxation import printing
from taxation.actions.assessing import propose
from tests.taxation.ground import NEW_YEAR, owned, pack, unit
from tests.taxation.test_roll import run_for
from tests.taxation.town import taxed

pytestmark = pytest.mark.django_db


def quiet(done, total, message):
    """Listen to progress and say nothing."""


def pages_of(pdf: bytes) -> int:
    """Count the pages of a PDF, whose objects stand in compressed streams."""
    streams = re.findall(rb"/ObjStm.*?stream\r?\n(.*?)\nendstream", pdf, re.S)
    plain = b"".join(zlib.decompressobj().decompress(stream) for stream in streams)
    return len(re.findall(rb"/Type\s*/Page\b", plain))


@pytest.fixture
def heirs():
    """A published bill of a unit with a plot and four heirs, and the heirs."""
    pack()
    made = taxed("1-1", 0, annual_rent="2406")
    owners = owned(made, 300, 1050, 525, 525, den=2400)
    propose(made, "ps-building", on=NEW_YEAR, by=None)
    publish(run_for())
    return Bill.objects.get(), owners


def test_months_are_named_as_the_country_names_them():
    on, jordan, tunisia = date(2026, 1, 5), Municipality(country="JO"), Municipality(country="TN")
    with translation.override("ar"):
        assert (day(on, jordan), day(on, tunisia)) == ("5 كانون الثاني 2026", "5 جانفي 2026")
        assert day(None, jordan) == ""
    with translation.override("fr"):
        assert day(on, tunisia) == "5 janvier 2026"


def test_sources_of_figures_are_named_in_the_language_of_the_page():
    with translation.override("ar"):
        assert known("Law 60/88, art. 3") == "القانون رقم 60/88، المادة 3"
        assert known("Law 60/88, arts 106, 109").endswith("، المواد 106, 109")
        assert "؛ " in known("Code de la fiscalité locale (Law 97-11); finance laws of 2022 and 2023")
    with translation.override("fr"):
        assert known("Decree 2017-397") == "Décret gouvernemental 2017-397"
        assert known("Council minutes, 2024") == "Council minutes, 2024"


@pytest.mark.parametrize(("language", "title"), [("ar", "فاتورة"), ("en", "Bill"), ("fr", "Facture")])
def test_a_bill_is_one_page_with_its_plot_its_code_and_exact_shares(heirs, language, title):
    bill, owners = heirs
    kept = printing.with_shares(Bill.objects.all()).get(pk=bill.pk)
    page = papers.html("taxation/papers/bill.html", printing.context_of(kept), language)
    assert title in page
    # Shapes that say their own colour: without one they are drawn black.
    assert re.findall(r'<path fill="(#\w+)"', page) == ["#FAF7F1", "#E1EEF0", "#D9CBB8"]
    assert "data:image/svg" in page
    for digits in ("327.250", "40.906", "143.172", "71.586"):
        assert digits in page
    # Names and numbers keep their own direction in the PDF too, which knows no `bdi`.
    assert f"<bdi>\u2068{owners[0].approved_name}\u2069</bdi>" in page
    assert pages_of(papers.draw([page])) == 1


def test_the_codes_on_papers_find_the_party_at_the_counter_and_the_unit_at_the_desk(heirs, sign_in):
    bill, owners = heirs
    receipt = take_payment(
        party_id=owners[0].pk,
        amount=D("1.000"),
        currency="JOD",
        method="bank",
        on=timezone.localdate(),
        by=None,
    )
    assert set(find_parties(f"bill:{bill.pk}")) == set(owners)
    assert find_parties(f"receipt:{receipt.pk}") == [owners[0]]
    assert find_parties(f" party:{owners[1].pk} ") == [owners[1]]
    assert find_parties("bill:999999") == []
    other = unit(2)
    assessor = sign_in("assessor")
    assert [row["id"] for row in assessor.get(f"/staff/tax/?q=unit:{other.pk}").context["units"]] == [
        other.pk
    ]


def test_a_demand_names_only_what_is_late_and_there_is_none_where_nothing_is(heirs, sign_in):
    _bill, owners = heirs
    clerk, on = sign_in("clerk"), timezone.localdate()
    address = f"/staff/accounts/{owners[0].pk}/demand.pdf"
    assert clerk.get(address).content[:5] == b"%PDF-"
    owed = sum(item.quote(on).total for item in open_items(owners[0].pk, on=on))
    take_payment(party_id=owners[0].pk, amount=owed, currency="JOD", method="bank", on=on, by=None)
    assert clerk.get(address).status_code == 409
    assert "demand.pdf" not in clerk.get(f"/staff/accounts/{owners[0].pk}/").content.decode()


def test_all_bills_of_a_run_are_printed_in_parts_and_printing_goes_on_where_it_was(tmp_path):
    pack()
    for key in range(1, 6):
        made = unit(key, annual_rent="2406")
        owned(made)
        propose(made, "ps-building", on=NEW_YEAR, by=None)
    run = run_for()
    publish(run)
    with override_settings(MEDIA_ROOT=tmp_path):
        assert printing.print_run(run, "ar", quiet, part=2) == 5
        files = printing.files_of(run.pk)
        assert [pages_of(path.read_bytes()) for path in files] == [2, 2, 1]
        files[1].unlink()
        whole = files[0].stat().st_mtime_ns
        printing.print_run(run, "ar", quiet, part=2)
        assert len(printing.files_of(run.pk)) == 3
        assert files[0].stat().st_mtime_ns == whole


def test_printing_that_was_stopped_can_be_asked_for_again(heirs, sign_in):
    bill, _owners = heirs
    treasurer, address = sign_in("treasurer"), f"/staff/tax/roll/{heirs[0].run_id}/print/"
    for _click in range(2):
        treasurer.post(address, {"language": "ar"})
    assert Job.objects.count() == 1
    treasurer.post(f"/staff/jobs/{Job.objects.get().pk}/cancel/")
    treasurer.post(address, {"language": "ar"})
    assert Job.objects.count() == 2
    treasurer.post(address, {"language": "tlh"})
    assert Job.objects.count() == 2
    assert treasurer.get(f"/staff/tax/roll/{bill.run_id}/bills/ar/../0001.pdf").status_code == 404


def test_a_runs_bills_are_searched_sorted_and_exported(heirs, sign_in):
    bill, _owners = heirs
    treasurer, address = sign_in("treasurer"), f"/staff/tax/roll/{bill.run_id}/"
    assert [one.pk for one in treasurer.get(address, {"q": "1-1", "sort": "label"}).context["page"]] == [
        bill.pk
    ]
    assert not treasurer.get(address, {"q": "nowhere"}).context["page"].object_list
    assert "327.250" in treasurer.get(f"{address}export.csv").content.decode()
    assert treasurer.get(f"{address}export.xlsx").content[:2] == b"PK"
    assert sign_in("clerk").get(f"{address}export.csv").status_code == 404
