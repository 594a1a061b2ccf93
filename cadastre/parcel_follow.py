"""What follows for rights: they are carried to every parcel that comes out, with their shares."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cadastre.follow import Consequence, Option, Succession, Successor, register
from cadastre.models import BAUnit, Responsibility, Restriction, Right
from cadastre.shares import agreed
from core.text import listed

ALL = "all"
_CARRIED = ("kind", "source_id", "valid_from", "valid_to", "note")


class RightsFollow:
    """Ends the registered units of parcels that end, and opens theirs for the parcels that come out."""

    code = "rights"
    title = _("Rights, restrictions and mortgages")

    def foresee(self, succession: Succession) -> Sequence[Consequence]:
        """List units with their shares, and restrictions with the choice of parcels."""
        found = []
        for unit in _units(succession.ended_ids):
            numbers = listed(one.number for one in _heirs(succession, unit)) or "—"
            rights = listed(f"{right.party.approved_name} {right}" for right in _in_force(unit.rights.all()))
            found.append(
                Consequence(
                    f"unit:{unit.pk}",
                    rights or _("No right is entered"),
                    _("on %(numbers)s") % {"numbers": numbers},
                )
            )
            found.extend(self._choices(succession, unit))
        return found

    def _choices(self, succession: Succession, unit: BAUnit) -> Iterable[Consequence]:
        heirs = _heirs(succession, unit)
        whole = Option(ALL, _("stays on every resulting parcel"))
        options = (
            whole,
            *(Option(one.key, _("stays on %(number)s alone") % {"number": one.number}) for one in heirs),
        )
        for restriction in _in_force(unit.restrictions.all()):
            yield Consequence(
                f"restriction:{restriction.pk}",
                restriction.get_kind_display(),
                _("stays on the land"),
                options if len(heirs) > 1 else (),
                ALL,
            )

    def carry_out(self, succession: Succession, choices: Mapping[str, str], *, by: User) -> None:
        """Close the old units and open one for each parcel that comes out of them."""
        now = timezone.now()
        units = _units(succession.ended_ids)
        for successor in succession.opened:
            if successor.restores is not None:
                _restore_units(succession, successor)
                continue
            olds = [unit for unit in units if _concerns(unit, successor)]
            if olds or successor.agreed_shares:
                _open_unit(succession, successor, olds, choices)
        for unit in units:
            for rows in (unit.rights, unit.restrictions, unit.responsibilitys):
                _in_force(rows.all()).update(end_lifespan=now)
            unit.end_lifespan = now
            unit.save(update_fields=["end_lifespan"])


def _restore_units(succession: Succession, successor: Successor) -> None:
    """Open again, with the entries that they had when they ended, the units of the parcel that comes back."""
    for old in BAUnit.objects.filter(parcels=successor.restores, end_lifespan__isnull=False).order_by("id"):
        unit = BAUnit.objects.create(record_id=succession.record_id, number=old.number)
        unit.parcels.add(*filter(None, [successor.parcel_id]))
        unit.replaces.add(old)
        ended = {"end_lifespan": old.end_lifespan}
        for right in old.rights.filter(**ended).order_by("id"):
            _copy_right(right, unit)
        for restriction in old.restrictions.filter(**ended).order_by("id"):
            Restriction.objects.create(unit=unit, holder_id=restriction.holder_id, **_copied(restriction))
        for duty in old.responsibilitys.filter(**ended).order_by("id"):
            Responsibility.objects.create(unit=unit, party_id=duty.party_id, **_copied(duty))


def _copy_right(right: Right, unit: BAUnit) -> None:
    Right.objects.create(
        unit=unit,
        party_id=right.party_id,
        share_num=right.share_num,
        share_den=right.share_den,
        **_copied(right),
    )


def _units(parcels: Iterable[int]) -> list[BAUnit]:
    return list(BAUnit.objects.in_force().filter(parcels__in=list(parcels)).distinct().order_by("id"))


def _in_force(rows: QuerySet) -> QuerySet:
    return rows.filter(end_lifespan__isnull=True).order_by("id")


def _concerns(unit: BAUnit, successor: Successor) -> bool:
    return bool({parcel.pk for parcel in unit.parcels.all()} & set(successor.parents))


def _heirs(succession: Succession, unit: BAUnit) -> list[Successor]:
    return [one for one in succession.opened if _concerns(unit, one)]


def _open_unit(
    succession: Succession, successor: Successor, olds: Sequence[BAUnit], choices: Mapping[str, str]
) -> None:
    number = olds[0].number if len(olds) == 1 and successor.continues else ""
    unit = BAUnit.objects.create(record_id=succession.record_id, number=number)
    unit.parcels.add(*filter(None, [successor.parcel_id]))
    unit.replaces.add(*olds)
    if successor.agreed_shares:
        for party, share in agreed(successor.agreed_shares).items():
            Right.objects.create(
                unit=unit, party_id=party, share_num=share.numerator, share_den=share.denominator
            )
    elif olds:
        # Before a merge the owners are shown to be equal, so that one unit's entries stand for all.
        for right in _in_force(olds[0].rights.all()):
            _copy_right(right, unit)
    for old in olds:
        for restriction in _in_force(old.restrictions.all()):
            if choices.get(f"restriction:{restriction.pk}", ALL) in (ALL, successor.key):
                Restriction.objects.create(unit=unit, holder_id=restriction.holder_id, **_copied(restriction))
        for duty in _in_force(old.responsibilitys.all()):
            Responsibility.objects.create(unit=unit, party_id=duty.party_id, **_copied(duty))


def _copied(row: Right | Restriction | Responsibility) -> dict[str, object]:
    return {name: getattr(row, name) for name in _CARRIED}


register(RightsFollow())
