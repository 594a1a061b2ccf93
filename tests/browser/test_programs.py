"""The programs that engineers use read the served town by the open standards."""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from owslib.ogcapi.features import Features
from owslib.wfs import WebFeatureService
from owslib.wms import WebMapService

from tests.browser.conftest import ServedTown

WFS = """
import json, sys, pyogrio
frame = pyogrio.read_dataframe("WFS:" + sys.argv[1], layer="gp:parcels", where="number LIKE '1%'")
print(json.dumps({"count": len(frame), "crs": str(frame.crs.to_epsg()), "numbers": sorted(set(frame["number"]))}))
"""
READ = """
import json, sys, pyogrio
source, layer = sys.argv[1:3]
names = [row[0] for row in pyogrio.list_layers(source)]
box = json.loads(sys.argv[3])
frame = pyogrio.read_dataframe(source, layer=layer, bbox=box and tuple(box))
print(json.dumps({"layers": names, "count": len(frame), "crs": str(frame.crs), "columns": list(frame.columns),
                  "box": list(frame.total_bounds)}))
"""


def by_gdal(town: ServedTown, layer: str, bbox: list[float] | None = None) -> dict[str, Any]:
    """Read a layer with GDAL's own OAPIF driver, in a process of its own as QGIS would."""
    source = f"OAPIF:{town.address}/ogc/"
    done = subprocess.run(
        [sys.executable, "-c", READ, source, layer, json.dumps(bbox)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def matched(town: ServedTown, layer: str) -> int:
    with urllib.request.urlopen(f"{town.address}/ogc/collections/{layer}/items?limit=1") as answer:
        return int(json.load(answer)["numberMatched"])


def test_gdal_pages_through_a_layer_by_box_and_by_field(served_town: ServedTown) -> None:
    assert pyogrio.list_drivers()["OAPIF"] == "r"
    whole = by_gdal(served_town, "parcels")
    assert {"parcels", "buildings", "streets"} <= set(whole["layers"])
    assert "water-connections" not in whole["layers"]
    assert whole["count"] == matched(served_town, "parcels") > 100
    assert {"number", "basin"} <= set(whole["columns"])
    west, south, east, north = whole["box"]
    middle = ((west + east) / 2, (south + north) / 2)
    part = by_gdal(served_town, "parcels", bbox=[west, south, *middle])
    assert 0 < part["count"] < whole["count"]


@pytest.mark.skipif(
    shutil.which("ogr2ogr") is None, reason="ogr2ogr is not installed: apt-get install gdal-bin"
)
def test_ogr2ogr_takes_a_layer_away_whole(served_town: ServedTown, tmp_path: Path) -> None:
    out = tmp_path / "parcels.gpkg"
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PROJ", "GDAL"))}
    command = ["ogr2ogr", "-f", "GPKG", str(out), f"OAPIF:{served_town.address}/ogc/", "parcels"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=clean)
    assert done.returncode == 0, done.stderr
    assert pyogrio.read_info(out)["features"] == matched(served_town, "parcels")


def test_owslib_finds_its_way_from_the_landing_page(served_town: ServedTown) -> None:
    service = Features(f"{served_town.address}/ogc/")
    assert "parcels" in service.feature_collections()
    assert any("cql2-text" in one for one in service.conformance()["conformsTo"])
    assert "number" in service.collection_queryables("parcels")["properties"]
    page = service.collection_items("parcels", limit=5, filter="CASEI(number) LIKE '1%'")
    assert 0 < len(page["features"]) <= 5
    assert all(one["properties"]["number"].startswith("1") for one in page["features"])
    first = page["features"][0]["id"]
    assert service.collection_item("parcels", first)["id"] == first


def test_gdal_reads_wfs_and_has_the_portal_filter(served_town: ServedTown) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WFS, f"{served_town.address}/ogc/wfs"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    url = f"{served_town.address}/ogc/collections/parcels/items?limit=1&filter=number%20LIKE%20%271%25%27"
    with urllib.request.urlopen(url) as answer:
        assert found["count"] == int(json.load(answer)["numberMatched"]) > 0
    assert found["crs"] == "28191"
    assert all(one.startswith("1") for one in found["numbers"])


def test_owslib_reads_wfs_and_wms_of_the_served_town(served_town: ServedTown) -> None:
    features = WebFeatureService(f"{served_town.address}/ogc/wfs", version="2.0.0")
    page = json.load(
        features.getfeature(typename=["gp:parcels"], maxfeatures=3, outputFormat="application/json")
    )
    assert len(page["features"]) == 3
    assert "gp:water-connections" not in features.contents
    maps = WebMapService(f"{served_town.address}/ogc/wms", version="1.3.0")
    west, south, east, north = maps["parcels"].boundingBoxWGS84
    image = maps.getmap(
        layers=["parcels", "streets"],
        srs="CRS:84",
        bbox=(west, south, east, north),
        size=(300, 300),
        format="image/png",
    )
    assert image.read()[:8] == b"\x89PNG\r\n\x1a\n"
