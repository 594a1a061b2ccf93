"""Billing runs: exact shares, once per unit, resumable, and undone by opposing postings."""

from decimal import Decimal as D

import pytest

from core.errors import Conflict
from ledger.actions.billing import bill_chunk, finish, publish, roll_back
from ledger.models import Bill, BillShare, Entry, Posting
from ledger.queries import open_items
from tests.ledger.ground import SPRING, bill, party, run, source, user

pytestmark = pytest.mark.django_db


def test_a_bill_is_shared_among_co_owners_to_the_last_fils_in_both_directions():
    owners = [party(name) for name in ("الزوجة", "الابن", "البنت الأولى", "البنت الثانية")]
    billing = run(currency="JOD", codes=("property", "education"))
    unit = {"key": 1, "amount": "327.250", "components": {"property": "192.500", "education": "134.750"}}
    nums = (300, 1050, 525, 525)
    bill_chunk(billing.pk, source([unit], [(1, o.pk, n, 2400) for o, n in zip(owners, nums, strict=True)]))
    shares = list(BillShare.objects.order_by("party_id").values_list("amount", flat=True))
    assert shares == [D("40.906"), D("143.172"), D("71.586"), D("71.586")]
    entries = Entry.objects.filter(part="charge")
    for owner, share in zip(owners, shares, strict=True):
        assert sum(entries.filter(account__party=owner).values_list("amount", flat=True)) == share
    for code, total in (("property", "192.500"), ("education", "134.750")):
        assert sum(entries.filter(account__charge_type__code=code).values_list("amount", flat=True)) == D(
            total
        )


def test_a_run_goes_on_where_it_was_and_bills_every_unit_once():
    who, billing = party(), run()
    rows = source(
        [{"key": k, "amount": "10.00", "components": {"property": "10.00"}} for k in range(1, 8)],
        [(k, who.pk, 1, 1) for k in range(1, 8)],
    )
    chunks = [bill_chunk(billing.pk, rows, size=3) for _ in range(3)]
    assert [chunk.bills for chunk in chunks] == [3, 3, 1]
    assert chunks[-1].is_last
    billing.refresh_from_db()
    assert billing.totals == {"bills": 7, "amount": "70.000"}
    assert Posting.objects.filter(run=billing).count() == 3


def test_a_second_run_of_the_same_levy_and_period_bills_nothing_again():
    who = party()
    bill(who, "10.00")
    again = run()
    chunk = bill_chunk(
        again.pk,
        source([{"key": 1, "amount": "10.00", "components": {"property": "10.00"}}], [(1, who.pk, 1, 1)]),
    )
    assert (chunk.bills, chunk.amount) == (0, 0)
    assert Bill.objects.count() == 1


def test_an_unpublished_run_owes_nothing_and_can_be_rolled_back_and_run_again():
    who = party()
    first = bill(who, "10.00", is_published=False)
    assert open_items(who.pk, on=SPRING) == []
    roll_back(first.run, on=SPRING, by=user("treasurer"))
    assert sum(Entry.objects.filter(account__party=who).values_list("amount", flat=True)) == 0
    bill(who, "12.00")
    assert [item.principal for item in open_items(who.pk, on=SPRING)] == [D("12.00")]


def test_a_published_run_can_neither_be_rolled_back_nor_published_again():
    billing = bill(party(), "10.00").run
    with pytest.raises(Conflict):
        roll_back(billing, on=SPRING, by=user("treasurer"))
    with pytest.raises(Conflict):
        publish(billing)


def test_a_charge_of_nothing_is_a_bill_without_entries():
    billing = run()
    bill_chunk(
        billing.pk,
        source([{"key": 1, "amount": "0", "components": {"property": "0"}}], [(1, party().pk, 1, 1)]),
    )
    finish(billing)
    assert Bill.objects.get(run=billing).amount == 0
    assert not Posting.objects.exists()
