"""Bringing in another system's roll: a year's parcels and lines become parcels, buildings, units and a roll.

Lines name their parcel by one key ("7-18": map and lot). A line that names no parcel of the map, a
parcel that the year before had and this one has not, and one that is new, come out as queues. The
source has no footprints, so that a building stands as its parcel's outline.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from buildings.models import Building, Unit
from cadastre.models import Basin, Parcel
from core.errors import Conflict, Unprocessable
from taxation.models import Discrepancy, ImportedRoll, RollLine, TaxUnit

Report = Callable[[int, int | None, str], None]
SQUARE_FOOT_M2 = Decimal("0.09290304")
SQUARE_METRES_LEAST = Decimal("0.01")
BATCH = 5_000


@dataclass(frozen=True)
class Columns:
    """How the file calls what is read; the rest of a line is kept as it is."""

    key: str = "ML"
    land_area: str = "LandArea"
    covered_area: str = "GrossArea"
    use: str = "UseCode"
    value: str = "TotalAppraisedParcelValue"
    improvements: str = "TotalAppraisedImprovements"
    year_built: str = "AYBYrBuilt"
    storeys: str = "BldgStories"


@dataclass
class Source:
    """A year's two files as read: shapes in the national grid by parcel key, and the lines."""

    shapes: Mapping[str, MultiPolygon]
    lines: list[dict[str, str]]
    unkeyed: int = 0


@dataclass
class Match:
    """What a year's lines and parcels come to, before anything is written."""

    unmatched: list[int] = field(default_factory=list)
    without_line: list[str] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    appeared: list[str] = field(default_factory=list)


def read_lines(path: Path, columns: Columns) -> list[dict[str, str]]:
    """Read a CSV of roll lines; refuses a file without the columns."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in vars(columns).values() if name not in (reader.fieldnames or [])]
        if missing:
            raise Unprocessable(
                _("The file is not a roll"),
                fields={"columns": _("Missing: %(names)s.") % {"names": ", ".join(missing)}},
            )
        return list(reader)


def read_shapes(
    path: Path, key: str, *, plane: int, shift: tuple[float, float] = (0, 0)
) -> tuple[dict[str, MultiPolygon], int]:
    """Read parcels by key, parts of one key joined, repaired, in metres of an EPSG plane moved by `shift`.

    Returns them and how many had no key. Files without a system are in degrees, as TopoJSON is.
    """
    import pyogrio
    from shapely import affinity, make_valid, ops

    frame = pyogrio.read_dataframe(path)
    if key not in frame.columns:
        raise Unprocessable(
            _("The file is not a roll"), fields={"columns": _("Missing: %(names)s.") % {"names": key}}
        )
    frame = (frame if frame.crs else frame.set_crs(4326)).to_crs(plane)
    parts: dict[str, list[Any]] = defaultdict(list)
    unkeyed = 0
    for name, shape in zip(frame[key], frame.geometry, strict=True):
        if not isinstance(name, str) or not name.strip() or shape is None:
            unkeyed += 1
            continue
        parts[name.strip()].append(make_valid(shape))
    joined = {}
    for name, shapes in parts.items():
        whole = shapes[0] if len(shapes) == 1 else ops.unary_union(shapes)
        joined[name] = _polygons(affinity.translate(whole, *shift) if any(shift) else whole)
    return {name: shape for name, shape in joined.items() if shape is not None}, unkeyed


def _polygons(shape: Any) -> MultiPolygon | None:
    """Return the areas of a shape as one multipolygon in the national grid."""
    areas = [one for one in getattr(shape, "geoms", [shape]) if one.geom_type == "Polygon"]
    areas += [
        part for one in getattr(shape, "geoms", []) if one.geom_type == "MultiPolygon" for part in one.geoms
    ]
    if not areas:
        return None
    polygons = [GEOSGeometry(memoryview(area.wkb), srid=settings.GRID_SRID) for area in areas]
    return MultiPolygon(*polygons, srid=settings.GRID_SRID)


def match(source: Source, before: set[str] | None, columns: Columns) -> Match:
    """Hold lines against parcels, and parcels against those of the year before."""
    named = {line[columns.key] for line in source.lines}
    keys = set(source.shapes)
    return Match(
        unmatched=[number for number, line in enumerate(source.lines, 1) if line[columns.key] not in keys],
        without_line=sorted(keys - named),
        vanished=sorted(before - keys) if before is not None else [],
        appeared=sorted(keys - before) if before is not None else [],
    )


@transaction.atomic
def take(
    source: Source,
    *,
    name: str,
    year: int,
    by: Any,
    columns: Columns | None = None,
    report: Report = lambda done, total, message: None,
) -> ImportedRoll:
    """Write a year: parcels that are new open and those that are gone close; units follow their lines."""
    columns = columns or Columns()
    if ImportedRoll.objects.filter(name=name, year__gte=year).exists():
        raise Conflict(_("This year of the roll, or a later one, is here already."))
    earlier = ImportedRoll.objects.filter(name=name).order_by("-year").first()
    basins = _Basins(name)
    before = basins.parcels()
    found = match(source, set(before) if earlier else None, columns)
    roll = ImportedRoll.objects.create(name=name, year=year, by=by)
    report(1, 6, _("Parcels"))
    _close(before, found.vanished)
    parcels = _open(basins, before, source.shapes)
    report(2, 6, _("Buildings"))
    units = _Units(roll, parcels, source, columns)
    units.buildings()
    report(3, 6, _("Units"))
    units.write()
    report(4, 6, _("Lines"))
    units.keep_lines()
    report(5, 6, _("Queues"))
    _queue(roll, earlier, found, source, parcels, before, columns)
    roll.counts = {
        "parcels": len(source.shapes), "parcels_without_key": source.unkeyed, "lines": len(source.lines),
        "keys": len({line[columns.key] for line in source.lines if line[columns.key]}),
        "matched": len(source.lines) - len(found.unmatched), "unmatched": len(found.unmatched),
        "parcels_without_line": len(found.without_line), "vanished": len(found.vanished), "appeared": len(found.appeared),
    }  # fmt: skip
    roll.save(update_fields=["counts"])
    report(6, 6, "")
    return roll


class _Basins:
    """The maps of the source as basins: the part of a key before its last dash."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.known = {one.number: one for one in Basin.objects.in_force().filter(locality=name)}

    def parcels(self) -> dict[str, Parcel]:
        """Return the parcels in force of this source by key."""
        found = Parcel.objects.in_force().filter(basin__locality=self.name).select_related("basin")
        return {
            f"{one.basin.number}-{one.number}" if one.basin.number != "-" else one.number: one
            for one in found
        }

    def of(self, key: str, shape: MultiPolygon) -> tuple[Basin, str]:
        """Return the basin of a key and the number in it; a new map gets the outline of its first parcel."""
        block, dash, lot = key.rpartition("-")
        number = block if dash and block and lot else "-"
        if number not in self.known:
            self.known[number] = Basin.objects.create(
                governorate=self.name, locality=self.name, number=number[:20], geom=shape
            )
        return self.known[number], lot if number != "-" else key


