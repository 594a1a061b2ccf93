"""The programs that engineers use read the served town by the open standards."""

import json
import subprocess
import sys
import urllib.request
from typing import Any

import pyogrio
from owslib.ogcapi.features import Features

from tests.browser.conftest import ServedTown

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
