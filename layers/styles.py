"""Default styles in the map's colours, and what of a style the legend shows (docs/styles.md)."""

from collections.abc import Mapping
from typing import Any
from zlib import crc32

# Colours for layers that nobody has styled yet: apart from each other and from the registers' own,
# and none near red, which is what is proposed.
PALETTE = ("#2A5690", "#8C6BB8", "#6F7A1F", "#1B6343", "#7A4E00", "#2FA58E", "#C2185B", "#6B5B95")

Style = tuple[Mapping[str, Any], ...]


# So few features are named from afar; of more one sees names once they have room.
_FEW = 500


def default_style(geometry_type: str, *, label: str = "", seed: str = "", count: int = 0) -> Style:
    """Return a plain style for `count` shapes of a type (0 if not known), with a colour chosen by `seed`."""
    colour = PALETTE[crc32(seed.encode()) % len(PALETTE)]
    layers: list[Mapping[str, Any]] = []
    if "Polygon" in geometry_type or geometry_type == "Geometry":
        layers.append({"type": "fill", "paint": {"fill-color": colour, "fill-opacity": 0.18}})
        layers.append({"type": "line", "paint": {"line-color": colour, "line-width": 1.2}})
    elif "Line" in geometry_type:
        layers.append({"type": "line", "paint": {"line-color": colour, "line-width": 2}})
    else:
        ring = {"circle-stroke-color": "#FFFFFF", "circle-stroke-width": 1.5}
        layers.append({"type": "circle", "paint": {"circle-radius": 5, "circle-color": colour, **ring}})
    if label:
        layers.append(
            {
                "type": "symbol",
                "minzoom": 0 if 0 < count <= _FEW else 16,
                "layout": {"text-field": ["get", label], "text-size": 12},
                "paint": {"text-color": "#14222B", "text-halo-color": "#FFFFFF", "text-halo-width": 1.5},
            }
        )
    return tuple(layers)
