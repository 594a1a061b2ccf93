"""What the database itself refuses, to whoever asks."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from ledger.actions.accounts import named
from ledger.actions.posting import Leg, post
from ledger.models import Entry, Posting, Seal
from tests.conftest import OWNER, WEB, WORKER, acting_as
from tests.ledger.ground import SPRING, bill, party, user
from tests.ledger.test_payment import pay

APPEND_ONLY = (
    "ledger_posting", "ledger_entry", "ledger_seal", "ledger_receipt", "ledger_receiptvoid", "ledger_billshare",
    "ledger_idempotentanswer", "ledger_dayclose", "networks_meterreading",
)  # fmt: skip
NEVER_REMOVED = ("ledger_account", "ledger_bill", "ledger_receiptcounter", "ledger_chainhead")


def refused(sql: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except (ProgrammingError, DatabaseError) as error:
        return (
            "permission denied" in str(error) or "only ever added" in str(error) or "may change" in str(error)
        )
    return False


@pytest.mark.django_db
@pytest.mark.parametrize("role", [WEB, WORKER])
@pytest.mark.parametrize("table", APPEND_ONLY + NEVER_REMOVED)
def test_raw_sql_of_the_application_cannot_rewrite_the_journal(role, table):
    with acting_as(role):
        assert refused(f"DELETE FROM {table}")
        assert refused(f"TRUNCATE {table} CASCADE")
        if table in APPEND_ONLY:
            column = {"ledger_seal": "seq", "ledger_dayclose": "totals"}.get(table, "id")
            assert refused(f"UPDATE {table} SET {column} = {column}")


@pytest.mark.django_db
@pytest.mark.parametrize("role", [WEB, WORKER])
def test_the_application_cannot_forge_the_chain_or_move_amounts(role):
    bill(party(), "10.00")
    with acting_as(role):
        assert refused("INSERT INTO ledger_seal (seq, posting_id, previous, hash) VALUES (99, 1, '', '')")
        assert refused("UPDATE ledger_chainhead SET seq = 0")
        assert refused("UPDATE ledger_bill SET amount = 1")
        assert refused("UPDATE ledger_account SET party_id = 1")


@pytest.mark.django_db
def test_even_the_owner_cannot_update_or_delete_entries():
    bill(party(), "10.00")
    with acting_as(OWNER):
        assert refused("UPDATE ledger_entry SET amount = 1")
        assert refused("DELETE FROM ledger_entry")


@pytest.mark.django_db(transaction=True)
def test_an_unbalanced_posting_does_not_commit():
    cash, revenue = named("bank", "vault", "ILS"), named("revenue", "x", "ILS")
    with pytest.raises(IntegrityError, match="does not balance"):
        post(kind="transfer", legs=[Leg(cash.pk, D(10)), Leg(revenue.pk, D(-9))], on=SPRING, by=user("t"))
    with pytest.raises(IntegrityError, match="does not balance"):
        post(
            kind="transfer",
            legs=[Leg(cash.pk, D(10)), Leg(named("revenue", "x", "JOD").pk, D(-10))],
            on=SPRING,
            by=None,
        )
    assert not Posting.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_no_entry_joins_a_posting_that_is_sealed():
    accounts = named("bank", "vault", "ILS"), named("revenue", "x", "ILS")
    posting = post(
        kind="transfer", legs=[Leg(accounts[0].pk, D(10)), Leg(accounts[1].pk, D(-10))], on=SPRING, by=None
    )
    with pytest.raises(IntegrityError, match="being made"):
        Entry.objects.create(posting=posting, account=accounts[0], amount=D(5))
    with pytest.raises(IntegrityError, match="being made"):
        Entry.objects.create(posting_id=10**9, account=accounts[0], amount=D(5))


@pytest.mark.django_db(transaction=True)
def test_every_posting_is_sealed_in_order_and_each_seal_covers_the_one_before():
    who = party()
    bill(who, "100.00")
    pay(who, "50.00")
    seals = list(Seal.objects.order_by("seq"))
    assert [seal.posting_id for seal in seals] == list(
        Posting.objects.order_by("pk").values_list("pk", flat=True)
    )
    assert bytes(seals[1].previous) == bytes(seals[0].hash)


@pytest.mark.django_db
def test_a_closed_account_takes_no_entry():
    bank, revenue = named("bank", "old", "ILS"), named("revenue", "x", "ILS")
    bank.closed_on = date(2026, 1, 1)
    bank.save(update_fields=["closed_on"])
    posting = Posting.objects.create(kind="transfer", business_on=SPRING)
    with pytest.raises(IntegrityError, match="closed"), transaction.atomic():
        Entry.objects.create(posting=posting, account=bank, amount=D(1))
    Entry.objects.create(posting=posting, account=revenue, amount=D(1))
    Entry.objects.create(posting=posting, account=revenue, amount=D(-1))
    assert posting.entries.count() == 2


@pytest.mark.django_db
def test_a_counter_cannot_be_moved_by_more_than_one_or_back():
    pay(party(), "1.00")
    for step in ("last + 2", "last - 1", "last"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE ledger_receiptcounter SET last = {step}")


@pytest.mark.django_db(transaction=True)
def test_a_number_that_was_taken_must_be_used():
    pay(party(), "1.00")
    with (
        pytest.raises(IntegrityError, match="taken and not used"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE ledger_receiptcounter SET last = last + 1")
