"""Public land: which blocks become the town hall, schools, mosques, parks and the like, and what stands there."""

from dataclasses import dataclass

import numpy as np
import shapely
import shapely.affinity
from numpy.typing import NDArray

from demo.town.footprints import Footprints, fit
from demo.town.layout import Layout
from demo.town.names import Name
from demo.town.noise import Floats
from demo.town.rings import Ints
from demo.town.zones import CORE_ID, FRINGE_ID, INNER_ID, NEW_A_ID, NEW_B_ID


@dataclass(frozen=True)
class Facility:
    """A kind of public land: where it is sought, how large, how many parcels share one, what it is called."""

    kind: str
    zones: tuple[int, ...]
    area_m2: float
    parcels_each: int
    at_least: int
    names: tuple[Name, ...]


FACILITIES = (
    Facility("square", (CORE_ID,), 900, 9000, 300, (Name("ساحة العين", "Ayn Square", "place de la Source"),)),
    Facility("municipality", (INNER_ID, NEW_B_ID), 2200, 100_000, 100, (Name("بلدية عين السرو", "Town Hall", "Hôtel de ville"),)),
    Facility("market", (INNER_ID,), 2600, 12_000, 700, (Name("السوق المركزي", "Central Market", "marché central"),)),
    Facility("mosque", (CORE_ID, INNER_ID, NEW_B_ID, NEW_A_ID), 1300, 800, 150, (
        Name("المسجد الكبير", "Great Mosque", "Grande mosquée"), Name("مسجد النور", "Al-Nur Mosque", "mosquée al-Nour"),
        Name("مسجد التقوى", "Al-Taqwa Mosque", "mosquée al-Taqoua"), Name("مسجد السلام", "Al-Salam Mosque", "mosquée al-Salam"),
        Name("مسجد الرحمة", "Al-Rahma Mosque", "mosquée al-Rahma"), Name("مسجد الهدى", "Al-Huda Mosque", "mosquée al-Houda"))),
    Facility("church", (CORE_ID, INNER_ID), 1100, 20_000, 1000, (Name("كنيسة مار إلياس", "Mar Ilyas Church", "église Mar Ilyas"),)),
    Facility("school", (NEW_B_ID, INNER_ID, NEW_A_ID), 5200, 750, 200, (
        Name("مدرسة بنات السرو الثانوية", "Al-Saru Girls' Secondary School", "lycée de filles al-Sarou"),
        Name("مدرسة ذكور السرو الثانوية", "Al-Saru Boys' Secondary School", "lycée de garçons al-Sarou"),
        Name("مدرسة الزيتون الأساسية", "Al-Zaytun Basic School", "école al-Zaïtoun"),
        Name("مدرسة البيادر الأساسية", "Al-Bayadir Basic School", "école al-Bayadir"),
        Name("مدرسة الكروم الأساسية", "Al-Kurum Basic School", "école al-Kouroum"))),
    Facility("clinic", (NEW_B_ID, INNER_ID), 2000, 2500, 500, (
        Name("عيادة البلدية", "Municipal Clinic", "dispensaire municipal"), Name("مركز صحي الكروم", "Al-Kurum Health Centre", "centre de santé al-Kouroum"))),
    Facility("hospital", (NEW_A_ID, NEW_B_ID), 8500, 15_000, 2000, (Name("مستشفى عين السرو", "Ain al-Saru Hospital", "hôpital d'Aïn es-Sarou"),)),
    Facility("park", (NEW_B_ID, NEW_A_ID, INNER_ID), 4200, 900, 300, (
        Name("حديقة البلدية", "Municipal Park", "parc municipal"), Name("حديقة الصنوبر", "Al-Sanawbar Park", "parc al-Sanaoubar"),
        Name("حديقة المطل", "Al-Mutill Park", "parc al-Moutill"))),
    Facility("cemetery", (FRINGE_ID, NEW_A_ID), 9000, 6000, 300, (Name("مقبرة البلدة", "Town Cemetery", "cimetière"),)),
)  # fmt: skip

LAND_USE = {"park": "park", "cemetery": "cemetery", "square": "public"}
BUILDING_USE = {
    "municipality": "government", "market": "commercial", "mosque": "worship", "church": "worship",
    "school": "school", "clinic": "health", "hospital": "health", "cemetery": "other",
}  # fmt: skip


@dataclass
class Chosen:
    """Blocks given to the public: for each block its facility (index into FACILITIES, or -1) and name."""

    facility: Ints
    names: dict[int, Name]


