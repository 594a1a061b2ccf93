"""The instance folder: where one municipality's database, media and secrets live."""

import importlib.util
import json
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent

# Three database roles: the owner migrates, the worker may also create tables for
# imported layers, the web application only reads and writes rows.
ROLES = {"owner": "gisportal_owner", "worker": "gisportal_worker", "web": "gisportal_web"}


def data_dir() -> Path:
    """Return the instance folder named by $GISPORTAL_DATA, by default `var/` in the checkout."""
    return Path(os.environ.get("GISPORTAL_DATA") or BASE_DIR / "var").resolve()


def secret(name: str, *, length: int = 50) -> str:
    """Return the instance's secret of that name, made at its first use and kept with mode 0600."""
    path = data_dir() / "secrets.json"
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    if name not in kept:
        kept[name] = secrets.token_urlsafe(length)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(kept, file, indent=1)
        partial.replace(path)
    return kept[name]


def database() -> dict[str, Any]:
    """Return Django's description of the database for the role in $GISPORTAL_ROLE.

    $DATABASE_URL names another PostGIS for web and worker; $DATABASE_OWNER_URL, where given,
    the same database with the rights to migrate. Without them the instance's private cluster
    is used, whose socket folder the launcher wrote into the file `pg/socket`
    (and the database's name, if not the usual one, into `pg/database`).
    """
    role = os.environ.get("GISPORTAL_ROLE", "web")
    url = os.environ.get("DATABASE_URL")
    if url and role == "owner":
        url = os.environ.get("DATABASE_OWNER_URL") or url
    if url:
        return _from_url(url, role)
    cluster = data_dir() / "pg"
    return {
        "NAME": _line(cluster / "database", "gisportal"),
        "USER": ROLES[role],
        "HOST": _line(cluster / "socket", str(cluster)),
    }


def _line(path: Path, default: str) -> str:
    return path.read_text().strip() if path.exists() else default


def _from_url(url: str, role: str) -> dict[str, Any]:
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or query.pop("host", "")),
        "PORT": str(parts.port or ""),
        # Whoever the address names acts with no more than the role's rights.
        "OPTIONS": {
            **{key: unquote(value) for key, value in query.items() if key.startswith("ssl")},
            "options": f"-c role={ROLES[role]}",
        },
    }


def wheel_library(package: str, stem: str) -> str:
    """Return the path of a shared library that a package's wheel brings along, without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"{package} is not installed; run ./run, which installs what is missing.")
    folder = Path(spec.origin).parent.parent / f"{package}.libs"
    return str(next(folder.glob(f"{stem}-*.so*")))
