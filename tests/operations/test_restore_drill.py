"""The restore drill: a whole instance goes into one file and comes back in another, empty one."""

import hashlib
import json
import math
import os
import re
import tarfile
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import mapbox_vector_tile
import psycopg2
import pytest

from scripts.launch import serving
from scripts.launch.places import Instance
from tests.operations.conftest import Town

FoundTown = Callable[[str], Town]
pytestmark = pytest.mark.usefixtures("found_town")


@pytest.fixture(scope="module")
def full_town(found_town: FoundTown) -> Town:
    """A small demo town with a document and an imported layer."""
    town = found_town("full")
    town.must("create_demo", "--parcels", "200", "--seed", "3")
    document = town.folder / "media" / "plans" / "خطة.pdf"
    document.parent.mkdir(parents=True)
    document.write_bytes(os.urandom(3_000_000))
    query(town, "CREATE TABLE imported.wells AS SELECT id, geom FROM cadastre_parcel LIMIT 17", role="worker")
    query(town, "SELECT audit_watch('imported.wells')", role="worker")
    return town


@pytest.fixture(scope="module")
def backup(full_town: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("safe") / "town.backup"
    full_town.must("backup", target)
    return target


@pytest.fixture(scope="module")
def restored_town(found_town: FoundTown, backup: Path) -> Town:
    town = found_town("restored")
    town.must("restore", backup)
    return town


def query(town: Town, sql: str, *, role: str = "owner") -> list[tuple[object, ...]]:
    socket = (town.folder / "pg" / "socket").read_text().strip()
    with psycopg2.connect(host=socket, dbname="gisportal", user=f"gisportal_{role}") as session:
        cursor = session.cursor()
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def row_counts(town: Town) -> dict[str, int]:
    tables = query(
        town,
        "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('public', 'imported')",
    )
    return {str(name): int(str(query(town, f"SELECT count(*) FROM {name}")[0][0])) for (name,) in tables}


def file_digests(town: Town) -> dict[str, str]:
    kept = [town.folder / "secrets.json", *(town.folder / "media").rglob("*")]
    return {
        str(path.relative_to(town.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in kept
        if path.is_file()
    }


def test_every_table_has_its_rows_again(full_town: Town, restored_town: Town) -> None:
    counts = row_counts(full_town)
    assert counts["public.cadastre_parcel"] > 100
    assert counts["imported.wells"] == 17
    assert row_counts(restored_town) == counts


def test_every_table_belongs_to_its_role_again(full_town: Town, restored_town: Town) -> None:
    owners = (
        "SELECT schemaname, tablename, tableowner FROM pg_tables WHERE schemaname IN ('public', 'imported')"
    )
    grants = """SELECT table_schema, table_name, grantee, privilege_type
        FROM information_schema.role_table_grants WHERE table_schema IN ('public', 'imported')"""
    for question in (owners, grants):
        assert sorted(query(restored_town, question)) == sorted(query(full_town, question))


def test_every_file_is_the_same_again(full_town: Town, restored_town: Town) -> None:
    digests = file_digests(full_town)
    assert len(digests) >= 2
    assert file_digests(restored_town) == digests


def test_secrets_stay_readable_for_their_owner_alone(restored_town: Town, backup: Path) -> None:
    for path in (restored_town.folder / "secrets.json", backup):
        assert path.stat().st_mode & 0o777 == 0o600


def test_the_restored_instance_keeps_every_promise(restored_town: Town) -> None:
    assert ", 0 broken" in restored_town.must("check_integrity")


@pytest.fixture
def served(
    full_town: Town, restored_town: Town, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Town], str]]:
    """Return what serves a town, one at a time, and says where."""
    running: list[serving.Program] = []

    def serve(town: Town) -> str:
        stop()
        for name, value in town.env.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("GISPORTAL_ROLE", "web")
        web = serving.programs(Instance(town.folder), free_port)[1]
        web.start()
        running.append(web)
        serving._wait_until_answering([web], free_port)
        return f"http://127.0.0.1:{free_port}"

    def stop() -> None:
        while running:
            web = running.pop()
            web.stop()
            print(web.log.read_text())  # pytest shows it where a request failed

    yield serve
    stop()


def tile_address(town: Town, *, zoom: int = 15) -> str:
    ((lon, lat),) = query(
        town,
        """SELECT ST_X(point), ST_Y(point) FROM (
            SELECT ST_Transform(ST_PointOnSurface(geom), 4326) AS point FROM cadastre_parcel ORDER BY id LIMIT 1
        ) one""",
    )
    tiles = 2**zoom
    x = int((float(str(lon)) + 180) / 360 * tiles)
    y = int((1 - math.asinh(math.tan(math.radians(float(str(lat))))) / math.pi) / 2 * tiles)
    return f"/tiles/parcels/{zoom}/{x}/{y}.mvt"


def features_of(address: str) -> list[str]:
    """Return a tile's features, in an order that does not depend on how the table lies on the disk."""
    tile = mapbox_vector_tile.decode(urllib.request.urlopen(address).read())
    return sorted(json.dumps(feature, sort_keys=True) for feature in tile["parcels"]["features"])


def signed_in_as(address: str, name: str, password: str) -> bool:
    """Sign in as a browser does, and say whether a session came of it."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(f"{address}/accounts/login/").read().decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, page
    form = {"csrfmiddlewaretoken": found[1], "login": name, "password": password}
    browser.open(f"{address}/accounts/login/", urlencode(form).encode())
    return any(cookie.name == "sessionid" for cookie in jar)


def test_the_restored_portal_draws_the_same_tile_and_lets_people_in(
    full_town: Town, restored_town: Town, served: Callable[[Town], str]
) -> None:
    tile = tile_address(full_town)
    before = features_of(served(full_town) + tile)
    assert len(before) > 10
    address = served(restored_town)
    assert features_of(address + tile) == before
    password = json.loads((full_town.folder / "secrets.json").read_text())["demo_password"]
    assert signed_in_as(address, "engineer", password)
    assert not signed_in_as(address, "engineer", "wrong")


def test_a_second_restore_is_refused_since_the_instance_is_not_empty(
    restored_town: Town, backup: Path
) -> None:
    counts = row_counts(restored_town)
    refused = restored_town.manage("restore", backup)
    assert refused.returncode == 1
    assert "This instance is not empty" in refused.stderr
    assert "./run --empty --setup-only --data DIR" in refused.stderr
    assert row_counts(restored_town) == counts


def test_a_backup_never_overwrites_a_file(full_town: Town, backup: Path) -> None:
    before = backup.read_bytes()
    refused = full_town.manage("backup", backup)
    assert (refused.returncode, "exists already" in refused.stderr) == (1, True)
    assert backup.read_bytes() == before


@pytest.fixture(scope="module")
def empty_town(found_town: FoundTown) -> Town:
    return found_town("empty")


def refusal(town: Town, backup: Path) -> str:
    """Return what restoring says, having made sure that it changed nothing."""
    before = row_counts(town)
    refused = town.manage("restore", backup)
    assert refused.returncode == 1
    assert row_counts(town) == before
    assert "Traceback" not in refused.stderr
    return refused.stderr


def test_a_file_cut_short_is_refused(empty_town: Town, backup: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.backup"
    cut.write_bytes(backup.read_bytes()[: backup.stat().st_size // 2])
    assert "cut short" in refusal(empty_town, cut)


def test_a_file_that_is_no_backup_is_refused(empty_town: Town, tmp_path: Path) -> None:
    letter = tmp_path / "letter.backup"
    letter.write_text("Dear town,\n")
    assert "is not a backup of a portal" in refusal(empty_town, letter)


def test_a_flipped_byte_is_refused(empty_town: Town, backup: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.backup"
    content = bytearray(backup.read_bytes())
    with tarfile.open(backup) as tar:
        place = tar.getmember("files/media/plans/خطة.pdf").offset_data + 1000
    content[place] ^= 1
    damaged.write_bytes(content)
    assert "خطة.pdf is damaged" in refusal(empty_town, damaged)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"postgres": 99}, "comes from PostgreSQL 99"),
        ({"grid_srid": 2039}, "set up an empty instance with GISPORTAL_SRID=2039"),
        ({"migrations": {"core": ["9999_flying_cars"]}}, "lacks its step core.9999_flying_cars"),
        ({"format": 2}, "backup format 2"),
    ],
)
def test_a_backup_of_another_version_is_refused_in_plain_words(
    empty_town: Town, backup: Path, tmp_path: Path, change: dict[str, object], words: str
) -> None:
    other = tmp_path / "other.backup"
    with tarfile.open(backup) as source, tarfile.open(other, "w", format=tarfile.PAX_FORMAT) as target:
        for member in source.getmembers():
            content = source.extractfile(member)
            assert content is not None
            if member.name == "manifest.json":
                path = tmp_path / "manifest.json"
                path.write_text(json.dumps({**json.load(content), **change}))
                target.add(path, "manifest.json")
            else:
                target.addfile(member, content)
    assert words in refusal(empty_town, other)
