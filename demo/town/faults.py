"""Faults planted in unsettled land, so that later checks can be tested against a known truth.

Settled land stays clean: its parcels share every vertex and their registered areas are in tolerance.
"""

from typing import Any

import numpy as np
import shapely
import shapely.affinity

from demo.town.rebuilding import JOINED, MOVED, SMALLER
from demo.town.rings import Ints
from demo.town.survey import ENLARGED, HALF, UNREGISTERED
from demo.town.tables import Table, objects, size

_EACH_KIND = 3
_PARCELS_FOR_A_BASIN = 4000
Truth = dict[str, Any]


def plant_faults(tables: dict[str, Table], rng: np.random.Generator) -> Truth:
    """Spoil some parcels of a few basins, mark those as unsettled, and return what was done where."""
    parcels, basins = tables["parcels"], tables["basins"]
    chosen = _unsettled_basins(parcels, size(basins))
    basins["is_settled"] = ~np.isin(np.arange(size(basins)), chosen)
    truth: Truth = {"unsettled_basins": [int(k) + 1 for k in chosen], "faults": []}
    built = np.zeros(size(parcels), dtype=bool)
    built[tables["buildings"]["parcel"]] = True
    slivers: list[tuple[int, shapely.Polygon]] = []
    for basin in chosen:
        plots = rng.permutation(np.flatnonzero(parcels["basin"] == basin))
        groups = np.array_split(plots[: 5 * _EACH_KIND], 5)
        truth["faults"] += [_overlap(parcels, int(k), rng) for k in groups[0]]
        truth["faults"] += [_gap(parcels, int(k)) for k in groups[1]]
        truth["faults"] += [_wrong_area(parcels, int(k), rng) for k in groups[2]]
        for k in groups[3]:
            slivers += _sliver(parcels, int(k))
        others = plots[5 * _EACH_KIND :]
        truth["faults"] += _duplicates(parcels, others[~built[others]])
    truth["faults"] += _add_slivers(parcels, slivers)
    return truth


