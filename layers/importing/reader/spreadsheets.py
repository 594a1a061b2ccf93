"""Tables of text (CSV, Excel) written anew for GDAL: one encoding, one delimiter, the place in columns of ours.

How a table is read is its *reading*: `encoding`, and either `x` and `y`, or `wkt`, the columns that
hold the place, or `join`, the column by which the place is found elsewhere. What the reading leaves open is guessed, and what was used comes back with the source.
"""

import csv
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from layers.importing.reader import archive, encodings, formats
from layers.importing.reader.refusals import Refusal

HEAD = 1 << 18
MAX_COLUMNS = 500
MAX_CELL = 1 << 20
X, Y, WKT = "gisportal_x", "gisportal_y", "gisportal_wkt"
_PLACE_OPTIONS = {
    "X_POSSIBLE_NAMES": X,
    "Y_POSSIBLE_NAMES": Y,
    "GEOM_POSSIBLE_NAMES": WKT,
    "KEEP_GEOM_COLUMNS": "NO",
}
_NAMES = {
    "x": (
        "x", "e", "east", "easting", "lon", "long", "lng", "longitude", "pointx", "xcoord", "coordx", "س", "السينات",
        "الاحداثي السيني", "الإحداثي السيني", "شرقيات", "الشرق", "خط الطول", "est",
    ),
    "y": (
        "y", "n", "north", "northing", "lat", "latitude", "pointy", "ycoord", "coordy", "ص", "الصادات",
        "الاحداثي الصادي", "الإحداثي الصادي", "شماليات", "الشمال", "خط العرض", "nord",
    ),
    "wkt": ("wkt", "geometry", "geom", "thegeom", "shape", "geomwkt", "الشكل"),
}  # fmt: skip
_WKT = re.compile(
    r"\s*(SRID=\d+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)\s*(Z|M|ZM)?\s*[(]",
    re.IGNORECASE,
)
_WKT_SRID = re.compile(r"^\s*SRID=\d+;", re.IGNORECASE)
# As `core.numbers` has them: nothing outside this folder can be read once a file is open.
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫−", "01234567890123456789.-")
Reading = Mapping[str, Any]
# What of a reading decides how a table is read; the rest of it says what was found.
CHOICES = ("encoding", "x", "y", "wkt", "join")


def is_in_degrees(reading: Reading) -> bool:
    """Say whether the columns of the place are called longitude and latitude."""
    return _folded(str(reading.get("x") or "")) in ("lon", "long", "lng", "longitude", "خطالطول")


def _folded(name: str) -> str:
    return re.sub(r"[\s_.-]+", "", name).lower()


def written(source: archive.Source, reading: Reading, scratch: Path, number: int) -> list[archive.Source]:
    """Return the tables of the file, each as a CSV that GDAL reads, in `scratch`."""
    tables = _of_workbook if source.format is formats.XLSX else _of_text
    found = []
    with tables(source, reading) as sheets:
        for sheet, (name, how, rows) in enumerate(sheets):
            target = scratch / f"table{number}-{sheet}.csv"
            used = _write(rows, target, {**how, **_place(reading)})
            if used is not None:
                options = {
                    **formats.CSV_OPTIONS,
                    **(_PLACE_OPTIONS if used.get("x") or used.get("wkt") or used.get("join") else {}),
                }
                found.append(replace(source, path=target, name=name, options=options, reading=used))
    if not found:
        raise Refusal("file_without_features")
    return found


def _place(reading: Reading) -> dict[str, Any]:
    return {key: reading[key] for key in ("x", "y", "wkt", "join") if reading.get(key)}


Sheets = Iterable[tuple[str, dict[str, Any], Iterator[Sequence[Any]]]]


@contextmanager
def _of_text(source: archive.Source, reading: Reading) -> Iterator[Sheets]:
    with source.path.open("rb") as file:
        head = file.read(HEAD)
    ranked = _encodings(head)
    encoding = reading.get("encoding") or ranked[0]
    text = head.decode(encoding, "replace")
    csv.field_size_limit(MAX_CELL)
    with source.path.open("r", encoding=encoding, errors="replace", newline="") as lines:
        clean = (line.replace("\0", "") for line in lines)
        how = {"encoding": encoding, "encodings": _samples(head, ranked), "telling": not head.isascii()}
        yield [(source.name, how, csv.reader(clean, delimiter=_delimiter(text)))]


def _encodings(head: bytes) -> list[str]:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ["utf-16"]
    if head.startswith(b"\xef\xbb\xbf"):
        return ["utf-8-sig"]
    cells = [cell for cell in re.split(rb"[,;\t|\r\n]", head[: head.rfind(b"\n") + 1 or None]) if cell]
    return encodings.rank(cells)


def _samples(head: bytes, ranked: list[str]) -> list[dict[str, Any]]:
    lines = [line for line in re.split(rb"[\r\n]+", head)[:400] if not line.isascii()][:8]
    if len(ranked) == 1 or not lines:
        return []
    return [
        {
            "encoding": one,
            "title": encodings.TITLES[one],
            "rows": [[encodings.decode(line, one)[:200]] for line in lines],
        }
        for one in ranked
    ]


