"""Measure imports: `bench/run import [COUNT] [ROUNDS]`, by default 300,000 polygons, 3 rounds.

`bench/run import memory` measures whether memory stays flat (see `memory`).

Interleaved: in each round every contender loads the same file once, one after another. Times
include the start of the program. Memory is the largest sum of resident pages over the contender's
process tree (PostgreSQL not counted). The portal validates and repairs, and leaves what ogr2ogr
leaves (a key, an index on the geometry) and a second geometry for tiles; that takes the fast way,
since the system of the file is that in which layers are kept. What its worker does to the layer
afterwards is timed on a line of its own: these rows lie in no order, so all are put side by side.
A second peer is ogr2ogr followed by the SQL that makes the table that the portal has in the end (two
geometries, two indexes, rows in Hilbert order), still without validation. Debian's ogr2ogr reads no
GeoParquet: there it loads the same rows from the GeoPackage.
"""

import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisportal.settings")
os.environ["GISPORTAL_ROLE"] = "worker"
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

import data
import django
import memory

django.setup()

from django.conf import settings

TICK_S = 0.02
TYPES = (
    "parcel_no text, text0 text, text1 text, text2 text, text3 text, whole0 int, whole1 int, whole2 int, whole3 int,"
    " real0 float8, real1 float8, real2 float8, real3 float8, day date, geom geometry(Polygon, 28191)"
)
SAME_TABLE = """
CREATE TABLE imported.bench_same (LIKE imported.bench_ogr, geom_tile geometry(Polygon, 3857)
  GENERATED ALWAYS AS (ST_Transform(ST_ForcePolygonCW(geom), 3857)) STORED);
INSERT INTO imported.bench_same ({columns}) SELECT {columns} FROM imported.bench_ogr ORDER BY geom;
ALTER TABLE imported.bench_same ADD PRIMARY KEY ({key});
CREATE INDEX ON imported.bench_same USING gist (geom);
CREATE INDEX ON imported.bench_same USING gist (geom_tile);
ANALYZE imported.bench_same; DROP TABLE imported.bench_ogr;
"""
PREPARE = (
    "import django; django.setup(); from layers.importing.tasks import prepare; prepare.func('bench-ours')"
)
ATTRIBUTES = [one.split()[0] for one in TYPES.split(", ") if not one.startswith(("geom", "28191"))]


@dataclass
class Contender:
    """A way of loading the file: its commands, one after another, and what they took in each round."""

    name: str
    commands: Sequence[Sequence[str]]
    seconds: list[float] = field(default_factory=list)
    rss_mb: float = 0.0


def main() -> None:
    """Run the rounds and print the tables."""
    if "memory" in sys.argv:
        memory.main(ROOT / "bench" / "var" / "import", _loaded)
        return
    numbers = [int(one) for one in sys.argv[1:] if one.isdigit()]
    count, rounds = (numbers + [300_000, 3][len(numbers) :])[:2]
    if not shutil.which("ogr2ogr"):
        sys.exit("Stopped: the benchmark compares with ogr2ogr; install it: apt-get install gdal-bin")
    files = data.make(ROOT / "bench" / "var" / "import", count)
    for kind in ("GPKG", "SHP", "PARQUET"):
        contenders = _contenders(files, kind)
        for _round in range(rounds):
            for one in contenders:
                _clear()
                _run(one)
        _print(kind, count, contenders)
    _clear()


def _loaded(path: Path) -> tuple[float, float]:
    """Load a file once; return seconds and the largest memory in MB."""
    command = [sys.executable, str(ROOT / "manage.py"), "import_layer", str(path), "--name", "bench-ours"]
    one = Contender("portal", [command])
    _clear()
    _run(one)
    _clear()
    return one.seconds[0], one.rss_mb


