"""Several layers of one file at once: ticked, named, tried and loaded together, each by itself."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.core.management import CommandError, call_command
from django.test import Client

from layers.importing import tasks
from layers.importing.models import ImportRun, ImportState
from layers.models import Dataset
from tests.importing import files
from tests.importing.test_wizard import upload, work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def town(folder: Path) -> Path:
    """Write a file of four layers: three with features, one with none."""
    path = folder / "town.gpkg"
    files.geopackage(path, files.parcels(), "plot")
    files.geopackage(path, files.frame([files.square(0, 5)], name=["سوق"]), "building")
    files.geopackage(
        path, files.frame([shapely.LineString(files.square(1, 5).exterior.coords)], name=["شارع"]), "street"
    )
    files.geopackage(path, files.parcels().iloc[:0], "nothing", geometry_type="Polygon")
    return path


def sent(page: str) -> dict[str, str]:
    """Return what a browser would send from the page as it is."""
    form = page[page.index("data-parts") :]
    named = dict(re.findall(r'<input type="text" name="([^"]+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        named[name] = chosen.group(1) if chosen else ""
    ticked = re.findall(r'<input type="checkbox" name="([^"]+)"[^>]* checked', form)
    return named | dict.fromkeys(ticked, "on")


def divided(client: Client, path: Path, **post: Any) -> tuple[ImportRun, str]:
    run = upload(client, path)
    here = f"/staff/import/{run.pk}/"
    response = client.post(here + "layer/", post)
    assert response["Location"].endswith("?step=parts"), response.content
    return run, here


def part(run: ImportRun, name: str) -> ImportRun:
    return next(one for one in run.parts.all() if one.layer["name"] == name)


def test_ticked_layers_of_a_file_are_tried_and_loaded_as_one_job(
    sign_in: Callable[..., Client], tmp_path: Path
) -> None:
    engineer = sign_in("engineer")
    run, here = divided(engineer, town(tmp_path), layer=["0:plot", "0:street"])
    page = engineer.get(here, {"step": "parts", "lang": "en"}).content.decode()
    given = sent(page) | {f"{part(run, 'plot').pk}-title_ar": "قطع", f"{part(run, 'plot').pk}-public": "on"}
    assert engineer.post(here + "parts/", given).status_code == 302
    assert work(run).state == ImportState.REHEARSED
    assert not Dataset.objects.exists()
    assert "Load 2 layers" in engineer.get(here, {"lang": "en"}).content.decode()
    engineer.post(here + "load/")
    assert work(run).state == ImportState.LOADED
    assert (run.report["layers"], run.report["loaded"]) == (2, 10)
    made = {one.slug: (one.title_ar, one.view_roles == ["public"]) for one in Dataset.objects.all()}
    assert made == {"plot": ("قطع", True), "street": ("street", False)}
    page = engineer.get(here, {"lang": "ar"}).content.decode()
    assert "layers=plot,street" in page
    assert run.file_name in engineer.get("/staff/import/", {"q": "street"}).content.decode()


def test_a_layer_that_is_refused_stops_no_other_and_is_mended_by_itself(
    sign_in: Callable[..., Client], tmp_path: Path
) -> None:
    engineer = sign_in("engineer")
    run, here = divided(engineer, town(tmp_path), all="1")
    assert run.parts.count() == 3
    page = engineer.get(here, {"step": "parts"}).content.decode()
    engineer.post(here + "parts/", sent(page))
    bad = part(run, "building")
    Dataset.objects.create(slug="building", relation="imported.building", geometry_type="Polygon")
    work(run)
    assert run.state == ImportState.REHEARSED
    bad.refresh_from_db()
    assert (bad.state, bad.refusal["code"]) == (ImportState.INSPECTED, "slug_taken")
    engineer.post(here + "load/")
    assert (work(run).report["layers"], run.state) == (2, ImportState.LOADED)
    # It is an import like any other.
    assert engineer.get(f"/staff/import/{bad.pk}/", {"step": "fields"}).status_code == 200
    # Putting the whole away leaves what was loaded.
    engineer.post(here + "remove/")
    assert set(ImportRun.objects.values_list("slug", flat=True)) == {"plot", "street"}
    plot = ImportRun.objects.get(slug="plot")
    engineer.post(f"/staff/import/{plot.pk}/remove/")
    assert work(plot).state == ImportState.REMOVED


def test_a_layer_called_like_one_of_the_portal_s_own_gets_another_key(
    sign_in: Callable[..., Client], tmp_path: Path
) -> None:
    path = tmp_path / "town.gpkg"
    for name in ("parcels", "streets"):
        files.geopackage(path, files.parcels(), name)
    run, _here = divided(sign_in("engineer"), path, all="1")
    assert {one.slug for one in run.parts.all()} == {"parcels-2", "streets-2"}


def test_keys_systems_and_titles_that_cannot_be_are_asked_again(
    sign_in: Callable[..., Client], tmp_path: Path
) -> None:
    engineer = sign_in("engineer")
    run, here = divided(engineer, town(tmp_path), layer=["0:plot", "0:street"])
    plot, street = part(run, "plot").pk, part(run, "street").pk
    good = sent(engineer.get(here, {"step": "parts"}).content.decode())
    for bad, said in (
        ({f"{plot}-slug": "street"}, "Two of these layers have this key"),
        ({f"{plot}-slug": "Bad Key"}, "lower-case Latin letters"),
        ({f"{plot}-title_{code}": "" for code in ("ar", "en", "fr")}, "Give the layer a title"),
        ({f"{street}-srid": ""}, "does not say in which"),
        ({f"{street}-srid": "4326"}, "which is in degrees"),
    ):
        response = engineer.post(here + "parts/?lang=en", good | bad)
        assert (response.status_code, said in response.content.decode()) == (400, True), (bad, said)
    run.refresh_from_db()
    assert run.state == ImportState.INSPECTED


def test_layers_without_a_system_share_one_and_a_worker_that_died_goes_on(
    sign_in: Callable[..., Client], tmp_path: Path
) -> None:
    engineer = sign_in("engineer")
    path = tmp_path / "town.gpkg"
    for name in ("plot", "street"):
        files.geopackage(path, files.parcels().set_crs(None, allow_override=True), name)
    run, here = divided(engineer, path, all="1")
    given = sent(engineer.get(here, {"step": "parts"}).content.decode())
    engineer.post(here + "parts/", given | {"srid": "28191"})
    assert work(run).report["loaded"] == 18
    engineer.post(here + "load/")
    plot = part(run, "plot")
    ImportRun.objects.filter(pk=plot.pk).update(state=ImportState.LOADING)
    work(run)
    tasks.load.call(str(run.pk))
    assert {one.slug: one.feature_count for one in Dataset.objects.all()} == {"plot": 9, "street": 9}


def test_the_same_file_again_is_offered_as_an_update_of_each_of_its_layers(
    sign_in: Callable[..., Client], tmp_path: Path
) -> None:
    engineer = sign_in("engineer")
    path = tmp_path / "town.gpkg"
    for name in ("north", "south"):
        files.geopackage(path, files.parcels(), name)
    for again in (False, True):
        run, here = divided(engineer, path, all="1")
        page = engineer.get(here, {"step": "parts", "lang": "en"}).content.decode()
        assert ("Bring the layer “south” up to date, rows found by “parcel_no”" in page) == again
        engineer.post(here + "parts/", sent(page))
        work(run)
        engineer.post(here + "load/")
        assert work(run).state == ImportState.LOADED
    assert part(run, "south").report["difference"]["unchanged"] == 9
    assert set(Dataset.objects.values_list("slug", flat=True)) == {"north", "south"}


def test_a_program_takes_several_layers_over_the_api(sign_in: Callable[..., Client], tmp_path: Path) -> None:
    engineer = sign_in("engineer")
    run = upload(engineer, town(tmp_path))
    here = f"/api/v1/imports/{run.pk}"
    wanted = json.dumps({"layers": ["plot", "street"]})
    taken = engineer.put(f"{here}/layers", wanted, content_type="application/json").json()
    assert [(one["layer"], one["slug"]) for one in taken["parts"]] == [("plot", "plot"), ("street", "street")]
    assert engineer.post(f"{here}/load").status_code == 409
    assert engineer.post(f"{here}/rehearse").status_code == 202
    work(run)
    assert engineer.post(f"{here}/load").status_code == 202
    work(run)
    assert [one["loaded"] for one in engineer.get(here).json()["parts"]] == [9, 1]


def test_the_command_takes_every_layer_and_fails_when_one_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = town(tmp_path)
    with pytest.raises(CommandError, match="plot, building, street"):
        call_command("import_layer", str(path), "--name", "town")
    call_command("import_layer", str(path), "--name", "town", "--all")
    assert set(Dataset.objects.values_list("slug", flat=True)) == {
        "town-plot",
        "town-building",
        "town-street",
    }
    assert capsys.readouterr().out.count("read:") == 3
    with pytest.raises(CommandError, match="3 of 3"):
        call_command("import_layer", str(path), "--name", "town", "--all")
