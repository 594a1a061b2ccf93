"""The house stays as ARCHITECTURE.md says: every app on a floor, drivers and imports as decided."""

import subprocess
import sys
import tomllib
from pathlib import Path

from django.apps import apps
from django.db.backends.postgresql.psycopg_any import is_psycopg3

ROOT = Path(__file__).resolve().parent.parent


def floors() -> list[set[str]]:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    return [{room.strip(" ()") for room in line.split("|")} for line in contract["layers"]]


def test_every_app_of_ours_stands_on_just_one_floor() -> None:
    ours = {app.name for app in apps.get_app_configs() if Path(app.path).parent == ROOT}
    rooms = [room for floor in floors() for room in floor]
    assert sorted(rooms) == sorted(ours | {"gisportal"})


def test_imports_run_downwards_only() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_database_driver_is_the_one_that_was_chosen() -> None:
    assert not is_psycopg3


def test_starting_the_portal_does_not_load_the_heavy_libraries() -> None:
    heavy = {"geopandas", "pandas", "rasterio", "weasyprint", "pyogrio", "folium", "scipy", "pyarrow"}
    code = "import sys, gisportal.wsgi; from django.urls import get_resolver as g; g().url_patterns; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert heavy & set(loaded) == set()
