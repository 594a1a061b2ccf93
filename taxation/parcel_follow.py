"""What follows for taxes when land changes: accounts end and open with the record's effective date.

What was billed stays with the parcel and the debtors that it was billed to. Which resulting parcel also
answers for what is still open is chosen, and kept as an `ArrearsLink`. Amounts are not said here: the
table is shown to people who may not know them.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cadastre.follow import Consequence, Option, Succession, Successor, register
from core.text import listed
from taxation.actions import succession as accounts
from taxation.arrears import in_arrears
from taxation.models import ArrearsLink, TaxUnit

DEBTORS = "debtors"


class TaxesFollow:
    """Ends the land's tax accounts and opens those of what comes out; a building's go with the building."""

    code = "taxes"
    title = _("Tax accounts")

    def foresee(self, succession: Succession) -> Sequence[Consequence]:
        """List the accounts of the parcels that end, and who answers for what is still open on them."""
        rows = TaxUnit.objects.on_land(succession.ended_ids).order_by("pk")
        found = [Consequence(f"unit:{unit.pk}", _named(unit), _outcome(unit, succession)) for unit in rows]
        for unit, parcel in _owed(succession):
            heirs = _heirs(succession, parcel)
            if len(heirs) > 1:
                found.append(_question(unit, heirs))
        return found

    def carry_out(self, succession: Succession, choices: Mapping[str, str], *, by: User) -> None:
        """End, open and re-link, inside the approval."""
        units = list(
            TaxUnit.objects.on_land(succession.ended_ids).select_for_update(of=("self",)).order_by("pk")
        )
        links = [
            _link(succession, unit, parcel, choices.get(f"arrears:{unit.pk}", ""), by)
            for unit, parcel in _owed(succession)
        ]
        for unit in units:
            _follow(unit, succession)
        for successor in succession.opened:
            _open(successor, succession, [unit for unit in units if unit.parcel_id in successor.parents])
        ArrearsLink.objects.bulk_create(links)


def _named(unit: TaxUnit) -> object:
    return _("Tax account of %(label)s") % {"label": unit.label or unit.feature_id}


def _heirs(succession: Succession, parcel: int) -> list[Successor]:
    heirs = succession.successors_of(parcel)
    return [one for one in heirs if one.land_use != "road"] or heirs


def _same(succession: Succession, parcel: int | None) -> Successor | None:
    """Return what the parcel goes on as, under another row; None where it ends in law too."""
    return next((one for one in succession.opened if parcel is not None and one.continues == parcel), None)


def _outcome(unit: TaxUnit, succession: Succession) -> object:
    if not unit.is_land:
        return _("goes with its building")
    same = _same(succession, unit.parcel_id)
    if same:
        return _("goes on for parcel %(number)s") % {"number": same.number}
    return _("ends on %(day)s; opened for %(numbers)s; what was billed stays with the old parcel") % {
        "day": date_format(succession.effective_on),
        "numbers": listed(one.number for one in _heirs(succession, unit.parcel_id or 0)) or "—",
    }


def _owed(succession: Succession) -> Iterable[tuple[TaxUnit, int]]:
    """Yield accounts in arrears that a parcel which ends answers for, with that parcel."""
    ended = [pk for pk in succession.ended_ids if _same(succession, pk) is None]
    held = [(unit, unit.parcel_id) for unit in TaxUnit.objects.on_land(ended).order_by("pk") if unit.is_land]
    earlier = ArrearsLink.objects.filter(parcel__in=succession.ended_ids).select_related("unit")
    held += [(link.unit, link.parcel_id) for link in earlier.order_by("pk")]
    owing = in_arrears([unit for unit, _parcel in held])
    return [(unit, parcel) for unit, parcel in held if unit.pk in owing and parcel is not None]


def _question(unit: TaxUnit, heirs: Sequence[Successor]) -> Consequence:
    answers = [
        Option(one.key, _("parcel %(number)s answers for them too") % {"number": one.number}) for one in heirs
    ]
    debtors = Option(DEBTORS, _("the debtors alone"))
    words = _("Open charges on the account of %(label)s") % {"label": unit.label or unit.feature_id}
    return Consequence(f"arrears:{unit.pk}", words, "", (*answers, debtors), heirs[0].key)


def _link(succession: Succession, unit: TaxUnit, parcel: int, choice: str, by: User) -> ArrearsLink:
    heirs = _heirs(succession, parcel)
    chosen = next((one for one in heirs if one.key == choice), None)
    if chosen is None and choice != DEBTORS and heirs:
        chosen = heirs[0]
    return ArrearsLink(
        unit=unit, parcel_id=chosen.parcel_id if chosen else None, record_id=succession.record_id, by=by
    )


def _follow(unit: TaxUnit, succession: Succession) -> None:
    same = _same(succession, unit.parcel_id)
    if not unit.is_land:
        home = unit.building.parcel_id if unit.building else (same and same.parcel_id)
        TaxUnit.objects.filter(pk=unit.pk).update(parcel=home, version=F("version") + 1)
    elif same:
        accounts.carry_on(unit, parcel_id=same.parcel_id or 0, area_m2=accounts.area_of(same))
    else:
        accounts.end(unit, on=succession.effective_on)


def _open(successor: Successor, succession: Succession, units: Sequence[TaxUnit]) -> None:
    """Open the account of a parcel that comes out of taxed land, or take up again the one that it had."""
    if successor.restores is not None:
        for unit in TaxUnit.objects.filter(
            collection=accounts.LAND, parcel=successor.restores, retired_at__isnull=False
        ):
            accounts.take_up(unit, parcel_id=successor.parcel_id or 0, on=succession.effective_on)
        return
    before = [unit for unit in units if unit.is_land]
    if successor.continues is None and before and successor.land_use != "road":
        accounts.open_for(successor, before, on=succession.effective_on)


register(TaxesFollow())
