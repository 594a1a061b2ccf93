"""Where coordinates lie under a coordinate reference system: named, guessed, footprint drawn, mistakes seen."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import TransformerGroup

# Offered in this order: the grids of the countries served, then UTM, degrees and web maps.
LOCAL_GRIDS = (28191, 28193, 28192, 2039, 3066, 22780, 22770, 22391, 22392, 32636, 32637, 32632, 22332, 4326, 3857)  # fmt: skip
GEOGRAPHIC = 4326
MARGIN_DEG = 1.0
Point = tuple[float, float]
Box = tuple[float, float, float, float]


@cache
def crs(srid: int) -> CRS:
    """Return the coordinate reference system of an EPSG code; raises CRSError for an unknown one."""
    return CRS.from_epsg(srid)


def is_known(srid: int) -> bool:
    """Say whether EPSG has a horizontal system of that code."""
    try:
        one = crs(srid)
    except CRSError:
        return False
    return one.is_projected or (one.is_geographic and len(one.axis_info) == 2)


def name_of(srid: int) -> str:
    """Return EPSG's name, such as "Palestine 1923 / Palestine Grid"."""
    return str(crs(srid).name)


def identify(label: str | None) -> int | None:
    """Return the EPSG code of what a file says of itself: an "EPSG:n", a WKT of any dialect, or nothing."""
    if not label:
        return None
    if label.upper().startswith("EPSG:") and label[5:].isdigit():
        said = int(label[5:])
        return GEOGRAPHIC if said == 4979 else (said if is_known(said) else None)
    try:
        described = CRS.from_user_input(label)
    except CRSError:
        return None
    if described.is_compound:
        described = described.sub_crs_list[0]
    code = described.to_epsg(min_confidence=70) or described.to_epsg(min_confidence=25)
    return code if code and is_known(code) else _same_parameters(described)


def _same_parameters(described: CRS) -> int | None:
    return next((s for s in LOCAL_GRIDS if crs(s).equals(described, ignore_axis_order=True)), None)


@cache
def _to_degrees(srid: int) -> Transformer:
    return Transformer.from_crs(crs(srid), crs(GEOGRAPHIC), always_xy=True)


def footprint(hull: Sequence[Point], srid: int) -> list[Point] | None:
    """Return the outline in WGS 84 degrees (longitude, latitude), None where the system gives no place."""
    try:
        xs, ys = _to_degrees(srid).transform([x for x, _ in hull], [y for _, y in hull], errcheck=True)
    except ProjError:
        return None
    ring = [(round(x, 7), round(y, 7)) for x, y in zip(xs, ys, strict=True)]
    return ring if all(abs(x) <= 180 and abs(y) <= 90 for x, y in ring) else None


def centre(ring: Sequence[Point]) -> Point:
    """Return the middle of an outline's bounding box."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def area_of_use(srid: int) -> Box | None:
    """Return where EPSG says the system may be used: west, south, east, north in degrees."""
    area = crs(srid).area_of_use
    return area.bounds if area else None


def within(point: Point, box: Box | None, margin: float = MARGIN_DEG) -> bool:
    """Say whether a place lies in a box widened by `margin` degrees."""
    if box is None:
        return True
    west, south, east, north = box
    return west - margin <= point[0] <= east + margin and south - margin <= point[1] <= north + margin


def place(hull: Sequence[Point], srid: int, grid: int) -> dict[str, Any]:
    """Describe the outline under one system: footprint, plausible or not, in the municipality's grid or not."""
    ring = footprint(hull, srid)
    middle = centre(ring) if ring else None
    return {
        "srid": srid,
        "name": name_of(srid),
        "footprint": ring,
        "plausible": bool(middle and _fits(hull, srid) and within(middle, area_of_use(srid))),
        "in_grid": bool(middle and within(middle, area_of_use(grid))),
    }


def in_degrees(hull: Sequence[Point]) -> bool:
    """Say whether coordinates could be longitudes and latitudes."""
    return all(abs(x) <= 180 and abs(y) <= 90 for x, y in hull)


def _fits(hull: Sequence[Point], srid: int) -> bool:
    return bool(crs(srid).is_geographic) == in_degrees(hull)


def candidates(hull: Sequence[Point], grid: int) -> list[dict[str, Any]]:
    """Return every offered system with its footprint; those that put the file in the grid come first."""
    codes = list(dict.fromkeys((grid, *LOCAL_GRIDS)))
    placed = [place(hull, code, grid) for code in codes]
    return sorted(placed, key=lambda one: (not (one["plausible"] and one["in_grid"]), not one["plausible"]))


def mistakes(hull: Sequence[Point], srid: int, grid: int) -> list[str]:
    """Name what is wrong when coordinates do not fit their label: see `layers.importing.messages`."""
    if not _fits(hull, srid):
        return ["degrees_labelled_metres" if in_degrees(hull) else "metres_labelled_degrees"]
    placed = place(hull, srid, grid)
    if placed["plausible"] and placed["in_grid"]:
        return []
    turned = place([(y, x) for x, y in hull], srid, grid)
    if turned["plausible"] and turned["in_grid"]:
        return ["axes_swapped"]
    return [] if placed["plausible"] else ["outside_area_of_use"]


def storage_srid(srid: int, ring: Sequence[Point], grid: int) -> int:
    """Return the system to keep a layer in.

    The municipality's grid where it is valid; elsewhere the layer's own plane system, or its UTM
    zone, or degrees where it reaches beyond one zone.
    """
    middle = centre(ring)
    if within(middle, area_of_use(grid)):
        return grid
    if crs(srid).is_projected and srid != 3857:
        return srid
    zone = min(int((middle[0] + 180) // 6) + 1, 60)
    utm = (32600 if middle[1] >= 0 else 32700) + zone
    return utm if all(within(point, area_of_use(utm)) for point in ring) else GEOGRAPHIC


def allowed_box(srid: int, storage: int) -> Box | None:
    """Return, in the file's own coordinates, the box outside which a row does not belong to the storage system."""
    area = area_of_use(storage)
    if area is None:
        return None
    west, south, east, north = area
    widened = (
        max(west - MARGIN_DEG, -180),
        max(south - MARGIN_DEG, -89),
        min(east + MARGIN_DEG, 180),
        min(north + MARGIN_DEG, 89),
    )
    box = Transformer.from_crs(crs(GEOGRAPHIC), crs(srid), always_xy=True).transform_bounds(*widened)
    return tuple(float(side) for side in box)  # type: ignore[return-value]


def operations(srid: int, target: int, ring: Sequence[Point]) -> list[dict[str, Any]]:
    """List the known ways between two systems at a place, the best first.

    Each has its EPSG name, nominal accuracy in metres (None where unknown) and a function of
    points for comparing it with what the database does.
    """
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    area = AreaOfInterest(min(xs), min(ys), max(xs), max(ys))
    group = TransformerGroup(crs(srid), crs(target), always_xy=True, area_of_interest=area)  # type: ignore[arg-type]
    return [_described(one) for one in group.transformers]


def _described(one: Transformer) -> dict[str, Any]:
    known = one.accuracy is not None and one.accuracy >= 0
    return {
        "name": one.description.replace("axis order change (2D) + ", ""),
        "accuracy_m": one.accuracy if known else None,
        "transform": one.transform,
    }
