"""Colours that stay apart: ramps from light to dark, and a row for things that have no order.

After ColorBrewer (Cynthia Brewer, Apache 2.0) for the ramps and Okabe and Ito for the row; both hold
for readers who see red and green alike.
"""

from collections.abc import Mapping
from itertools import cycle, islice

from django.utils.translation import gettext_lazy as _

RAMPS: Mapping[str, tuple[str, ...]] = {
    "teal": ("#edf8f7", "#b9dfe0", "#74b9c0", "#2f8796", "#0b4a5c"),
    "sand": ("#fff7e3", "#f6dca0", "#e3a857", "#b86a2b", "#6f3613"),
    "violet": ("#f5f0f8", "#d6c5e3", "#ad8cc6", "#7b55a0", "#45246b"),
    "green": ("#f0f7ea", "#c6e0b4", "#8bbd7b", "#4a8c52", "#1b5331"),
    "blue-red": ("#2a5690", "#93b8d8", "#f3efe4", "#e39a7b", "#a8321f"),
}
RAMP_NAMES = (
    ("teal", _("Light to dark teal")),
    ("sand", _("Light to dark brown")),
    ("violet", _("Light to dark violet")),
    ("green", _("Light to dark green")),
    ("blue-red", _("Blue to red, light in the middle")),
)
APART = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#8C6BB8",
    "#7A4E00",
    "#F0E442",
    "#63707A",
)


def ramp(name: str, count: int) -> list[str]:
    """Return so many colours evenly spaced along a ramp."""
    stops = [_rgb(colour) for colour in RAMPS[name]]
    places = [0.5] if count == 1 else [at / (count - 1) for at in range(count)]
    return [_between(stops, place) for place in places]


def apart(count: int) -> list[str]:
    """Return so many colours that differ from their neighbours."""
    return list(islice(cycle(APART), count))


def _between(stops: list[tuple[int, ...]], place: float) -> str:
    at = min(int(place * (len(stops) - 1)), len(stops) - 2)
    share = place * (len(stops) - 1) - at
    mixed = [round(low + (high - low) * share) for low, high in zip(stops[at], stops[at + 1], strict=True)]
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
