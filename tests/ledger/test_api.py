"""The money API: keys, refusals, and who may."""

from decimal import Decimal as D

import pytest

from ledger.models import Account, Posting, Receipt
from ledger.views.common import today
from tests.ledger.ground import bill, party

pytestmark = pytest.mark.django_db


def post(client, address, body, key="k"):
    return client.post(
        f"/api/v1/{address}",
        body,
        content_type="application/json",
        headers={"Idempotency-Key": key} if key else {},
    )


def test_a_payment_is_taken_once_for_a_key_and_refused_for_another_body(sign_in):
    who, clerk = party(), sign_in("clerk")
    bill(who, "200.00")
    body = {"party": who.pk, "amount": "50.00", "currency": "ILS"}
    first, second = post(clerk, "payments", body), post(clerk, "payments", body)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Receipt.objects.count() == 1
    assert post(clerk, "payments", {**body, "amount": "51.00"}).status_code == 422
    assert post(clerk, "payments", body, key="").status_code == 428
    account = clerk.get(f"/api/v1/accounts/{who.pk}").json()
    assert D(account["accounts"][0]["balance"]) > 0


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"amount": "-1"}, 422),
        ({"currency": "XYZ"}, 422),
        ({"amount": "1.001"}, 422),
        ({"party": 999999}, 404),
    ],
)
def test_bad_payments_are_refused_and_nothing_is_posted(sign_in, change, status):
    who = party()
    body = {"party": who.pk, "amount": "5.00", "currency": "ILS", **change}
    answer = post(sign_in("clerk"), "payments", body)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("application/problem+json") or status == 404
    assert not Receipt.objects.exists()


def test_only_the_treasurer_voids(sign_in):
    who, clerk = party(), sign_in("clerk")
    made = post(clerk, "payments", {"party": who.pk, "amount": "5.00", "currency": "ILS"}).json()
    assert post(clerk, f"receipts/{made['id']}/void", {"reason": "x"}).status_code in (403, 404)
    assert post(sign_in("treasurer"), f"receipts/{made['id']}/void", {"reason": "x"}).status_code == 200
    assert clerk.get(f"/api/v1/receipts/{made['id']}").json()["is_void"]


@pytest.mark.parametrize("role", ["engineer", "surveyor", "network", "citizen", "approver"])
def test_others_find_no_accounts(sign_in, role):
    assert sign_in(role).get(f"/api/v1/accounts/{party().pk}").status_code == 404


def test_a_payment_on_a_closed_day_or_to_a_closed_account_is_refused_and_nothing_is_posted(sign_in):
    who, clerk, treasurer = party(), sign_in("clerk"), sign_in("treasurer")
    bill(who, "200.00")
    account = Account.objects.get(kind="receivable", party=who)
    account.closed_on = today()
    account.save(update_fields=["closed_on"])
    before = Posting.objects.count()
    body = {"party": who.pk, "amount": "5.00", "currency": "ILS"}
    refusal = post(clerk, "payments", body)
    assert (refusal.status_code, refusal.headers["Content-Type"][:24]) == (409, "application/problem+json")
    account.closed_on = None
    account.save(update_fields=["closed_on"])
    assert post(treasurer, "days", {"on": today().isoformat()}, key="close").status_code == 201
    assert post(clerk, "payments", body, key="k2").status_code == 409
    assert (Posting.objects.count(), Receipt.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("refunds", {"party": 0, "amount": "5.00", "currency": "ILS", "reason": "x"}),
        ("refunds", {"amount": "5.00"}),
        ("days", {"on": "yesterday"}),
        ("online-payments/none/refund", {"reason": "x"}),
    ],
)
def test_the_treasurers_requests_are_refused_clearly(sign_in, address, body):
    assert post(sign_in("treasurer"), address, body).status_code in (404, 422)
    assert post(sign_in("treasurer", username="other"), address, body, key="").status_code in (404, 422, 428)
    assert not Posting.objects.exists()


def test_an_advance_is_paid_back_once_for_a_key_and_an_online_payment_given_back(sign_in):
    who, treasurer = party(), sign_in("treasurer")
    post(sign_in("clerk"), "payments", {"party": who.pk, "amount": "5.00", "currency": "ILS"})
    body = {"party": who.pk, "amount": "5.00", "currency": "ILS", "reason": "moved away"}
    assert [post(treasurer, "refunds", body).status_code for _ in range(2)] == [201, 201]
    assert post(treasurer, "refunds", {**body, "reason": " "}, key="k3").status_code == 422
    assert Posting.objects.filter(kind="refund").count() == 1
