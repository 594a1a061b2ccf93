"""What follows for buildings when land changes: each stands on the parcel that holds most of it."""

from collections.abc import Mapping, Sequence

import shapely
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from shapely.geometry.base import BaseGeometry

from accounts.models import User
from buildings.models import Building
from cadastre.follow import Consequence, Option, Succession, Successor, register

# A part smaller than this belongs to inaccurate footprints, not to a building cut by the new line.
CUT_SHARE = 0.05


class BuildingsFollow:
    """Re-homes buildings, and with them their units, by geometry."""

    code = "buildings"
    title = _("Buildings and their units")

    def foresee(self, succession: Succession) -> Sequence[Consequence]:
        """List every building with its parcel; for one that a line cuts, the parcel can be chosen."""
        return [
            Consequence(
                f"building:{building.pk}",
                _("Building %(code)s") % {"code": building.code},
                _("to parcel %(number)s") % {"number": homes[0][0].number}
                if homes
                else _("without a parcel"),
                tuple(Option(home.key, home.number) for home, _share in homes) if len(homes) > 1 else (),
                homes[0][0].key if homes else "",
            )
            for building, homes in _homes(succession)
        ]

    def carry_out(self, succession: Succession, choices: Mapping[str, str], *, by: User) -> None:
        """Point each building at its new parcel."""
        for building, homes in _homes(succession):
            chosen = choices.get(f"building:{building.pk}")
            home = next((one for one, _share in homes if one.key == chosen), homes[0][0] if homes else None)
            Building.objects.filter(pk=building.pk).update(
                parcel=home.parcel_id if home else None, version=F("version") + 1
            )


def _homes(succession: Succession) -> list[tuple[Building, list[tuple[Successor, float]]]]:
    """Return each building of the parcels that end, with the successors under it, the largest share first."""
    rows = Building.objects.in_force().filter(parcel__in=succession.ended_ids).order_by("code")
    return [(row, _under(shapely.from_wkb(bytes(row.geom.wkb)), succession)) for row in rows]


def _under(footprint: BaseGeometry, succession: Succession) -> list[tuple[Successor, float]]:
    shares = [(one, footprint.intersection(one.shape).area / footprint.area) for one in succession.opened]
    shares.sort(key=lambda pair: -pair[1])
    return [pair for pair in shares if pair[1] >= CUT_SHARE] or [pair for pair in shares[:1] if pair[1] > 0]


register(BuildingsFollow())
