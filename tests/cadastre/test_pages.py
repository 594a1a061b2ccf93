"""The records' pages, as people walk through them."""

import io

import pytest
from pypdf import PdfReader

from cadastre.history import family
from cadastre.models import AreaName, Basin, Parcel, QualityFinding, Record
from cadastre.quality.queue import check_cadastre
from core.text3 import Text3
from tests.cadastre.cast import owned, person
from tests.conftest import WebClient

SPLIT = {"lines": [[[1025, 2060], [1050, 2060]]]}


def at(user) -> WebClient:
    """Return the user's browser, in English."""
    browser = WebClient(HTTP_ACCEPT_LANGUAGE="en", HTTP_ACCEPT="text/html")
    browser.force_login(user)
    return browser


def step(browser, record, name, **fields):
    """Press one of the record's buttons."""
    record.refresh_from_db()
    return browser.post(
        f"/staff/records/{record.pk}/{name}/", {"version": record.version, **fields}, follow=True
    )


def test_a_record_is_opened_submitted_and_approved_on_its_pages(lots, draft, engineer, approver):
    owned(lots["B2"], ("Amal", 1, 1))
    desk, head = at(engineer), at(approver)
    record = draft("subdivision", ("split_line", {"parcel": f"p{lots['B2'].pk}", **SPLIT}))
    page = desk.get(f"/staff/records/{record.pk}/").content.decode()
    assert "104/1" in page
    assert "Amal 1/1" in page
    assert 'class="plan-proposed"' in page
    assert "Done." in step(desk, record, "submit").content.decode()
    assert "Put this record in force?" in head.get(f"/staff/records/{record.pk}/").content.decode()
    assert "Done." in step(head, record, "approve").content.decode()
    assert Parcel.objects.in_force().filter(number="104/1").exists()


def test_a_refused_step_says_why(lots, draft, engineer):
    record = draft("subdivision")
    page = step(at(engineer), record, "submit").content.decode()
    assert "Nothing is drawn yet." in page
    assert Record.objects.get(pk=record.pk).state == "draft"


def test_a_record_can_be_opened_from_the_list(engineer, basin):
    response = at(engineer).post("/staff/records/", {"kind": "correction", "dated_on": "2026-11-21"})
    assert response.status_code == 302
    assert Record.objects.get().kind == "correction"


def test_the_queue_shows_findings_and_takes_a_reason(lots, engineer):
    Parcel.objects.filter(pk=lots["A1"].pk).update(area_official_m2=1500)
    check_cadastre()
    browser = at(engineer)
    assert "Registered area does not fit the measured one" in browser.get("/staff/quality/").content.decode()
    finding = QualityFinding.objects.get()
    browser.post(f"/staff/quality/{finding.pk}/accept/", {"version": 1, "reason": "The deed says so."})
    assert "The deed says so." in browser.get("/staff/quality/?state=accepted").content.decode()


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
def test_an_extract_is_a_pdf_in_each_language(lots, approver, language):
    owned(lots["B2"], ("ورثة المرحوم محمد أبو غزالة", 1, 1))
    response = at(approver).get(f"/staff/parcels/{lots['B2'].pk}/extract.pdf?lang={language}")
    assert response.content.startswith(b"%PDF-")


def test_a_locality_is_named_in_the_readers_language_and_else_as_the_basin_has_it(lots, approver):
    Basin.objects.update(governorate="القدس", locality="نابلس")
    AreaName.objects.create(written="نابلس", name_ar="نابلس", name_en="Nablus", name_fr="Naplouse")
    desk, address = at(approver), f"/staff/parcels/{lots['B2'].pk}/"
    for language, name in (("en", "Nablus"), ("fr", "Naplouse")):
        paper = PdfReader(io.BytesIO(desk.get(f"{address}extract.pdf?lang={language}").content))
        assert name in paper.pages[0].extract_text()
        page = desk.get(f"{address}?lang={language}").content.decode()
        assert f'<bdi class="name" lang="{language}" dir="ltr">{name}</bdi>' in page
        assert '<bdi class="name" lang="ar" dir="rtl">القدس</bdi>' in page
    assert (
        '<bdi class="name" lang="ar" dir="rtl">نابلس</bdi>' in desk.get(f"{address}?lang=ar").content.decode()
    )


def test_owners_are_not_named_to_a_surveyor(lots, db):
    owned(lots["B2"], ("Amal", 1, 1))
    page = f"/staff/parcels/{lots['B2'].pk}/"
    assert "Amal" not in at(person("sami", "surveyor")).get(page).content.decode()
    assert "Amal" in at(person("clerk", "clerk")).get(page).content.decode()


