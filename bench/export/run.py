"""Measure exports: `bench/run export [COUNT] [ROUNDS]`, by default 300,000 polygons, 3 rounds.

Interleaved: in each round every contender writes the same layer once. Times include the start of
the program; memory is the largest resident size of the contender's own process (PostgreSQL not
counted). The peers write the table's own columns and one geometry; so does the portal.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisportal.settings")
os.environ["GISPORTAL_ROLE"] = "worker"
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "bench" / "import")]

import data
import django

django.setup()

from django.conf import settings

FOLDER = ROOT / "bench" / "var" / "export"
COLUMNS = "parcel_no,text0,text1,text2,text3,whole0,whole1,whole2,whole3,real0,real1,real2,real3,day,geom"


def main() -> None:
    """Load the layer, run the rounds, print the table."""
    numbers = [int(one) for one in sys.argv[1:] if one.isdigit()]
    count, rounds = (numbers + [300_000, 3][len(numbers) :])[:2]
    FOLDER.mkdir(parents=True, exist_ok=True)
    source = data.make(ROOT / "bench" / "var" / "import", count)["GPKG"]
    manage = [sys.executable, str(ROOT / "manage.py")]
    _run([*manage, "import_layer", str(source), "--name", "bench-export", "--replace"])
    try:
        contenders = _contenders(manage)
        taken = {name: [_measured(name, command) for _ in range(1)] for name, command in contenders.items()}
        for _round in range(rounds - 1):
            for name, command in contenders.items():
                taken[name].append(_measured(name, command))
        _print(count, rounds, taken)
    finally:
        _clear()


def _contenders(manage: list[str]) -> dict[str, list[str]]:
    known = settings.DATABASES["default"]
    peers = Path(os.environ.get("BENCH_PEERS", ROOT / "bench" / "var" / "venv")) / "bin" / "python"
    url = f"postgresql+psycopg2://{known['USER']}@/{known['NAME']}?host={known['HOST']}"
    pg = f"PG:host={known['HOST']} dbname={known['NAME']} user={known['USER']}"
    geopandas = [str(peers), str(Path(__file__).with_name("peer_geopandas.py")), url]
    sql = f"SELECT {COLUMNS} FROM imported.bench_export"
    return {
        "the portal, GeoParquet": [*manage, "export_layer", "bench-export", str(FOLDER / "a.parquet")],
        "geopandas, GeoParquet": [*geopandas, str(FOLDER / "b.parquet")],
        "the portal, GPKG": [*manage, "export_layer", "bench-export", str(FOLDER / "a.gpkg")],
        "ogr2ogr, GPKG": [
            "ogr2ogr",
            "-q",
            "-f",
            "GPKG",
            str(FOLDER / "b.gpkg"),
            pg,
            "-sql",
            sql,
            "-nln",
            "layer",
        ],
        "geopandas, GPKG": [*geopandas, str(FOLDER / "c.gpkg")],
    }


def _measured(name: str, command: list[str]) -> tuple[float, float]:
    for one in FOLDER.iterdir():
        one.unlink()
    began = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _pid, code, usage = os.wait4(child.pid, 0)
    if code:
        sys.exit(f"Stopped: {name} failed: {' '.join(command)[:200]}")
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def _clear() -> None:
    from django.db import connection

    from layers.actions.datasets import forget_dataset

    forget_dataset(slug="bench-export")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS imported.bench_export")


def _print(count: int, rounds: int, taken: dict[str, list[tuple[float, float]]]) -> None:
    middles = {name: statistics.median(seconds for seconds, _ in runs) for name, runs in taken.items()}
    print(f"\n{count:,} polygons, {rounds} rounds, medians; load {os.getloadavg()[0]:.1f}")
    print(f"{'':28}{'s':>8}{'features/s':>12}{'RSS MB':>8}{'it / portal':>13}")
    for name, middle in middles.items():
        ours = middles["the portal, " + name.rpartition(", ")[2]]
        rss = max(one for _, one in taken[name])
        print(f"{name:28}{middle:8.2f}{count / middle:12,.0f}{rss:8.0f}{middle / ours:13.2f}")


if __name__ == "__main__":
    main()