def _delimiter(text: str) -> str:
    """Return the sign that stands equally often in most of the first lines, and most often."""
    lines = [line for line in text.splitlines()[:21] if line.strip()][:20]

    def steadiness(sign: str) -> tuple[float, int]:
        counts = [line.count(sign) for line in lines]
        usual = max(set(counts), key=counts.count) if counts else 0
        return (counts.count(usual) / len(counts) if usual else 0.0, usual)

    return max(",;\t|", key=steadiness)


@contextmanager
def _of_workbook(source: archive.Source, reading: Reading) -> Iterator[Sheets]:
    import mimetypes
    import zipfile

    # The library would read the system's list of file types, which is locked away.
    mimetypes.knownfiles = []
    import openpyxl

    try:
        with zipfile.ZipFile(source.path) as packed:
            archive.judged(packed, source.path.stat().st_size)
        book = openpyxl.load_workbook(source.path, read_only=True, data_only=True, keep_links=False)
    except Refusal:
        raise
    # A workbook made to do harm may fail in any way.
    except Exception as error:
        raise Refusal("file_unreadable", said=str(error)[:200]) from error
    try:
        yield ((sheet.title, {}, sheet.iter_rows(values_only=True)) for sheet in book.worksheets)
    finally:
        book.close()


def _write(rows: Iterator[Sequence[Any]], target: Path, reading: dict[str, Any]) -> dict[str, Any] | None:
    """Write the table with the place in columns of ours; return the reading as it was used, None for no table."""
    head = next((row for row in rows if any(_text(cell) for cell in row)), None)
    if head is None:
        return None
    names = _columns(head)
    first = [list(row) for row in itertools.islice(rows, 50)]
    used = _guessed(names, first, reading)
    placed = _placed(names, used)
    # The shape is no attribute; and GDAL would take a column called WKT for a second one.
    kept = [at for at, name in enumerate(names) if name != used.get("wkt")]
    with target.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow([*(names[at] for at in kept), *placed])
        for row in itertools.chain(first, rows):
            cells = [_text(cell) for cell in row[: len(names)]]
            cells += [""] * (len(names) - len(cells))
            if any(cells):
                place = [read(cells[at]) for at, read in placed.values()]
                out.writerow([*(cells[at] for at in kept), *(place if all(place) else [""] * len(place))])
    return used | {"columns": names}


def _placed(names: list[str], used: Reading) -> dict[str, tuple[int, Callable[[str], str]]]:
    """Return the columns that GDAL takes the place from: where each stands in a row, and how it is read."""
    if used.get("join"):
        return {WKT: (names.index(used["join"]), lambda _cell: "")}
    if used.get("wkt"):
        return {WKT: (names.index(used["wkt"]), lambda cell: _WKT_SRID.sub("", cell))}
    if used.get("x"):
        return {X: (names.index(used["x"]), number), Y: (names.index(used["y"]), number)}
    return {}


def _columns(head: Sequence[Any]) -> list[str]:
    """Return names for the columns, every one different, none of ours."""
    last = max(index for index, cell in enumerate(head) if _text(cell)) + 1
    if last > MAX_COLUMNS:
        raise Refusal("too_many_columns", count=last, limit=MAX_COLUMNS)
    names: list[str] = []
    for index, cell in enumerate(head[:last], 1):
        name = _text(cell).replace("\ufeff", "").strip()[:100] or f"column {index}"
        again = 2
        base = name
        while name.lower() in (one.lower() for one in names) or name in (X, Y, WKT):
            name, again = f"{base} {again}", again + 1
        names.append(name)
    return names


def _guessed(names: list[str], rows: list[list[Any]], reading: dict[str, Any]) -> dict[str, Any]:
    chosen = _place(reading)
    if chosen:
        # The same reading serves every sheet; one without these columns has no place.
        lacks_some = any(name not in names for name in chosen.values())
        return {key: value for key, value in reading.items() if key not in chosen} if lacks_some else reading
    folded = {_folded(name): name for name in reversed(names)}
    known = {
        key: next((folded[_folded(one)] for one in words if _folded(one) in folded), None)
        for key, words in _NAMES.items()
    }
    wkt = known["wkt"]
    if wkt and any(_WKT.match(_text(row[names.index(wkt)])) for row in rows if len(row) > names.index(wkt)):
        return reading | {"wkt": wkt}
    if known["x"] and known["y"]:
        return reading | {"x": known["x"], "y": known["y"]}
    return reading


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if hasattr(cell, "isoformat"):
        return str(
            cell.isoformat(" ") if hasattr(cell, "hour") and hasattr(cell, "year") else cell.isoformat()
        )
    return str(cell)


def number(written: str) -> str:
    """Return a coordinate as a program reads it: Arabic digits, a decimal comma, grouping; empty if it is none.

    Where comma and point both stand, the last is the decimal sign; a single comma is one.
    """
    plain = re.sub(r"[\s\u00a0\u066c'’_]", "", written.translate(_DIGITS))
    if "," in plain and "." in plain:
        grouping = "," if plain.rindex(".") > plain.rindex(",") else "."
        plain = plain.replace(grouping, "")
    if plain.count(",") == 1:
        plain = plain.replace(",", ".")
    try:
        value = float(plain.replace(",", ""))
    except ValueError:
        return ""
    return repr(value) if abs(value) < 1e12 else ""