def _close(before: dict[str, Parcel], vanished: list[str]) -> None:
    gone = [before[key].pk for key in vanished]
    now = timezone.now()
    TaxUnit.objects.filter(parcel__in=gone, retired_at=None).update(retired_at=now)
    Unit.objects.filter(building__parcel__in=gone, end_lifespan=None).update(end_lifespan=now)
    Building.objects.filter(parcel__in=gone, end_lifespan=None).update(end_lifespan=now)
    Parcel.objects.filter(pk__in=gone).update(end_lifespan=now)


def _open(
    basins: _Basins, before: dict[str, Parcel], shapes: Mapping[str, MultiPolygon]
) -> dict[str, Parcel]:
    rows = {}
    for key, shape in shapes.items():
        if key not in before:
            basin, number = basins.of(key, shape)
            rows[key] = Parcel(basin=basin, number=number[:20], geom=shape)
    Parcel.objects.bulk_create(rows.values(), batch_size=BATCH)
    return {**{key: before[key] for key in shapes if key in before}, **rows}


class _Units:
    """The lines of a year as units of buildings, or of land where nothing is built."""

    def __init__(
        self, roll: ImportedRoll, parcels: dict[str, Parcel], source: Source, columns: Columns
    ) -> None:
        self.roll, self.parcels, self.columns = roll, parcels, columns
        self.lines: dict[str, list[tuple[int, dict[str, str]]]] = defaultdict(list)
        self.loose: list[tuple[int, dict[str, str]]] = []
        for number, line in enumerate(source.lines, 1):
            key = line[columns.key]
            if key in parcels:
                self.lines[key].append((number, line))
            else:
                self.loose.append((number, line))
        self.of_line: dict[int, TaxUnit] = {}

    def _is_built(self, line: dict[str, str]) -> bool:
        return number_of(line[self.columns.improvements]) > 0

    def buildings(self) -> None:
        """Open a building on each parcel with a built line that has none yet."""
        ids = [one.pk for one in self.parcels.values()]
        found = Building.objects.in_force().filter(parcel__in=ids)
        self.by_parcel = {one.parcel_id: one for one in found}
        rows = []
        for key, lines in self.lines.items():
            parcel = self.parcels[key]
            built = [line for _number, line in lines if self._is_built(line)]
            if built and parcel.pk not in self.by_parcel:
                rows.append(Building(
                    code=f"{self.roll.name}-{key}"[:40], parcel=parcel, geom=parcel.geom,
                    floors=min(200, max(1, round(max(number_of(line[self.columns.storeys]) for line in built)))),
                    year_built=int(max(number_of(line[self.columns.year_built]) for line in built)) or None,
                ))  # fmt: skip
        Building.objects.bulk_create(rows, batch_size=BATCH)
        self.by_parcel |= {one.parcel_id: one for one in rows}

    def write(self) -> None:
        """Write the register's units and the tax units; those of the year before take this year's facts."""
        TaxUnit.objects.filter(parcel__in=[one.pk for one in self.parcels.values()], retired_at=None).update(
            retired_at=timezone.now()
        )
        Unit.objects.filter(
            building__in=[one.pk for one in self.by_parcel.values()], end_lifespan=None
        ).update(end_lifespan=timezone.now())
        units, taxed = [], []
        for key, lines in self.lines.items():
            parcel = self.parcels[key]
            for place, (number, line) in enumerate(lines, 1):
                building = self.by_parcel.get(parcel.pk) if self._is_built(line) else None
                area = self._area(line, covered=building is not None)
                unit = None
                if building is not None:
                    unit = Unit(building=building, number=str(place), area_m2=min(area, Decimal("99999999")))
                    units.append(unit)
                row = TaxUnit(
                    label=f"{key}/{place}"[:120], parcel=parcel, building=building, area_m2=area,
                    subject="building" if building else "land", use=use_of(line[self.columns.use]),
                    facts={"market_value": str(number_of(line[self.columns.value]))},
                )  # fmt: skip
                taxed.append((number, unit, row, parcel, place))
        Unit.objects.bulk_create(units, batch_size=BATCH)
        for number, unit, row, parcel, place in taxed:
            row.collection, row.feature_id = (
                ("units", unit.pk)
                if unit
                else ("parcels", parcel.pk)
                if place == 1
                else (f"roll-{self.roll.year}", number)
            )
        TaxUnit.objects.bulk_create([row for _n, _u, row, _p, _i in taxed], batch_size=BATCH)
        self.of_line = {number: row for number, _u, row, _p, _i in taxed}

    def _area(self, line: dict[str, str], *, covered: bool) -> Decimal:
        feet = number_of(line[self.columns.covered_area]) if covered else Decimal(0)
        feet = feet or number_of(line[self.columns.land_area])
        return max(SQUARE_METRES_LEAST, (feet * SQUARE_FOOT_M2).quantize(Decimal("0.01")))

    def keep_lines(self) -> None:
        """Keep every line as it came, with the parcel and unit that it became."""
        matched = [(number, line) for lines in self.lines.values() for number, line in lines]
        RollLine.objects.bulk_create(
            (
                RollLine(
                    roll=self.roll, number=number, key=line[self.columns.key][:40], values=line,
                    parcel=self.parcels.get(line[self.columns.key]), unit=self.of_line.get(number),
                )
                for number, line in sorted([*matched, *self.loose], key=lambda pair: pair[0])
            ),
            batch_size=BATCH,
        )  # fmt: skip


