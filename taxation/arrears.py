"""What is still open on units and parcels, as yes or no: amounts are for those who may know them."""

from collections.abc import Iterable

from django.db import connection

from taxation.models import ArrearsLink, TaxUnit

# Units on whose accounts published charges are not settled.
_OWING = """
    SELECT u.id FROM taxation_taxunit u
    WHERE u.id = ANY(%s) AND (
      SELECT sum(e.amount) FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id
      JOIN ledger_bill b ON b.id = e.bill_id JOIN ledger_billrun r ON r.id = b.run_id
      WHERE a.kind = 'receivable' AND a.collection = u.collection AND a.feature_id = u.feature_id
        AND r.state = 'published') > 0
"""


def in_arrears(units: Iterable[TaxUnit]) -> set[int]:
    """Return the ids of those units on which something is open."""
    with connection.cursor() as cursor:
        cursor.execute(_OWING, [[unit.pk for unit in units]])
        return {pk for (pk,) in cursor.fetchall()}


def parcels_in_arrears(parcels: Iterable[int]) -> set[int]:
    """Return the parcels on which something is open: their own accounts', or earlier parcels' that they answer for."""
    ids = list(parcels)
    own = list(TaxUnit.objects.filter(parcel__in=ids))
    links = list(ArrearsLink.objects.filter(parcel__in=ids).select_related("unit"))
    owing = in_arrears([*own, *(link.unit for link in links)])
    found = {unit.parcel_id for unit in own if unit.pk in owing}
    found |= {link.parcel_id for link in links if link.unit_id in owing}
    return {parcel for parcel in found if parcel is not None}
