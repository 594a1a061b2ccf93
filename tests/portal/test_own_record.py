"""A person sees their own record and nobody else's, and pays what the ledger says through the provider."""

import io

import pytest
from pypdf import PdfReader

from ledger.models import BillShare, OnlinePayment, Receipt
from ledger.queries import open_items
from ledger.views.common import today
from parties.models import OnlineAccess
from taxation.actions.assessing import propose
from tests.cast import person
from tests.taxation.ground import NEW_YEAR, owned, pack, unit
from tests.taxation.test_roll import publish, run_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def owners():
    """Two who share a published bill, half and half."""
    pack()
    made = unit(annual_rent="2406")
    found = owned(made, 1, 1, den=2)
    propose(made, "ps-building", on=NEW_YEAR, by=None)
    publish(run_for())
    return found


def opened(client, party, username="citizen"):
    return client.post(f"/staff/accounts/{party.pk}/online-access/?lang=en", {"to": username}, follow=True)


def owed(party):
    return sum(item.quote(today()).total for item in open_items(party.pk, on=today()))


def text_of(answer):
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)


def test_the_counter_opens_a_record_to_one_user_and_closes_it(owners, sign_in):
    citizen, clerk = sign_in("citizen"), sign_in("clerk")
    assert "once the counter has opened" in citizen.get("/my/?lang=en").content.decode()
    assert citizen.get("/my/statement.pdf").status_code == 404
    assert "No user has this name" in opened(clerk, owners[0], "nobody-at-all").content.decode()
    opened(clerk, owners[0])
    assert "another record open" in opened(clerk, owners[1]).content.decode()
    access = OnlineAccess.objects.get()
    assert (access.party, access.given_by.username) == (owners[0], "clerk")
    clerk.post(f"/staff/accounts/{owners[0].pk}/online-access/", {"end": access.user_id})
    assert citizen.get("/my/statement.pdf").status_code == 404


def test_a_person_reads_their_own_papers_and_no_co_owners_name(owners, sign_in):
    citizen = sign_in("citizen")
    opened(sign_in("clerk"), owners[0])
    page = citizen.get("/my/?lang=en").content.decode()
    assert f"{owed(owners[0]):,}" in page
    assert owners[1].approved_name not in page
    bill = BillShare.objects.first().bill_id
    paper = citizen.get(f"/my/bills/{bill}/bill.pdf?lang=en")
    assert paper["Content-Type"] == "application/pdf"
    assert ("163.625" in text_of(paper), text_of(paper).count("1/2")) == (True, 1)
    assert "163.625" in text_of(citizen.get("/my/statement.pdf?lang=en"))
    stranger = sign_in("citizen", username="stranger")
    assert stranger.get(f"/my/bills/{bill}/bill.pdf").status_code == 404


def test_a_person_pays_the_ledgers_amount_once_and_keeps_the_receipt(owners, sign_in):
    citizen = sign_in("citizen")
    opened(sign_in("clerk"), owners[0])
    amount, form = owed(owners[0]), {"currency": "JOD", "key": "k1", "amount": "0.001"}
    first, again = citizen.post("/my/pay/", form), citizen.post("/my/pay/", form)
    assert first["Location"] == again["Location"]
    assert OnlinePayment.objects.get().amount == amount
    assert (
        "Receipt" in citizen.post(f"{first['Location']}?lang=en", {"pay": "1"}, follow=True).content.decode()
    )
    receipt = Receipt.objects.get()
    assert (receipt.party, receipt.amount, owed(owners[0])) == (owners[0], amount, 0)
    assert str(receipt) in text_of(citizen.get(f"/my/receipts/{receipt.pk}/receipt.pdf?lang=en"))
    nothing = citizen.post("/my/pay/?lang=en", {"currency": "JOD", "key": "k2"})
    assert (nothing.status_code, OnlinePayment.objects.count()) == (409, 1)
    assert "Nothing of this is open" in nothing.content.decode()
    assert (
        sign_in("citizen", username="stranger").get(f"/my/receipts/{receipt.pk}/receipt.pdf").status_code
        == 404
    )


def test_another_bill_than_ones_own_is_not_paid(owners, sign_in):
    citizen = sign_in("citizen")
    other = person("citizen", username="other")
    assert other.pk
    opened(sign_in("clerk"), owners[0])
    answer = citizen.post("/my/pay/", {"currency": "JOD", "bill": "999999", "key": "k"})
    assert (answer.status_code, OnlinePayment.objects.exists()) == (409, False)