def number_of(text: str | None) -> Decimal:
    """Return a number of a line; nothing, and what is none, counts as 0."""
    try:
        value = Decimal((text or "0").replace(",", "").strip() or "0")
    except InvalidOperation:
        return Decimal(0)
    return value if value.is_finite() and value > 0 else Decimal(0)


def use_of(code: str) -> str:
    """Return the use of a Massachusetts class code: 1xx and 0xx with dwellings are residential."""
    return "residential" if code[:1] == "1" or code[:2] in ("01", "00") else "non_residential"


def _queue(
    roll: ImportedRoll,
    earlier: ImportedRoll | None,
    found: Match,
    source: Source,
    parcels: dict[str, Parcel],
    before: dict[str, Parcel],
    columns: Columns,
) -> None:
    """Put what does not fit into the queues; another year's rows give way."""
    Discrepancy.objects.filter(queue__in=("unmatched", "vanished", "appeared"), state="open").update(
        state="gone"
    )
    rows = []
    for number in found.unmatched:
        line = source.lines[number - 1]
        text = " · ".join(filter(None, (line[columns.key], line.get("Location", ""), line[columns.use])))
        rows.append(Discrepancy(
            queue="unmatched", collection=f"roll-{roll.year}", feature_id=number, label=line[columns.key][:120] or "—",
            evidence={"number": number, "year": roll.year, "text": text},
        ))  # fmt: skip
    years = {"before": earlier.year if earlier else None, "after": roll.year}
    for code, keys, among in (("vanished", found.vanished, before), ("appeared", found.appeared, parcels)):
        rows += [
            Discrepancy(
                queue=code, collection="parcels", feature_id=among[key].pk, label=key[:120], parcel_id=among[key].pk,
                evidence=years,
            )
            for key in keys
        ]  # fmt: skip
    Discrepancy.objects.bulk_create(rows, batch_size=BATCH)
