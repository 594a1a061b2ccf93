"""Instances of their own for the tests that need whole ones: folder, cluster, web server."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from scripts.launch import cluster, places
from scripts.launch.places import PYTHON, ROOT


@dataclass(frozen=True)
class Town:
    """An instance with a running cluster."""

    folder: Path

    @property
    def env(self) -> dict[str, str]:
        """Return the environment in which commands act on this instance."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("GISPORTAL_")}
        return {**kept, "GISPORTAL_DATA": str(self.folder), "GISPORTAL_TLS": "0"}

    def manage(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a management command."""
        return subprocess.run(
            [PYTHON, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )

    def must(self, *arguments: str | Path) -> str:
        """Run a management command that has to succeed; return what it prints."""
        ran = self.manage(*arguments)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout


@pytest.fixture(scope="session")
def found_town() -> Iterator[object]:
    """Return what makes empty, migrated instances; all are gone at the end."""
    base = Path(tempfile.mkdtemp(prefix="town-", dir=ROOT / "var" / "test"))
    base.chmod(0o711)
    founded: list[cluster.Cluster] = []
    using = []

    def found(name: str) -> Town:
        place = places.open_instance(base / name)
        own = cluster.make(place, durable=False)
        founded.append(own)
        session = cluster.use(own)
        session.__enter__()
        using.append(session)
        cluster.prepare(own)
        town = Town(place.folder)
        (place.folder / "static").symlink_to(settings.STATIC_ROOT)
        town.must("migrate", "--no-input", "-v0")
        return town

    yield found
    for session in using:
        session.__exit__(None, None, None)
    for own in founded:
        shutil.rmtree(own.home, ignore_errors=True)
    shutil.rmtree(base)
