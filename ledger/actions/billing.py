"""Billing in bulk: from computed charges to bills, shares and journal entries, inside the database.

A domain gives three SELECTs (its own SQL, not a user's):

- units: `key, collection, feature_id, label, amount, components, party_id`, one row per thing charged
  for; `components` maps codes of charge types to amounts that sum to `amount`, `party_id` is who alone
  owes it all, else NULL; it is paged by `key > %(after)s AND key <= %(until)s ORDER BY key LIMIT
  %(size)s`, which the SELECT itself must say; what is not charged after all comes without a feature;
- parties: `key, party_id, num, den, num_order` for the units of the page, read into the temporary table
  `billing_unit`, that have no sole party; a unit whose shares are not whole is left out;
- breakdowns: `key, breakdown` for the page `%(after)s < key <= %(last)s`, read late so that it is
  copied only once.

A chunk is one transaction and remembers the last key of its stretch, so a run that was cut off goes
on where it was, and a unit is billed once for a levy and period, however often it is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict
from core.faults import point
from core.money import currency as known_currency
from ledger.actions.accounts import named
from ledger.actions.exemptions import use_for_run
from ledger.actions.posting import require_open_day, reverse
from ledger.models import AccountKind, Bill, BillRun, ChargeType, Posting, PostingKind, RunState

SQL = Path(__file__).resolve().parent.parent / "sql"
TABLES = """
CREATE TEMP TABLE billing_unit (bill_id bigint, key bigint, collection text, feature_id bigint, label text,
  amount numeric(20, 3), components jsonb, party_id bigint) ON COMMIT DROP;
CREATE TEMP TABLE billing_share (bill_id bigint, party_id bigint, num bigint, den bigint, num_order bigint,
  amount numeric(20, 3)) ON COMMIT DROP;
CREATE TEMP TABLE billing_leg (bill_id bigint, party_id bigint, charge_type_id bigint, collection text,
  feature_id bigint, amount numeric(20, 3), account_id bigint, is_new boolean) ON COMMIT DROP;
"""
UNITS = "INSERT INTO billing_unit SELECT nextval('ledger_bill_id_seq'), s.* FROM ({units}) s"
FORGET_UNSHARED = """
DELETE FROM billing_unit u WHERE feature_id IS NULL
  OR party_id IS NULL AND NOT EXISTS (SELECT FROM billing_share s WHERE s.bill_id = u.bill_id)
"""
BILLS = """
INSERT INTO ledger_bill (id, run_id, levy, period, collection, feature_id, label, amount, breakdown)
SELECT u.bill_id, %(run)s, %(levy)s, %(period)s, u.collection, u.feature_id, u.label, u.amount, d.breakdown
FROM billing_unit u JOIN ({breakdowns}) d USING (key)
"""
FORGET_BILLED = """
DELETE FROM billing_unit u WHERE NOT EXISTS (SELECT FROM ledger_bill b WHERE b.id = u.bill_id);
DELETE FROM billing_share s WHERE NOT EXISTS (SELECT FROM ledger_bill b WHERE b.id = s.bill_id)
"""
SHARES = """
INSERT INTO ledger_billshare (bill_id, party_id, num, den, amount)
SELECT bill_id, party_id, 1, 1, amount FROM billing_unit WHERE party_id IS NOT NULL
UNION ALL SELECT bill_id, party_id, num, den, amount FROM billing_share
"""
ACCOUNTS = """
INSERT INTO ledger_account (id, kind, name, currency, party_id, charge_type_id, collection, feature_id)
SELECT account_id, 'receivable', '', %(currency)s, party_id, charge_type_id, collection, feature_id
FROM billing_leg WHERE is_new
"""
ENTRIES = """
INSERT INTO ledger_entry (posting_id, account_id, bill_id, part, amount)
SELECT %(posting)s, account_id, bill_id, 'charge', amount FROM billing_leg
UNION ALL
SELECT %(posting)s, (%(revenue)s::jsonb ->> charge_type_id::text)::bigint, NULL, '', -sum(amount)
FROM billing_leg GROUP BY charge_type_id
"""


@dataclass(frozen=True)
class Source:
    """A domain's SELECTs and the values bound in them."""

    units: str
    parties: str
    breakdowns: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Chunk:
    """What a chunk did: how many units it saw and billed, and what they come to."""

    seen: int
    bills: int
    amount: Decimal
    is_last: bool