def test_a_parcels_page_draws_its_family(lots, draft, engineer, approver):
    record = draft("subdivision", ("split_line", {"parcel": f"p{lots['B2'].pk}", **SPLIT}))
    desk = at(engineer)
    step(desk, record, "submit")
    step(at(approver), record, "approve")
    page = desk.get(f"/staff/parcels/{lots['B2'].pk}/").content.decode()
    assert page.count("<rect") == 3
    assert "Retired" in page


def test_a_family_tree_puts_children_beside_their_parents(lots, draft, engineer, approver):
    def approved(kind, *operations):
        record = draft(kind, *operations)
        step(at(engineer), record, "submit")
        step(at(approver), record, "approve")
        return {one.number: one.pk for one in Parcel.objects.in_force()}

    now = approved("subdivision", ("split_parts", {"parcel": f"p{lots['B2'].pk}", "count": 4}))
    merged = [f"p{now['104/3']}", f"p{now['104/4']}"]
    approved("consolidation", ("merge", {"parcels": merged}))
    now = approved("subdivision", ("split_parts", {"parcel": f"p{now['104/1']}", "count": 3}))
    found = family(lots["B2"].pk)
    rows = {(found.generation()[one.pk], one.number): found.rows()[one.pk] for one in found.parcels}
    assert rows == {
        (0, "104"): 0, (1, "104/1"): 0, (1, "104/2"): 1, (1, "104/3"): 2, (1, "104/4"): 3,
        (2, "104/5"): 0, (2, "104/6"): 1, (2, "104/7"): 2, (2, "109"): 3,
    }  # fmt: skip


def test_the_municipality_settles_how_children_are_numbered(lots, sign_in, draft):
    page = sign_in("engineer").get("/staff/parcels/numbers/?lang=en")
    assert page.status_code == 200
    for words in ("101/1", "109", "Cadastral zone", "Land title"):
        assert words in page.content.decode()
    wanted = {
        "numbering": "next", "identifier": "LB", "demands_tax_clearance": "", "areas-TOTAL_FORMS": 1,
        "areas-INITIAL_FORMS": 0, "areas-0-written": "Nablus", "areas-0-name_ar": "نابلس", "areas-0-name_fr": "Naplouse",
    }  # fmt: skip
    assert sign_in("clerk").post("/staff/parcels/numbers/", wanted).status_code == 403
    head = sign_in("approver")
    assert head.post("/staff/parcels/numbers/", {**wanted, "numbering": "roman"}).status_code == 422
    long = head.post("/staff/parcels/numbers/", {**wanted, "areas-0-name_en": "N" * 121})
    assert (long.status_code, AreaName.objects.count()) == (422, 0)
    assert "N" * 121 in long.content.decode()
    assert head.post("/staff/parcels/numbers/", wanted).status_code == 302
    assert AreaName.objects.get().text == Text3("نابلس", "", "Naplouse")
    record = draft("subdivision", ("split_parts", {"parcel": f"p{lots['B2'].pk}", "count": 2}))
    proposed = record.draft_parcels.in_effect().filter(role="child").values_list("number", flat=True)
    assert sorted(proposed) == ["109", "110"]


def test_records_are_searched_sorted_and_taken_away(lots, draft, sign_in):
    first, second = (
        draft("subdivision", ("split_parts", {"parcel": f"p{lots[name].pk}", "count": 2}))
        for name in ("B2", "D2")
    )
    visitor = sign_in("engineer")
    found = visitor.get(f"/staff/records/?q={second.number}&lang=en").content.decode()
    assert (first.number in found, second.number in found) == (False, True)
    page = visitor.get("/staff/records/?sort=number&lang=en").content.decode()
    assert page.index(first.number) < page.index(second.number)
    body = b"".join(visitor.get("/staff/records/?format=csv&lang=en").streaming_content).decode()
    assert [line.split(",")[0] for line in body.splitlines()[1:]] == [second.number, first.number]


def test_findings_are_searched_by_parcel_and_taken_away(lots, sign_in):
    Parcel.objects.filter(pk__in=[lots["A1"].pk, lots["B1"].pk]).update(area_official_m2=1500)
    check_cadastre()
    visitor = sign_in("engineer")
    page = visitor.get("/staff/quality/?q=101&lang=en").content.decode()
    assert "1 finding" in page
    body = b"".join(visitor.get("/staff/quality/?format=csv&lang=en").streaming_content).decode()
    assert sorted(line.split(",")[1] for line in body.splitlines()[1:]) == ["101", "103"]
