"""Ownership shares as exact fractions."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from cadastre.models.rights import BAUnit, Right, RightKind

Owners = Mapping[int, Fraction]


def owners_of(rights: Iterable[Right]) -> Owners:
    """Return each owner's share, summed over that owner's entries."""
    found: dict[int, Fraction] = {}
    for right in rights:
        if right.kind in (RightKind.OWNERSHIP, RightKind.WAQF, RightKind.POSSESSION):
            found[right.party_id] = found.get(right.party_id, Fraction(0)) + Fraction(
                right.share_num, right.share_den
            )
    return found


def total(owners: Owners) -> Fraction:
    """Return the sum of all shares; whole when it is exactly 1."""
    return sum(owners.values(), Fraction(0))


def agreed(shares: Iterable[Mapping[str, int]]) -> Owners:
    """Read shares that owners agreed on: mappings with party, num and den."""
    found: dict[int, Fraction] = {}
    for share in shares:
        party = int(share["party"])
        found[party] = found.get(party, Fraction(0)) + Fraction(int(share["num"]), int(share["den"]))
    return found


def rights_by_parcel(parcels: Iterable[int]) -> dict[int, list[Right]]:
    """Return the rights in force on each of the parcels, empty where none is known."""
    ids = list(parcels)
    found: dict[int, list[Right]] = {parcel: [] for parcel in ids}
    links = BAUnit.parcels.through.objects.filter(
        parcel__in=ids, baunit__end_lifespan__isnull=True
    ).values_list("parcel_id", "baunit_id")
    units: dict[int, list[Right]] = {}
    for right in Right.objects.in_force().filter(unit__in={unit for _parcel, unit in links}).order_by("id"):
        units.setdefault(right.unit_id, []).append(right)
    for parcel, unit in links:
        found[parcel].extend(units.get(unit, []))
    return found
