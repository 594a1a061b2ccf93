"""Keeping the standings and the map's places right: what has changed is looked at again, no more.

Who pays is heard of by the numbers of the ledger's entries; who assesses or decides calls
`look_again`. A new day, a published or withdrawn roll, or a change of the registers makes a whole
look, which writes only the rows that differ.
"""

from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction

from taxation import queries
from taxation.models import Standing, StandingMark, TaxUnit

LOCK = 6_002_013
# Entries get their numbers before their transaction commits; so many may still be on their way.
MARGIN = 20_000


@transaction.atomic
def bring_up_to_date(*, on: date) -> None:
    """Follow the ledger and the registers to now; cheap when nothing has happened."""
    seen = queries.rows("standing_sources", {})[0]
    if _is_fresh(seen, on):
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    seen = queries.rows("standing_sources", {})[0]
    mark = StandingMark.objects.first()
    if mark is not None and mark.on == on and _is_settled(seen) and mark.sources == seen["sources"]:
        touched = queries.rows("standing_touched", {"entry": mark.entry - MARGIN})
        look_again([row["id"] for row in touched], on=on)
    else:
        look_at_all(on=on)
    StandingMark.objects.update_or_create(
        pk=1, defaults={"on": on, "entry": seen["entry"], "sources": seen["sources"]}
    )


def _is_fresh(seen: dict[str, object], on: date) -> bool:
    mark = StandingMark.objects.first()
    return (
        mark is not None
        and _is_settled(seen)
        and (mark.on, mark.entry, mark.sources) == (on, seen["entry"], seen["sources"])
    )


def _is_settled(seen: dict[str, object]) -> bool:
    """Say whether the registers' versions are final: they are negative while this transaction changes them."""
    return "|-" not in str(seen["sources"])


@transaction.atomic
def look_again(units: Iterable[int], *, on: date) -> None:
    """Compute the standings of some units anew, and of the places that they are in."""
    ids = list(units)
    if not ids:
        return
    _keep(on, ids)
    places = TaxUnit.objects.filter(pk__in=ids).values_list("building_id", "parcel_id")
    buildings = {building for building, _parcel in places if building}
    _keep_places(list(buildings), list({parcel for _building, parcel in places if parcel}))


@transaction.atomic
def look_at_all(*, on: date) -> None:
    """Compute every standing and place anew."""
    Standing.objects.filter(unit__retired_at__isnull=False).delete()
    _keep(on, None)
    with connection.cursor() as cursor:
        cursor.execute(queries.sql("places_gone"))
    _keep_places(None, None)


def _keep(on: date, units: list[int] | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(queries.sql("standing_keep"), {"on": on, "units": units})


def _keep_places(buildings: list[int] | None, parcels: list[int] | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(queries.sql("places_keep"), {"buildings": buildings, "parcels": parcels})
