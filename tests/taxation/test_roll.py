"""From assessment to receipt: propose, approve, run the roll, pay."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.db import IntegrityError, transaction

from core.errors import Conflict, Unprocessable
from ledger.actions.billing import publish, roll_back
from ledger.actions.payment import take_payment
from ledger.integrity import breaches
from ledger.models import Bill, BillShare
from ledger.queries import open_items
from taxation.actions import packs, roll
from taxation.actions.assessing import approve, propose, reject, set_shares
from taxation.errors import (
    AlreadyBilled,
    NoPack,
    OverlappingPeriod,
    PackFrozen,
    SecondSignature,
    SharesIncomplete,
)
from taxation.models import Assessment
from tests.cast import person
from tests.taxation.ground import NEW_YEAR, owned, pack, unit

pytestmark = pytest.mark.django_db


def quiet(done, total, message):
    """Listen to progress and say nothing."""


def run_for(levy="ps-building", period="2026"):
    year = int(period)
    run = roll.start(
        levy,
        period_start=date(year, 1, 1),
        period_end=date(year, 12, 31),
        period=period,
        issued_on=date(year, 1, 1),
        by=None,
    )
    return roll.carry_on(run, quiet, size=2)


def assessed(key=1, rent="2406", **more):
    made = unit(key, annual_rent=rent)
    propose(made, "ps-building", on=NEW_YEAR, by=None, **more)
    return made


@pytest.mark.django_db(transaction=True)
def test_from_assessment_to_receipt():
    pack()
    made = assessed()
    owners = owned(made, 300, 1050, 525, 525, den=2400)
    run = run_for()
    publish(run)
    bill = Bill.objects.get(run=run)
    assert bill.amount == D("327.250")
    assert [step["kind"] for step in bill.breakdown["steps"]][-1] == "total"
    assert sum(BillShare.objects.filter(bill=bill).values_list("amount", flat=True)) == D("327.250")
    on = date(2026, 2, 1)
    for owner, share in zip(owners, ("40.906", "143.172", "71.586", "71.586"), strict=True):
        owed = sum(item.quote(on).total for item in open_items(owner.pk, on=on))
        assert owed == D(share)
        take_payment(party_id=owner.pk, amount=owed, currency="JOD", method="bank", on=on, by=None)
        assert open_items(owner.pk, on=on) == []
    assert breaches() == []


def test_above_the_threshold_a_second_person_approves():
    pack(approval_above=D("100"))
    assessor, approver = person("assessor"), person("approver")
    proposal = propose(unit(1, annual_rent="2406"), "ps-building", on=NEW_YEAR, by=assessor)
    assert proposal.state == "proposed"
    with pytest.raises(SecondSignature):
        approve(proposal, by=assessor)
    assert approve(proposal, by=approver).state == "approved"
    small = propose(unit(2, annual_rent="100"), "ps-building", on=NEW_YEAR, by=assessor)
    assert small.state == "approved"


def test_a_rejected_proposal_is_not_billed_and_frees_the_unit():
    pack(approval_above=D("0"))
    made, assessor = unit(1, annual_rent="2406"), person("assessor")
    owned(made)
    proposal = propose(made, "ps-building", on=NEW_YEAR, by=assessor)
    with pytest.raises(Conflict):
        propose(made, "ps-building", on=NEW_YEAR, by=assessor)
    reject(proposal, by=person("approver"), reason="rent untrue")
    assert run_for().totals.get("bills", 0) == 0
    assert propose(made, "ps-building", on=NEW_YEAR, by=assessor).state == "proposed"


def test_a_dry_run_says_what_would_be_left_out_and_why():
    pack()
    owned(assessed(1))
    assessed(2)
    third = assessed(3)
    owned(third, 1, 1, den=2)
    third.liabilities.first().delete()
    seen = roll.preview("ps-building", period_start=NEW_YEAR, period="2026")
    assert (seen["bills"], seen["nobody_liable"], seen["shares_incomplete"]) == (1, 1, 1)
    assert seen["amount"] == D("327.250")
    assert run_for().totals == {"bills": 1, "amount": "327.250"}


@pytest.mark.django_db(transaction=True)
def test_running_twice_bills_nothing_twice_and_a_rolled_back_run_can_be_run_again():
    pack()
    for key in range(1, 6):
        owned(assessed(key))
    first = run_for()
    assert first.totals["bills"] == 5
    assert run_for().totals.get("bills", 0) == 0
    roll_back(first, on=NEW_YEAR, by=None)
    assert run_for().totals["bills"] == 5
    assert Bill.objects.filter(cancelled_at=None).count() == 5
    assert breaches() == []


@pytest.mark.django_db(transaction=True)
def test_a_large_run_is_billed_in_two_stretches_and_goes_on_with_both_after_a_stop():
    class Stopped(Exception):
        """Somebody cancelled the job."""

    def stop(done, total, message):
        assert total == 7
        if done:
            raise Stopped

    pack()
    for key in range(1, 8):
        owned(assessed(key))
    run = roll.start(
        "ps-building", period_start=NEW_YEAR, period_end=date(2026, 12, 31), period="2026", issued_on=NEW_YEAR, by=None
    )  # fmt: skip
    with pytest.raises(Stopped):
        roll.carry_on(run, stop, size=2)
    run.refresh_from_db()
    assert len(run.stretches) == 2
    assert Bill.objects.count() >= 2
    assert roll.carry_on(run, quiet, size=2).totals == {"bills": 7, "amount": "2290.750"}
    assert all(last > 0 for last, _until in run.stretches)
    assert Bill.objects.count() == 7
    assert breaches() == []


def test_a_period_that_overlaps_another_is_refused():
    pack()
    run_for()
    with pytest.raises(OverlappingPeriod):
        roll.start(
            "ps-building", period_start=date(2026, 7, 1), period_end=date(2027, 6, 30), period="2026/27",
            issued_on=NEW_YEAR, by=None,
        )  # fmt: skip
    with pytest.raises(Unprocessable):
        roll.start(
            "ps-building",
            period_start=date(2027, 7, 1),
            period_end=date(2027, 6, 30),
            period="?",
            issued_on=NEW_YEAR,
            by=None,
        )


def test_the_new_owner_is_liable_from_the_following_year():
    pack()
    made = assessed()
    (seller,) = owned(made)
    (buyer,) = owned(made, since=date(2026, 6, 1))
    run_for(period="2026")
    run_for(period="2027")
    assert list(BillShare.objects.order_by("bill_id").values_list("party_id", flat=True)) == [
        seller.pk,
        buyer.pk,
    ]


@pytest.mark.parametrize("nums", [(12, 11), (12, 13), (24, 0), ()])
def test_shares_that_do_not_sum_are_refused(nums):
    made = unit()
    people = [owned(unit(9 + n))[0].pk for n in range(len(nums))]
    with pytest.raises(SharesIncomplete):
        set_shares(made, list(zip(people, nums, strict=True)), den=24, role="owner", on=NEW_YEAR)


def test_without_a_pack_in_force_nothing_is_assessed():
    pack(valid_from=date(2027, 1, 1))
    with pytest.raises(NoPack):
        propose(unit(1, annual_rent="1"), "ps-building", on=NEW_YEAR, by=None)


def test_the_states_tax_is_not_billed_here():
    pack("lb-built")
    with pytest.raises(Unprocessable):
        run_for("lb-built")


def test_an_enacted_pack_is_copied_changed_and_enacted_for_later_years():
    present = pack()
    with pytest.raises(PackFrozen):
        packs.set_parameter(present, "rate.property", value="0.12", source="?", verified=False)
    draft = packs.copy(present, by=None)
    packs.set_parameter(draft, "rate.property", value="0.12", source="Council decision 7/2026", verified=True)
    with pytest.raises(Unprocessable) as refused:
        packs.enact(draft, valid_from=None, valid_to=None, source="", by=None)
    assert set(refused.value.fields) == {"valid_from", "source"}
    packs.enact(draft, valid_from=date(2027, 1, 1), valid_to=None, source="Council decision 7/2026", by=None)
    assert packs.in_force("ps-building", date(2026, 12, 31)) == present
    assert packs.in_force("ps-building", date(2027, 1, 1)) == draft
    assert dict(packs.try_out(draft, {"annual_rent": "2406"}).components)["property"] == D("231.000")


def test_two_enacted_packs_never_overlap():
    pack(valid_to=date(2026, 12, 31))
    other = packs.copy(packs.in_force("ps-building", NEW_YEAR), by=None)
    with pytest.raises(OverlappingPeriod):
        packs.enact(other, valid_from=date(2026, 6, 1), valid_to=None, source="x", by=None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("published", [True, False])
def test_no_pack_is_enacted_back_into_days_that_a_run_has_billed(published):
    present = pack()
    owned(assessed())
    run = run_for()
    if published:
        publish(run)
    draft = packs.copy(present, by=None)
    for since, until in ((NEW_YEAR, None), (date(2026, 7, 1), None), (date(2025, 6, 1), date(2026, 1, 1))):
        with pytest.raises(AlreadyBilled) as refused:
            packs.enact(draft, valid_from=since, valid_to=until, source="Law 1", by=None)
        assert "2026" in refused.value.title
        assert "2027-01-01" in refused.value.fields["valid_from"]
    present.refresh_from_db()
    draft.refresh_from_db()
    assert (present.valid_to, draft.status) == (None, "draft")
    if not published:
        roll_back(run, on=NEW_YEAR, by=None)
        packs.enact(draft, valid_from=NEW_YEAR, valid_to=None, source="Law 1", by=None)
        assert packs.in_force("ps-building", NEW_YEAR) == draft


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rate.property", "1.5"),
        ("rate.property", "-0.1"),
        ("rate.property", "ten"),
        ("terms.property", {"due": {}}),
    ],
)
def test_a_figure_of_the_wrong_form_is_refused(key, value):
    draft = packs.copy(pack(), by=None)
    with pytest.raises(Unprocessable):
        packs.set_parameter(draft, key, value=value, source="x", verified=False)


def test_the_database_keeps_enacted_figures_and_made_assessments():
    present = pack()
    assessed()
    with pytest.raises(IntegrityError), transaction.atomic():
        present.parameters.filter(key="rate.property").update(value="0.5")
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.update(total=1)