def _contenders(files: dict[str, Path], kind: str) -> list[Contender]:
    source = str(files[kind])
    peers = Path(os.environ.get("BENCH_PEERS", ROOT / "bench" / "var" / "venv")) / "bin" / "python"
    known = settings.DATABASES["default"]
    url = f"postgresql+psycopg2://{known['USER']}@/{known['NAME']}?host={known['HOST']}"
    read = str(files["GPKG"]) if kind == "PARQUET" else source
    ogr = ["ogr2ogr", "-q", "-f", "PostgreSQL", _pg(), read, "-nln", "imported.bench_ogr",
           "-lco", "GEOMETRY_NAME=geom", "-lco", "FID=gid", "--config", "PG_USE_COPY", "YES"]  # fmt: skip
    columns = ", ".join(["gid", *ATTRIBUTES, "geom"])
    same = SAME_TABLE.format(columns=columns, key="gid")
    ours = [sys.executable, str(ROOT / "manage.py"), "import_layer", source, "--name", "bench-ours"]
    prepare = [sys.executable, "-c", PREPARE]
    copy = f"CREATE TABLE imported.bench_copy ({TYPES});\n\\copy imported.bench_copy from '{files['COPY']}'\n"
    geopandas = [
        str(peers),
        str(Path(__file__).with_name("peer_geopandas.py")),
        source,
        url,
        "bench_geopandas",
    ]
    return [
        Contender("the portal: validated, tile geometry", [ours]),
        Contender("the portal, then prepared by its worker", [ours, prepare]),
        Contender("ogr2ogr COPY", [ogr]),
        Contender("ogr2ogr COPY, then the same table by SQL", [ogr, [*_psql(), "-c", same]]),
        Contender("geopandas.to_postgis", [[*geopandas, "plain"]]),
        *(
            []
            if kind == "PARQUET"
            else [Contender("geopandas.to_postgis, arrow reader", [[*geopandas, "arrow"]])]
        ),
        Contender("psql COPY + GiST (ceiling)", [["sh", "-c", _script(copy)]]),
    ]


def _script(copy: str) -> str:
    text = copy + "CREATE INDEX ON imported.bench_copy USING gist (geom);\n"
    path = ROOT / "bench" / "var" / "import" / "ceiling.sql"
    path.write_text(text)
    return " ".join([*_psql(), "-f", str(path)])


def _pg() -> str:
    known = settings.DATABASES["default"]
    return f"PG:host={known['HOST']} dbname={known['NAME']} user={known['USER']}"


def _psql() -> list[str]:
    known = settings.DATABASES["default"]
    return [
        "psql",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-h",
        str(known["HOST"]),
        "-U",
        str(known["USER"]),
        "-d",
        str(known["NAME"]),
    ]


def _clear() -> None:
    tables = " ".join(
        f"DROP TABLE IF EXISTS imported.bench_{name};"
        for name in ("ours", "ogr", "same", "copy", "geopandas")
    )
    tables += "DELETE FROM layers_datasetfield WHERE dataset_id IN (SELECT id FROM layers_dataset WHERE slug = 'bench-ours');"
    subprocess.run([*_psql(), "-c", tables + "DELETE FROM layers_dataset WHERE slug = 'bench-ours';"],
                   check=True, stderr=subprocess.DEVNULL)  # fmt: skip


def _run(one: Contender) -> None:
    began = time.perf_counter()
    for command in one.commands:
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        stop = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, one, stop))
        watcher.start()
        code = process.wait()
        stop.set()
        watcher.join()
        if code:
            sys.exit(f"Stopped: {one.name} failed: {' '.join(command)[:200]}")
    one.seconds.append(time.perf_counter() - began)


def _watch(pid: int, one: Contender, stop: threading.Event) -> None:
    while not stop.wait(TICK_S):
        one.rss_mb = max(one.rss_mb, sum(_rss_kb(each) for each in _tree(pid)) / 1024)


def _tree(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(grandchild for child in children for grandchild in _tree(int(child)))]


def _rss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


def _print(kind: str, count: int, contenders: list[Contender]) -> None:
    ours = statistics.median(contenders[0].seconds)
    print(
        f"\n{kind}, {count:,} polygons, {len(contenders[0].seconds)} rounds, medians; load {os.getloadavg()[0]:.1f}"
    )
    print(f"{'':46}{'s':>8}{'features/s':>12}{'RSS MB':>8}{'portal / it':>13}{'it / portal':>13}")
    for one in contenders:
        middle = statistics.median(one.seconds)
        print(
            f"{one.name:46}{middle:8.2f}{count / middle:12,.0f}{one.rss_mb:8.0f}{ours / middle:13.2f}{middle / ours:13.2f}"
        )


if __name__ == "__main__":
    main()
