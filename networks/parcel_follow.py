"""What follows for service connections when land changes: each serves the parcel that it leads to."""

from collections.abc import Mapping, Sequence

import shapely
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _
from shapely.geometry.base import BaseGeometry

from accounts.models import User
from cadastre.follow import Consequence, Option, Succession, Successor, register
from networks.models import WaterConnection

# A pipe is drawn to the wall or the meter box, which may lie this far from the boundary.
REACH_M = 0.5


class ConnectionsFollow:
    """Re-links service connections, and with them their meters, by where the pipe leads."""

    code = "connections"
    title = _("Service connections and meters")

    def foresee(self, succession: Succession) -> Sequence[Consequence]:
        """List every connection with its parcel; where the pipe reaches several, one must be chosen."""
        return [
            Consequence(
                f"connection:{row.pk}",
                _words(row),
                _("to parcel %(number)s") % {"number": homes[0].number} if homes else _("without a parcel"),
                tuple(Option(home.key, _("to parcel %(number)s") % {"number": home.number}) for home in homes)
                if len(homes) > 1
                else (),
                homes[0].key if homes else "",
            )
            for row, homes in _homes(succession)
        ]

    def carry_out(self, succession: Succession, choices: Mapping[str, str], *, by: User) -> None:
        """Point each connection at its new parcel."""
        for row, homes in _homes(succession):
            chosen = choices.get(f"connection:{row.pk}")
            home = next((one for one in homes if one.key == chosen), homes[0] if homes else None)
            WaterConnection.objects.filter(pk=row.pk).update(
                parcel=home.parcel_id if home else None, version=F("version") + 1
            )


def _words(row: WaterConnection) -> str:
    meters = getattr(row, "meters", 0)
    named = _("Water connection %(code)s") % {"code": row.code}
    return f"{named} · {_('%(count)d meters') % {'count': meters}}" if meters else str(named)


def _homes(succession: Succession) -> list[tuple[WaterConnection, list[Successor]]]:
    """Return each connection of the parcels that end with the successors it reaches, its end's first."""
    rows = (
        WaterConnection.objects.in_force()
        .filter(parcel__in=succession.ended_ids)
        .annotate(meters=Count("watermeter", filter=Q(watermeter__end_lifespan__isnull=True)))
        .order_by("code")
    )
    return [(row, _reached(shapely.from_wkb(bytes(row.geom.wkb)), row, succession)) for row in rows]


def _reached(pipe: BaseGeometry, row: WaterConnection, succession: Succession) -> list[Successor]:
    """Return the successors of the connection's parcel that its pipe reaches, roads last."""
    heirs = succession.successors_of(row.parcel_id or 0)
    end = shapely.get_point(pipe, -1)
    reached = [one for one in heirs if one.shape.dwithin(pipe, REACH_M)] or heirs[:1]
    land = [one for one in reached if one.land_use != "road"] or reached
    return sorted(land, key=lambda one: one.shape.distance(end))


register(ConnectionsFollow())
