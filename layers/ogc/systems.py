"""Reference systems of OGC API Features Part 2: what is offered, and which a request names."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from layers.features.reading import Spelling
from layers.values import refused

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/{}"
_DEGREES, _MILLIMETRES = 8, 3


@dataclass(frozen=True)
class System:
    """A reference system with its URI and the order of its axes."""

    uri: str
    srid: int
    flipped: bool = False

    @property
    def spelling(self) -> Spelling:
        """Return how coordinates in it are written."""
        return Spelling(self.srid, _DEGREES if self.srid == 4326 else _MILLIMETRES, self.flipped)


LONLAT = System(CRS84, 4326)


def epsg(srid: int) -> str:
    """Return the URI of an EPSG code."""
    return _EPSG.format(srid)


def offered() -> tuple[System, ...]:
    """Return the systems that features can be had in, the default first."""
    metres = [System(epsg(srid), srid) for srid in (settings.GRID_SRID, settings.TILE_SRID)]
    return (LONLAT, *metres, System(epsg(4326), 4326, flipped=True))


def read(name: str, written: str) -> System:
    """Return the system that a parameter names by URI or as [EPSG:28191]; refuses what is not offered."""
    plain = written.strip("[]<> ").replace("https://", "http://")
    short = plain.upper().removeprefix("EPSG:")
    for one in offered():
        if plain == one.uri or (one.uri == epsg(one.srid) and short == str(one.srid)):
            return one
    if short in ("CRS84", "OGC:CRS84"):
        return LONLAT
    raise refused(name, _("This reference system is not offered here."))
