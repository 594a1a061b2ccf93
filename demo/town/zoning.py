"""The master plan: every piece of land in one zone, with its limits."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.town.civic import FACILITIES, Chosen
from demo.town.layout import Layout
from demo.town.names import Name
from demo.town.rings import Ints
from demo.town.tables import Table, objects
from demo.town.zones import FRINGE_ID, INNER_ID, NEW_A_ID, NEW_B_ID


@dataclass(frozen=True)
class Rule:
    """A zone of the master plan: code, kind, names, and limits (coverage %, floors, m², m, setbacks in m)."""

    code: str
    kind: str
    name: Name
    limits: tuple[float | None, ...]


RULES = (
    Rule("OLD", "core", Name("البلدة القديمة", "Old town", "Vieille ville"), (90, 3, None, None, 0, 0, 0)),
    Rule("C", "res-c", Name("سكن ج", "Residential C", "Résidentiel C"), (52, 5, 250, 12, 2, 2, 2)),
    Rule("B", "res-b", Name("سكن ب", "Residential B", "Résidentiel B"), (45, 5, 500, 18, 4, 3, 4)),
    Rule("A", "res-a", Name("سكن أ", "Residential A", "Résidentiel A"), (36, 4, 750, 22, 5, 4, 5)),
    Rule("AR", "res-a", Name("سكن زراعي", "Rural residential", "Résidentiel rural"), (25, 2, 1000, 25, 6, 5, 6)),
    Rule("IND", "ind", Name("صناعي", "Industrial", "Industriel"), (60, 3, 1500, 30, 6, 5, 5)),
    Rule("AGR", "agr", Name("زراعي", "Agricultural", "Agricole"), (5, 1, 2000, None, 10, 10, 10)),
    Rule("COM", "com", Name("تجاري طولي", "Commercial frontage", "Commercial linéaire"), (70, 6, 400, 15, 3, 0, 3)),
    Rule("PUB", "pub", Name("مبان عامة", "Public buildings", "Équipements publics"), (50, 4, None, None, 5, 4, 4)),
    Rule("PK", "park", Name("منطقة خضراء", "Open space", "Espace vert"), (5, 1, None, None, 10, 10, 10)),
)  # fmt: skip
COMMERCIAL, PUBLIC, OPEN = 7, 8, 9
_STRIP_M = 34.0
LIMITS = (
    "max_coverage_pct", "max_floors", "min_parcel_m2", "min_frontage_m",
    "front_setback_m", "side_setback_m", "rear_setback_m",
)  # fmt: skip


@dataclass
class Zoning:
    """The zoning table and, for each block, the rule that holds in it (commercial strips apart)."""

    table: Table
    block_rule: Ints
    strip: shapely.Geometry


def draw_zones(layout: Layout, chosen: Chosen, mains: list[shapely.LineString]) -> Zoning:
    """Return zones that follow the streets, a commercial strip along the main road taken out of them."""
    rule = np.array([block.zone for block in layout.blocks])
    for block in np.flatnonzero(chosen.facility >= 0):
        kind = FACILITIES[chosen.facility[block]].kind
        rule[block] = OPEN if kind in ("park", "cemetery", "square") else PUBLIC
    cells = np.array([block.ring.polygon for block in layout.blocks], dtype=object)
    towns = np.isin(rule, (INNER_ID, NEW_B_ID, NEW_A_ID, FRINGE_ID))
    inner = np.isin(rule, (INNER_ID, NEW_B_ID))
    strip = _merge(cells[inner])
    reach = (
        shapely.union_all(shapely.buffer(np.array(mains, dtype=object), _STRIP_M, quad_segs=3))
        if mains
        else shapely.Polygon()
    )
    strip = shapely.set_precision(shapely.intersection(strip, reach), 0.001)
    shapes, rules = [], []
    for k in range(len(RULES)):
        ground = strip if k == COMMERCIAL else _merge(cells[rule == k])
        if k != COMMERCIAL and towns[rule == k].any():
            ground = shapely.difference(ground, strip, grid_size=0.001)
        for part in shapely.get_parts(ground):
            if part.geom_type == "Polygon" and part.area > 20:
                shapes.append(part)
                rules.append(k)
    return Zoning(_table(shapes, rules), rule, strip)


def _merge(cells: NDArray[np.object_]) -> shapely.Geometry:
    return shapely.union_all(cells, grid_size=0.001) if len(cells) else shapely.Polygon()


def _table(shapes: list[shapely.Polygon], rules: list[int]) -> Table:
    held = [RULES[k] for k in rules]
    table: Table = {
        "code": objects([rule.code for rule in held]),
        "kind": objects([rule.kind for rule in held]),
        "name_ar": objects([rule.name.ar for rule in held]),
        "name_en": objects([rule.name.en for rule in held]),
        "name_fr": objects([rule.name.fr for rule in held]),
        "geom": objects(shapes),
    }
    for k, column in enumerate(LIMITS):
        table[column] = objects([rule.limits[k] for rule in held])
    return table