@transaction.atomic
def bill_chunk(run_id: int, source: Source, *, stretch: int = 0, size: int = 20_000) -> Chunk:
    """Bill the next units of a run's stretch and remember how far it came; all or nothing."""
    run = BillRun.objects.get(pk=run_id)
    require_open_day(run.issued_on)
    after, until = run.stretches[stretch]
    page = {
        **source.values, "after": after, "until": until, "size": size, "unit": known_currency(run.currency).unit,
        "run": run.pk, "levy": run.levy, "period": run.period,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS billing_unit, billing_share, billing_leg")
        cursor.execute(TABLES)
        page["last"], seen = _read(cursor, source, page)
        point("billing.read")
        bills, amount = _write(cursor, run, source, page)
    _remember(run_id, stretch, (after, max(page["last"], after)), bills, amount)
    point("billing.written")
    return Chunk(seen, bills, amount, seen < size)


def _remember(run_id: int, stretch: int, moved: tuple[int, int], bills: int, amount: Decimal) -> None:
    run = BillRun.objects.select_for_update().get(pk=run_id)
    # Asked last, so that stretches wait for each other only while they commit.
    if run.state != RunState.RUNNING or run.stretches[stretch][0] != moved[0]:
        raise Conflict(_("This run is not being worked on."))
    run.stretches[stretch][0] = moved[1]
    run.totals = {
        "bills": run.totals.get("bills", 0) + bills,
        "amount": str(Decimal(run.totals.get("amount", 0)) + amount),
    }
    run.save(update_fields=["stretches", "totals"])


def _read(cursor: Any, source: Source, page: Mapping[str, Any]) -> tuple[int, int]:
    cursor.execute(UNITS.format(units=source.units), page)
    cursor.execute("SELECT coalesce(max(key), 0), count(*) FROM billing_unit")
    last_key, seen = cursor.fetchone()
    cursor.execute((SQL / "billing_shares.sql").read_text().format(parties=source.parties), page)
    cursor.execute(FORGET_UNSHARED)
    cursor.execute("ANALYZE billing_unit (bill_id, key, party_id), billing_share (bill_id)")
    return last_key, seen


def _write(cursor: Any, run: BillRun, source: Source, page: Mapping[str, Any]) -> tuple[int, Decimal]:
    made = _bills(cursor, source, page)
    if not made:
        return 0, Decimal(0)
    kinds = dict(ChargeType.objects.filter(code__in=run.terms).values_list("code", "pk"))
    values = {
        "unit": page["unit"],
        "codes": list(kinds),
        "kinds": list(kinds.values()),
        "currency": run.currency,
    }
    cursor.execute(SHARES)
    cursor.execute((SQL / "billing_legs.sql").read_text(), values)
    cursor.execute(ACCOUNTS, values)
    cursor.execute("SELECT coalesce(sum(amount), 0) FROM billing_leg")
    amount = cursor.fetchone()[0]
    if amount:
        _post(cursor, run, kinds)
    return made, amount


def _bills(cursor: Any, source: Source, page: Mapping[str, Any]) -> int:
    """Write the bills; where some are there already, which is rare and costs more to ask, only the others."""
    bills = BILLS.format(breakdowns=source.breakdowns)
    try:
        with transaction.atomic():
            cursor.execute(bills, page)
            return int(cursor.rowcount)
    except IntegrityError:
        cursor.execute(bills + " ON CONFLICT DO NOTHING", page)
        made = int(cursor.rowcount)
        cursor.execute(FORGET_BILLED)
        return made


def _post(cursor: Any, run: BillRun, kinds: dict[str, int]) -> None:
    posting = Posting.objects.create(
        kind=PostingKind.BILLING, business_on=run.issued_on, by=run.by, run=run, reason=str(run)
    )
    revenue = {str(pk): named(AccountKind.REVENUE, code, run.currency).pk for code, pk in kinds.items()}
    cursor.execute(ENTRIES, {"posting": posting.pk, "revenue": _jsonb(revenue)})


def _jsonb(values: dict[str, int]) -> str:
    return "{" + ", ".join(f'"{key}": {value}' for key, value in values.items()) + "}"


@transaction.atomic
def finish(run: BillRun) -> None:
    """Say that all units of a run are billed."""
    BillRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(state=RunState.POSTED)


@transaction.atomic
def publish(run: BillRun) -> None:
    """Make a run's bills known and payable; from here on they are only adjusted one by one."""
    locked = BillRun.objects.select_for_update().get(pk=run.pk)
    if locked.state != RunState.POSTED:
        raise Conflict(_("Only a finished run that is not yet published can be published."))
    locked.state, locked.published_at = RunState.PUBLISHED, timezone.now()
    locked.save(update_fields=["state", "published_at"])
    use_for_run(locked, on=timezone.localdate(), by=locked.by)


@transaction.atomic
def roll_back(run: BillRun, *, on: date, by: Any) -> None:
    """Undo an unpublished run: opposing postings, and its bills cancelled."""
    locked = BillRun.objects.select_for_update().get(pk=run.pk)
    if locked.state not in (RunState.RUNNING, RunState.POSTED):
        raise Conflict(_("A published run cannot be rolled back."))
    for posting in Posting.objects.filter(run=locked, kind=PostingKind.BILLING, reversed_by=None):
        reverse(posting, on=on, by=by, reason=_("Run rolled back"))
    Bill.objects.filter(run=locked, cancelled_at=None).update(cancelled_at=timezone.now())
    locked.state = RunState.ROLLED_BACK
    locked.save(update_fields=["state"])