def choose_blocks(
    layout: Layout, land: NDArray[np.object_], centre: Floats, parcels: int, rng: np.random.Generator
) -> Chosen:
    """Give each facility the blocks that fit it best in size, the first of a kind nearest the centre."""
    area = shapely.area(land)
    zones = np.array([block.zone for block in layout.blocks])
    middle = shapely.get_coordinates(
        shapely.centroid(np.array([b.ring.polygon for b in layout.blocks], dtype=object))
    )
    far = np.hypot(*(middle - centre).T)
    facility = np.full(len(land), -1, dtype=np.int64)
    names: dict[int, Name] = {}
    for number, kind in enumerate(FACILITIES):
        wanted = 0 if parcels < kind.at_least else 1 + parcels // kind.parcels_each
        for turn in range(wanted):
            misfit = np.abs(np.log(np.maximum(area, 1) / kind.area_m2)) * 2
            misfit += far / far.max() * (3 if turn == 0 else 0) + rng.random(len(land)) * (
                0.2 if turn == 0 else 3
            )
            misfit += np.where(np.isin(zones, kind.zones), 0, 100) + np.where(facility >= 0, 1000, 0)
            misfit += np.where(area > 2.6 * kind.area_m2, 50, 0)
            if turn == 0 and kind.zones[0] == CORE_ID:
                misfit += np.where(zones == CORE_ID, 0, 20)
            best = int(np.argmin(misfit))
            if misfit[best] < 50:
                facility[best] = number
                names[best] = _numbered(kind.names, turn)
    return Chosen(facility, names)


def _numbered(names: tuple[Name, ...], turn: int) -> Name:
    name, again = names[turn % len(names)], turn // len(names)
    return (
        name
        if not again
        else Name(f"{name.ar} {again + 1}", f"{name.en} {again + 1}", f"{name.fr} {again + 1}")
    )


_SQUARE = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
_CROSS = np.array([(-0.5, -0.18), (-0.15, -0.18), (-0.15, -0.5), (0.2, -0.5), (0.2, -0.18), (0.5, -0.18),
                   (0.5, 0.18), (0.2, 0.18), (0.2, 0.5), (-0.15, 0.5), (-0.15, 0.18), (-0.5, 0.18)])  # fmt: skip
_COURT = np.array(
    [
        (-0.5, -0.5),
        (0.5, -0.5),
        (0.5, 0.5),
        (0.28, 0.5),
        (0.28, -0.2),
        (-0.28, -0.2),
        (-0.28, 0.5),
        (-0.5, 0.5),
    ]
)
_WINGS = np.array([(-0.5, -0.5), (-0.3, -0.5), (-0.3, -0.12), (0.3, -0.12), (0.3, -0.5), (0.5, -0.5),
                   (0.5, 0.5), (0.3, 0.5), (0.3, 0.12), (-0.3, 0.12), (-0.3, 0.5), (-0.5, 0.5)])  # fmt: skip
# Plan, width and depth in metres of the main building of each kind.
_PLANS = {
    "municipality": (_SQUARE, 34.0, 26.0), "market": (_SQUARE, 44.0, 24.0), "mosque": (_SQUARE, 21.0, 19.0),
    "church": (_CROSS, 28.0, 17.0), "school": (_COURT, 56.0, 34.0), "clinic": (_COURT, 30.0, 18.0),
    "hospital": (_WINGS, 70.0, 46.0), "cemetery": (_SQUARE, 7.0, 5.0),
}  # fmt: skip


def build_facilities(parcels: NDArray[np.object_], kinds: list[str], bearing: Floats) -> Footprints:
    """Return the public buildings: halls with a court, minarets apart, schools of two houses."""
    shapes: list[shapely.Geometry] = []
    owner: list[int] = []
    for number, (parcel, kind) in enumerate(zip(parcels, kinds, strict=True)):
        if kind not in _PLANS:
            continue
        plan, wide, deep = _PLANS[kind]
        room = np.array([parcel.buffer(-2.5)], dtype=object)
        middle = shapely.get_coordinates(shapely.centroid(room))
        turn = np.array([bearing[number] if kind != "mosque" else np.radians(196.0)])
        main = fit([plan], middle, turn, np.array([wide]), np.array([deep]), room)[0]
        if not main.is_empty:
            shapes.append(_finish(main, kind, parcel))
            owner.append(number)
    return Footprints(np.array(shapes, dtype=object), np.array(owner, dtype=np.int64))


def _finish(main: shapely.Polygon, kind: str, parcel: shapely.Polygon) -> shapely.Geometry:
    """Give a hall its court, a mosque its minaret, a school its second house."""
    if kind in ("municipality", "market"):
        court = shapely.affinity.scale(main, 0.42, 0.42)
        return main.difference(court)
    if kind == "mosque":
        corner = shapely.get_coordinates(main)[0]
        return shapely.union(
            main, shapely.Point(corner).buffer(2.0, quad_segs=2).intersection(parcel.buffer(-0.3))
        )
    if kind in ("school", "hospital"):
        house = _second_house(main, parcel)
        if house.area > 60:
            return shapely.MultiPolygon([main, house])
    return main


def _second_house(main: shapely.Polygon, parcel: shapely.Polygon) -> shapely.Polygon:
    """A smaller house beside the main one, parallel to it, where the grounds leave room."""
    free = shapely.get_parts(
        parcel.buffer(-3, join_style="mitre").difference(main.buffer(5, join_style="mitre"))
    )
    room = np.array([max(free, key=lambda part: part.area, default=shapely.Polygon())], dtype=object)
    if room[0].is_empty:
        return shapely.Polygon()
    side = np.diff(shapely.get_coordinates(main)[:2], axis=0)[0]
    turn = np.array([np.arctan2(side[1], side[0])])
    middle = shapely.get_coordinates(shapely.point_on_surface(room))
    placed: shapely.Polygon = fit([_SQUARE], middle, turn, np.array([30.0]), np.array([15.0]), room)[0]
    return placed
