"""A bank's file is booked whole or not at all, with what is wrong by row; online payments are reconciled."""

import io
from decimal import Decimal as D

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from ledger.actions import online
from ledger.models import OnlinePayment, Posting, Receipt
from ledger.providers import provider
from ledger.views.common import today
from parties.models import Party
from tests.ledger.ground import bill, party
from tests.workbooks import workbook

pytestmark = pytest.mark.django_db
HEAD = ["id_number", "amount", "currency", "reference", "day"]


def payer(number: str) -> Party:
    return Party.objects.create(approved_name=f"مكلف {number}", id_number=number)


def upload(client, content: bytes, name="bank.xlsx"):
    return client.post("/staff/bank/?lang=en", {"file": SimpleUploadedFile(name, content)})


def test_a_workbook_of_transfers_is_booked_whole(sign_in):
    payer("123456782")
    payer("852")
    content = workbook(
        HEAD, ["123456782", 10.5, "ILS", "T-1", today()], ["852", "7.00", "ils", "T-2", today().isoformat()]
    )
    treasurer = sign_in("treasurer")
    assert "2 payments are booked" in upload(treasurer, content).content.decode()
    assert sorted(Receipt.objects.values_list("amount", flat=True)) == [D("7.00"), D("10.50")]
    again = upload(treasurer, content)
    assert (again.status_code, Receipt.objects.count()) == (422, 2)
    assert "booked already" in again.content.decode()


def test_arabic_columns_in_a_csv_with_semicolons_are_read(sign_in):
    payer("852")
    text = f"\ufeffرقم الهوية;المبلغ;العملة;المرجع;اليوم\n852;7.00;ILS;ت-1;{today().isoformat()}\n"
    assert upload(sign_in("treasurer"), text.encode(), "bank.csv").status_code == 200
    assert Receipt.objects.get().reference == "ت-1"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [["name", "amount"], ["x", 1]],
            "Missing: id_number, currency, reference, day. Found: name, amount.",
        ),
        (
            [HEAD, ["852", 5, "ILS", "T", "2026-05-15"], ["999", 5, "ILS", "U", "2026-05-15"]],
            "row 3, id_number",
        ),
        ([HEAD, ["852", -5, "ILS", "T", "2026-05-15"]], "row 2, amount"),
        ([HEAD, ["852", "1.005", "ILS", "T", "2026-05-15"]], "more decimals"),
        ([HEAD, ["852", 5, "XYZ", "T", "2026-05-15"]], "row 2, currency"),
        ([HEAD, ["852", 5, "ILS", "T", "15/5"]], "row 2, day"),
        ([HEAD, ["852", 5, "ILS", "", "2026-05-15"]], "row 2, reference"),
        (
            [HEAD, ["852", 5, "ILS", "T", "2026-05-15"], ["852", 5, "ILS", "T", "2026-05-15"]],
            "row 3, reference",
        ),
        ([HEAD], "no payment"),
    ],
)
def test_a_file_with_a_fault_says_where_and_posts_nothing(sign_in, rows, said):
    payer("852")
    answer = upload(sign_in("treasurer"), workbook(*rows))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Posting.objects.exists()


def test_what_is_no_file_of_payments_is_refused(sign_in):
    assert upload(sign_in("treasurer"), b"\x00\x01not a book").status_code == 422
    assert not Posting.objects.exists()


def test_the_treasurer_finds_what_the_provider_settled_unheard_books_it_and_gives_it_back(sign_in):
    treasurer, who = sign_in("treasurer"), party()
    bill(who, "100.00")
    payment, _address = online.start(
        party_id=who.pk, amount=D("10.00"), currency="ILS", bills=[], return_url="/"
    )
    provider("test").decide(payment.reference, "paid")
    assert payment.reference in treasurer.get("/staff/online/?lang=en").content.decode()
    treasurer.post(f"/staff/online/test/{payment.reference}/")
    assert online.unbooked("test", on=today()) == []
    treasurer.post(f"/staff/online/test/{payment.reference}/", {"refund": "1", "reason": "twice"})
    assert OnlinePayment.objects.get().state == "refunded"
    assert Receipt.objects.get().void.reason == "twice"
    assert "refund" not in treasurer.get("/staff/online/payments.csv").content.decode().splitlines()[0]


def test_a_statement_opens_as_a_workbook_with_numbers(sign_in):
    who = party()
    bill(who, "100.00")
    answer = sign_in("clerk").get(f"/staff/accounts/{who.pk}/statement.xlsx?lang=ar")
    sheet = load_workbook(io.BytesIO(answer.content))["ILS"]
    assert sheet.sheet_view.rightToLeft
    assert sheet.cell(2, 6).value == 100


def test_a_second_click_pays_an_advance_back_once(sign_in):
    who, treasurer = party(), sign_in("treasurer")
    provider_paid = {"party": who.pk, "amount": "9.00", "currency": "ILS", "method": "bank", "key": "a"}
    sign_in("clerk").post(f"/staff/accounts/{who.pk}/pay/", provider_paid)
    form = {"amount": "4.00", "currency": "ILS", "reason": "moved away", "key": "b"}
    for _click in range(2):
        treasurer.post(f"/staff/accounts/{who.pk}/pay-back/", form)
    assert Posting.objects.filter(kind="refund").count() == 1
