"""Debian's QGIS as a client: reads features, tiles, WFS and WMS with Arabic; edits, meets a conflict and a refusal."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts.launch.places import PYTHON, ROOT
from tests.browser.conftest import ServedTown
from tests.browser.test_programs import matched

CLIENT = Path(__file__).with_name("qgis_client.py")
SYSTEM_PYTHON = "/usr/bin/python3"
TREES = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": place}, "properties": {"name": name}}
        for place, name in (([35.2602, 32.2215], "شجرة الجامع"), ([35.2610, 32.2220], "خرّوبة البئر"))
    ],
}
ISSUE = """
from datetime import timedelta
from django.contrib.auth import get_user_model
from django.utils import timezone
from accounts.models import ApiToken
who = get_user_model().objects.get(username="engineer")
print(ApiToken.issue(user=who, name="QGIS", verbs=["view", "edit"], expires_at=timezone.now() + timedelta(hours=1))[1])
"""


def has_qgis() -> bool:
    if shutil.which(SYSTEM_PYTHON) is None:
        return False
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PROJ", "GDAL"))
    }
    asked = [SYSTEM_PYTHON, "-c", "import qgis.core"]
    return subprocess.run(asked, env=clean, capture_output=True, check=False).returncode == 0


def managed(town: ServedTown, *arguments: str) -> str:
    ran = subprocess.run(
        [str(PYTHON), "manage.py", *arguments], cwd=ROOT, env=town.env, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(
            "where there is one",
            marks=pytest.mark.skipif(
                not has_qgis(), reason="QGIS is not installed: ./test --long installs it"
            ),
        ),
        pytest.param("among the long campaigns", marks=pytest.mark.long),
    ],
)
def test_qgis_reads_in_every_way_and_edits_by_the_rules(
    served_town: ServedTown, tmp_path: Path, run: str
) -> None:
    file = tmp_path / "trees.geojson"
    file.write_text(json.dumps(TREES, ensure_ascii=False), encoding="utf-8")
    managed(served_town, "import_layer", str(file), "--name", "qgis-trees", "--public")
    token = managed(served_town, "shell", "-c", ISSUE).strip().splitlines()[-1]
    arguments = [served_town.address, "qgis-trees", "parcels", token]
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    env = kept | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    ran = subprocess.run(
        [SYSTEM_PYTHON, str(CLIENT), *arguments], env=env, capture_output=True, text=True, timeout=240
    )
    line = next((one for one in ran.stdout.splitlines() if one.startswith("FOUND ")), None)
    assert line, ran.stdout + ran.stderr[-3000:]
    found: dict[str, Any] = json.loads(line.removeprefix("FOUND "))
    names = sorted(str(one["properties"]["name"]) for one in TREES["features"])  # type: ignore[index]
    assert found["features"] == found["wfs"] == matched(served_town, "parcels")
    assert 0 < found["in_quarter"] < found["features"]
    assert found["names"] == found["wfs_names"] == names
    assert found["tile_colours"] > 1
    assert found["wms_colours"] > 3
    edits = found["edits"]
    assert (edits["without"], edits["conflict"]) == (428, 412)
    assert edits["first"] in (200, 204)
    assert edits["refused"] in (403, 405, 409)
    assert edits["after"] == "زيتونة من QGIS"
