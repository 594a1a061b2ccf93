"""Owner, identity and debt leave by no page, file, export or paper of money to who may not see them."""

import io
import re
import zipfile
from datetime import date
from decimal import Decimal as D

import pytest
from django.utils import timezone
from pypdf import PdfReader

from ledger.actions.billing import publish
from ledger.actions.payment import take_payment
from ledger.models import Bill, Posting
from municipality.models import District
from parties.models import Party
from taxation import printing
from taxation.actions import clearance, objections, standing
from taxation.actions.assessing import propose
from taxation.models import Assessment, TaxPlace
from tests import routes
from tests.cast import person
from tests.taxation.ground import NEW_YEAR, owned, pack
from tests.taxation.test_roll import run_for
from tests.taxation.town import square, taxed
from tests.test_routes import REFUSED, is_sent_to_sign_in

pytestmark = pytest.mark.django_db
NAME, NUMBER, PAID = "CANARY-OWNER", "CANARYID77", "77.531"
OF_MONEY = re.compile(
    r"staff/(tax|accounts|receipts|journal|days|online|bank|cashier|reliefs)/|api/v1/(accounts|receipts)/"
)
# Papers, pages and files that hold a canary for whoever may open them.
HOLDERS = {
    "staff/accounts/<int:party_id>/": (NAME, NUMBER, PAID),
    "staff/accounts/<int:party_id>/statement.pdf": (NAME, NUMBER),
    "staff/accounts/<int:party_id>/demand.pdf": (NAME,),
    "staff/accounts/arrears.<slug:kind>": (NAME, NUMBER),
    "staff/receipts/<int:pk>/receipt.pdf": (NAME, PAID),
    "staff/tax/bills/<int:pk>/bill.pdf": (NAME,),
    "staff/tax/roll/<int:pk>/bills/<slug:language>/<str:name>": (NAME,),
    "staff/tax/assessments/<int:pk>/notice.pdf": (NAME,),
    "staff/tax/objections/<int:pk>/hearing.pdf": (NAME, "Bills"),
    "staff/tax/map/places/<int:pk>/": (NAME,),
    "staff/tax/queues/export.<str:kind>": (NAME,),
    "staff/tax/collection/": (PAID,),
}


@pytest.fixture
def money(settings, tmp_path):
    """Return the keys of everything that stands behind an address: one owner, billed, paid in part, objecting."""
    settings.MEDIA_ROOT = tmp_path
    pack()
    district = District.objects.create(
        code="1", name_ar="ح", name_en="D", name_fr="D", geom=square(-99, -99, 400)
    )
    unit = taxed("1-1", 0, annual_rent="2406")
    unit.district = district
    unit.save()
    (owner,) = owned(unit)
    Party.objects.filter(pk=owner.pk).update(approved_name=NAME, id_number=NUMBER)
    propose(unit, "ps-building", on=NEW_YEAR, by=None)
    run = run_for()
    publish(run)
    on = timezone.localdate()
    receipt = take_payment(party_id=owner.pk, amount=D(PAID), currency="JOD", method="bank", on=on, by=None)
    assessment = Assessment.objects.get()
    objection = objections.file(
        assessment, party_id=owner.pk, notified_on=date(2026, 1, 2), filed_on=date(2026, 1, 3), grounds="x"
    )
    clear = clearance.issue(
        Party.objects.create(approved_name="other"), on=on, by=person("clerk", username="c")
    )
    standing.look_at_all(on=on)
    printing.print_run(run, "en", lambda done, total, message: None)
    return {
        "party": owner.pk, "units": unit.pk, "bills": Bill.objects.get().pk, "roll": run.pk, "receipts": receipt.pk,
        "assessments": assessment.pk, "objections": objection.pk, "clearances": clear.pk, "journal": Posting.objects.last().pk,
        "places": TaxPlace.objects.get().pk, "packs": assessment.pack_id, "token": clear.token,
    }  # fmt: skip


def filled(route: str, money: dict[str, object]) -> str:
    """Return an address with the keys of what is there."""
    of = re.search(r"(\w+)/<int:pk>", route)
    key = money.get(of[1], money.get(f"{of[1]}s", 1)) if of else 1
    address = re.sub(r"<int:party(_id)?>", str(money["party"]), "/" + route)
    address = re.sub(r"<(str|slug):kind>", "csv", address).replace("<slug:language>", "en")
    address = address.replace("<str:name>", "0001.pdf").replace("<int:pk>", str(key))
    return re.sub(r"<\w+:\w+>", "test", address) + "?lang=en"


def read(answer) -> str:
    """Return the text of an answer: of a page, a paper or a packed file."""
    content = answer.getvalue()
    if content.startswith(b"%PDF-"):
        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return "".join(packed.read(name).decode(errors="replace") for name in packed.namelist())
    return content.decode(errors="replace")


def test_the_canaries_are_where_those_who_may_see_them_look(money, sign_in):
    treasurer = sign_in("treasurer")
    for route, canaries in HOLDERS.items():
        answer = treasurer.get(filled(route, money))
        assert answer.status_code == 200, route
        said = read(answer)
        for canary in canaries:
            assert canary in said, (route, canary)


def test_no_address_of_money_tells_others_owner_number_or_payment(money, sign_in, client):
    asked = [route for route in sorted(routes.ROLES) if OF_MONEY.match(route)]
    assert len(asked) > 70
    for role in ("", "citizen", "engineer", "network", "surveyor", "approver"):
        asker = sign_in(role) if role else client
        for route in asked:
            answer = asker.get(filled(route, money))
            said = read(answer)
            if role not in routes.ROLES[route]:
                assert answer.status_code in REFUSED or is_sent_to_sign_in(answer), (route, role)
                assert NAME not in said, (route, role)
            # The approver reads who objects, and neither numbers nor payments.
            assert NUMBER not in said, (route, role)
            assert PAID not in said, (route, role)
            if route.endswith("hearing.pdf"):
                assert "Bills" not in said, role


def test_what_anybody_may_open_names_nobody(money, client, sign_in):
    verified = client.get(f"/verify/{money['token']}/?lang=en")
    assert verified.status_code == 200
    shared = read(sign_in("clerk").get("/staff/tax/collection/map.html?lang=en"))
    for said in (
        read(verified),
        shared,
        read(client.get("/?lang=en")),
        read(client.get("/api/v1/search?q=CANARY")),
    ):
        assert NAME not in said
        assert NUMBER not in said