def _unsettled_basins(parcels: Table, basins: int) -> Ints:
    """The basins with the most vacant and farmed parcels, one for every few thousand parcels."""
    open_land = np.isin(parcels["land_use"], ["vacant", "agricultural"])
    open_count = np.bincount(parcels["basin"][open_land], minlength=basins)
    count = max(1, size(parcels) // _PARCELS_FOR_A_BASIN)
    return np.sort(np.argsort(-open_count, kind="stable")[:count])


def _named(parcels: Table, k: int) -> dict[str, Any]:
    return {"parcel": k + 1, "basin": int(parcels["basin"][k]) + 1, "number": parcels["number"][k]}


def _overlap(parcels: Table, k: int, rng: np.random.Generator) -> Truth:
    """Shift a parcel over its neighbours."""
    angle, far = rng.uniform(0, 2 * np.pi), rng.uniform(0.6, 1.6)
    shift = (round(far * float(np.cos(angle)), 3), round(far * float(np.sin(angle)), 3))
    parcels["geom"][k] = shapely.affinity.translate(parcels["geom"][k], *shift)
    return {"kind": "overlap", **_named(parcels, k), "shift_m": shift}


def _gap(parcels: Table, k: int) -> Truth:
    """Draw a parcel in from its boundary, leaving a gap around it."""
    shrunk = parcels["geom"][k].buffer(-0.4, join_style="mitre")
    if shrunk.geom_type == "Polygon" and not shrunk.is_empty:
        parcels["geom"][k] = shrunk
    return {"kind": "gap", **_named(parcels, k), "width_m": 0.4}


def _wrong_area(parcels: Table, k: int, rng: np.random.Generator) -> Truth:
    """Register an area far from the measured one."""
    factor = float(rng.choice([0.82, 0.9, 1.12, 1.3]))
    measured = parcels["geom"][k].area
    parcels["area_official_m2"][k] = round(measured * factor, 2)
    return {"kind": "wrong_area", **_named(parcels, k), "factor": factor}


def _sliver(parcels: Table, k: int) -> list[tuple[int, shapely.Polygon]]:
    """Cut a strip of a hand's breadth off a parcel."""
    shape = parcels["geom"][k]
    box = shapely.get_coordinates(shapely.oriented_envelope(shape))
    side = (box[1] - box[0]) / max(float(np.hypot(*(box[1] - box[0]))), 1e-9)
    blade = shapely.affinity.translate(shape, 0.25 * side[0], 0.25 * side[1])
    rest, strip = shape.intersection(blade), shape.difference(blade)
    strips = [part for part in shapely.get_parts(strip) if part.geom_type == "Polygon" and part.area > 0.05]
    if rest.geom_type != "Polygon" or not strips:
        return []
    parcels["geom"][k] = rest
    return [(k, max(strips, key=lambda part: part.area))]


def _add_slivers(parcels: Table, slivers: list[tuple[int, shapely.Polygon]]) -> list[Truth]:
    """Enter the strips as parcels of their own."""
    if not slivers:
        return []
    first = size(parcels)
    source = np.array([k for k, _ in slivers])
    for column in list(parcels):
        parcels[column] = np.concatenate([parcels[column], parcels[column][source]])
    truth = []
    for at, (_, strip) in enumerate(slivers, start=first):
        parcels["geom"][at] = strip
        parcels["number"][at] = f"{parcels['number'][at]}-ز"
        parcels["land_use"][at] = "vacant"
        parcels["area_official_m2"][at] = round(max(strip.area, 0.01), 2)
        truth.append({"kind": "sliver", **_named(parcels, at), "area_m2": round(strip.area, 3)})
    return truth


def _duplicates(parcels: Table, empty: Ints) -> list[Truth]:
    """Give unbuilt parcels the numbers of others, told apart only by a quarter that nobody uses."""
    truth = []
    for one, two in zip(empty[0 : 2 * _EACH_KIND : 2], empty[1 : 2 * _EACH_KIND : 2], strict=False):
        parcels["number"][two] = parcels["number"][one]
        parcels["quarter"][two] = "أ"
        truth.append({"kind": "duplicate_number", **_named(parcels, int(two)), "twin": int(one) + 1})
    return truth


def raw_pipes(tables: dict[str, Table], rng: np.random.Generator) -> tuple[list[dict[str, Any]], list[Truth]]:
    """Return pipes as an old survey file has them, faults included, and the truth about the faults.

    Zero-length pipes, ends that miss each other by a hand, a pipe drawn twice, a diameter of zero, and
    sewers whose inverts rise.
    """
    links, truth = tables["water_links"], []
    count = min(200, size(links))
    rows = [
        {
            "id": k + 1,
            "kind": "water",
            "diameter": int(links["diameter_mm"][k]),
            "line": shapely.get_coordinates(links["geom"][k]),
        }
        for k in range(count)
    ]
    for at, fault in zip(
        rng.choice(count, 12, replace=False),
        np.repeat(["zero_length", "missed_end", "zero_diameter", "twice"], 3),
        strict=True,
    ):
        row = rows[int(at)]
        if fault == "zero_length":
            row["line"] = np.repeat(row["line"][:1], 2, axis=0)
        elif fault == "missed_end":
            row["line"] = np.vstack([row["line"][:-1], row["line"][-1] + 0.3])
        elif fault == "zero_diameter":
            row["diameter"] = 0
        else:
            rows.append({**row, "id": len(rows) + 1, "line": row["line"][::-1]})
            row = rows[-1]
        truth.append({"kind": str(fault), "id": row["id"]})
    sewers = tables["sewer_links"]
    for k in range(min(60, size(sewers))):
        start, end = float(sewers["start_invert_m"][k]), float(sewers["end_invert_m"][k])
        if k % 15 == 7:
            start, end = end, start
            truth.append({"kind": "rising_sewer", "id": len(rows) + 1})
        rows.append({
            "id": len(rows) + 1, "kind": "sewer", "diameter": int(sewers["diameter_mm"][k]),
            "invert_start": start, "invert_end": end, "line": shapely.get_coordinates(sewers["geom"][k]),
        })  # fmt: skip
    return rows, truth


def people_truth(records: Table) -> Truth:
    """Return who each department's records truly are, in the order of their numbers."""
    answer: Truth = {}
    for department in dict.fromkeys(records["department"].tolist()):
        here = records["department"] == department
        answer[department] = {
            "person": records["person"][here].tolist(),
            "partners": np.flatnonzero(records["truth"][here] == "partners").tolist(),
            "heirs": np.flatnonzero(records["truth"][here] == "heirs").tolist(),
        }
    return answer


def survey_truth(footprints: Table, buildings: int) -> Truth:
    """Return which footprints nobody registered or grew, and which registered buildings are otherwise than registered."""
    named = np.concatenate([footprints["building"], footprints["second"]])
    verdict = np.tile(footprints["verdict"], 2)

    def of(kind: int) -> list[int]:
        numbers: list[int] = (np.unique(named[(verdict == kind) & (named >= 0)]) + 1).tolist()
        return numbers

    return {
        "unregistered": (np.flatnonzero(footprints["verdict"] == UNREGISTERED) + 1).tolist(),
        "enlarged": (np.flatnonzero(footprints["verdict"] == ENLARGED) + 1).tolist(),
        "registered_not_found": (np.setdiff1d(np.arange(buildings), named) + 1).tolist(),
        "seen_as_two": of(HALF),
        "made_smaller": of(SMALLER),
        "seen_as_one": [
            {
                "footprint": int(row) + 1,
                "buildings": [int(footprints[name][row]) + 1 for name in ("building", "second")],
            }
            for row in np.flatnonzero(footprints["verdict"] == JOINED)
        ],
        "rebuilt_beside": of(MOVED),
    }


def no_faults(tables: dict[str, Table]) -> Truth:
    """Mark every basin as settled."""
    tables["basins"]["is_settled"] = np.ones(size(tables["basins"]), dtype=bool)
    return {"unsettled_basins": [], "faults": objects([]).tolist()}
