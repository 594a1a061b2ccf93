"""Scales that people read, for the zooms that the map knows."""

import math

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# At 96 dots to the inch, on the ground at 32° north, where most of the towns lie (docs/styles.md).
_AT_ZOOM_0 = 78271.516964 * math.cos(math.radians(32)) * 96 / 0.0254
_LOWEST, _HIGHEST = 7, 22


def denominator(zoom: float) -> float:
    """Return the number N of the scale 1:N at one of MapLibre's zooms."""
    return float(_AT_ZOOM_0 / 2**zoom)


def _plain(zoom: int) -> str:
    exact = denominator(zoom)
    step = 10 ** max(len(str(int(exact))) - 2, 0)
    return f"\u20661:{round(exact / step) * step:,}\u2069"


SCALES: list[tuple[int, str | Promise]] = [
    (0, _("any")),
    *((zoom, _plain(zoom)) for zoom in range(_LOWEST, _HIGHEST + 1)),
]
