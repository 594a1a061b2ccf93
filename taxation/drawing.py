"""Small maps inside pages: districts in shades, and squares of change, as values for an SVG."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from taxation import queries

# From much less to much more; the middle is no change. Told apart without colour by their sign in the title.
CHANGE = ("#1B6343", "#7FB99A", "#E9E4DA", "#E0A08E", "#A8321F")
SHADES = ("#F3EADB", "#F2D29A", "#E3A857", "#C86F3A", "#8F3A1C")


def districts(values: Mapping[int, Decimal]) -> dict[str, Any]:
    """Return the districts in five shades by a value, with the box that holds them."""
    shapes = queries.rows("district_shapes", {})
    steps = _steps(list(values.values()))
    for shape in shapes:
        value = values.get(shape["id"])
        shape["value"] = value
        shape["fill"] = "#FFFFFF" if value is None else SHADES[sum(value > step for step in steps)]
        shape["name"] = {code: shape[f"name_{code}"] for code in ("ar", "en", "fr")}
        shape["label_y"] = -shape["label_y"]
    return {
        "shapes": shapes,
        "box": _box(shapes),
        "shades": list(zip(SHADES, [*steps, steps[-1]], strict=True)),
    }


def _steps(values: list[Decimal]) -> list[Decimal]:
    ordered = sorted(values)
    return [
        ordered[max(0, -(-len(ordered) * part // 5) - 1)] if ordered else Decimal(0) for part in (1, 2, 3, 4)
    ]


def _box(shapes: list[dict[str, Any]]) -> dict[str, int] | None:
    if not shapes:
        return None
    west, south = min(one["x1"] for one in shapes), min(one["y1"] for one in shapes)
    east, north = max(one["x2"] for one in shapes), max(one["y2"] for one in shapes)
    margin = (east - west) / 40
    return {
        "x": round(west - margin), "y": round(-north - margin), "width": round(east - west + 2 * margin),
        "height": round(north - south + 2 * margin), "text": round((east - west) / 38), "line": max(1, round((east - west) / 500)),
    }  # fmt: skip


def change_cells(simulation: int) -> list[dict[str, Any]]:
    """Return the squares of a simulation, coloured by how much their units change together."""
    cells = queries.rows("simulation_cells", {"simulation": simulation})
    for cell in cells:
        part = cell["change"] / cell["before"] if cell["before"] else Decimal(cell["change"] > 0)
        cell["part"] = round(100 * part, 1)
        cell["fill"] = CHANGE[_class(part)]
        cell["y"] = -cell["y"] - cell["m"]
    return cells


def _class(part: Decimal) -> int:
    if abs(part) < Decimal("0.005"):
        return 2
    if part < 0:
        return 0 if part < Decimal("-0.1") else 1
    return 4 if part > Decimal("0.1") else 3
