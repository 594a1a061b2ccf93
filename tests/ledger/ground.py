"""Parties, kinds of charge and bills for tests of the ledger."""

import json
from datetime import date
from decimal import Decimal as D

from accounts.models import User
from ledger.actions.billing import Source, bill_chunk, finish, publish
from ledger.models import Bill, BillRun, ChargeType
from parties.models import Party

TERMS = {
    "due": {"month": 1, "day": 1},
    "discounts": [{"title": {}, "from": "01-01", "to": "02-29", "fraction": "0.10"}],
    "penalty": {"kind": "monthly", "rate": "0.01", "part_of_month": "up", "starts": "due", "cap": "0.5"},
    "split": [],
}
SPRING = date(2026, 5, 15)
UNITS = """
SELECT key, collection, feature_id, label, amount, components,
  (SELECT CASE WHEN count(*) = 1 AND min(num) = min(den) THEN min(party_id) END
   FROM jsonb_to_recordset(%(parties)s::jsonb) AS p(key bigint, party_id bigint, num bigint, den bigint)
   WHERE p.key = u.key)
FROM jsonb_to_recordset(%(units)s::jsonb) AS u(key bigint, collection text, feature_id bigint, label text,
  amount numeric, components jsonb)
WHERE key > %(after)s AND key <= %(until)s ORDER BY key LIMIT %(size)s
"""
PARTIES = """
SELECT key, party_id, num, den, row_number() OVER () FROM jsonb_to_recordset(%(parties)s::jsonb)
  AS p(key bigint, party_id bigint, num bigint, den bigint)
"""
BREAKDOWNS = """
SELECT key, breakdown FROM jsonb_to_recordset(%(units)s::jsonb) AS u(key bigint, breakdown jsonb)
"""


def user(name: str) -> User:
    return User.objects.get_or_create(username=name)[0]


def party(name: str = "خالد منصور") -> Party:
    return Party.objects.create(approved_name=name)


def charge_type(code: str = "property", currency: str = "ILS", **more) -> ChargeType:
    values = {"title_ar": code, "title_en": code, "title_fr": code, "currency": currency, **more}
    return ChargeType.objects.get_or_create(code=code, defaults=values)[0]


def run(
    *, period: str = "2026", currency: str = "ILS", terms: dict | None = None, codes=("property",)
) -> BillRun:
    year = int(period[:4])
    for code in codes:
        charge_type(code, currency)
    return BillRun.objects.create(
        levy="tax", title={"en": "Tax"}, period=period, period_start=date(year, 1, 1), period_end=date(year, 12, 31),
        currency=currency, terms=dict.fromkeys(codes, terms or TERMS), issued_on=date(year, 1, 1),
        due_on=date(year, 2, 28), by=user("treasurer"),
    )  # fmt: skip


def source(units: list[dict], shares: list[tuple[int, int, int, int]]) -> Source:
    """Return a source from plain rows: `units` by key, `shares` as (key, party, num, den)."""
    rows = [
        {"collection": "buildings", "feature_id": u["key"], "label": "", "breakdown": {}, **u} for u in units
    ]
    parties = [dict(zip(("key", "party_id", "num", "den"), share, strict=True)) for share in shares]
    return Source(UNITS, PARTIES, BREAKDOWNS, {"units": json.dumps(rows), "parties": json.dumps(parties)})


def bill(who: Party, amount: str, *, key: int = 1, is_published: bool = True, **more) -> Bill:
    """Bill one party for one thing, published unless told otherwise."""
    billing = run(**more)
    unit = {"key": key, "amount": amount, "components": {"property": amount}}
    bill_chunk(billing.pk, source([unit], [(key, who.pk, 1, 1)]))
    finish(billing)
    if is_published:
        publish(billing)
    return Bill.objects.get(run=billing)


def money(text: str) -> D:
    return D(text)
