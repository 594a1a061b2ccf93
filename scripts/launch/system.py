"""The machine: is it a supported one, and are the packages there that only it can provide."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from scripts.launch import say
from scripts.launch.places import need_space
from scripts.launch.say import Refusal
from scripts.launch.shell import output, quietly

SUPPORTED = {("debian", "12"), ("debian", "13"), ("ubuntu", "24.04")}
RUN_PACKAGES = (
    "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-noto-core "
    "gettext python3-venv git ca-certificates procps"
).split()
# libatomic1: the browser driver's own Node needs it, and no package asks for it.
TEST_PACKAGES = "chromium libatomic1 poppler-utils".split()
# The programs of engineers, a gigabyte of them: the long campaigns alone insist on having them.
CLIENT_PACKAGES = "gdal-bin python3-qgis".split()
POSTGRES = Path("/usr/lib/postgresql")


def require_supported(release: Path = Path("/etc/os-release")) -> None:
    """Refuse a system whose packages nobody has tried."""
    facts = {}
    for entry in release.read_text().splitlines() if release.exists() else []:
        name, _, value = entry.partition("=")
        facts[name] = value.strip('"')
    if (facts.get("ID"), facts.get("VERSION_ID")) not in SUPPORTED:
        raise Refusal(
            f"this system is {facts.get('PRETTY_NAME', sys.platform)}, and the launcher knows Debian 12 and 13 "
            "and Ubuntu 24.04: use one of these, on the machine itself or in a virtual one."
        )


def require_free_port(port: int) -> None:
    """Refuse a port of the loopback address that another program holds."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise Refusal(
                f"port {port} needs root: choose one above 1023, as in ./run --port 8001."
            ) from error
        except OSError as error:
            raise Refusal(
                f"port {port} is taken by another program: choose another, as in ./run --port {port + 1}."
            ) from error


def complete_postgres() -> list[str]:
    """Return the installed PostgreSQL versions that have PostGIS and pgRouting, newest first."""
    versions = [folder for folder in POSTGRES.glob("*") if folder.name.isdigit()]
    complete = [
        folder.name
        for folder in versions
        if (folder / "bin/initdb").exists()
        and (folder / "lib/postgis-3.so").exists()
        and any((folder / "lib").glob("libpgrouting*.so"))
    ]
    return sorted(complete, key=int, reverse=True)


def install_packages(*, log: Path, postgres: bool, tests: bool = False, clients: bool = False) -> None:
    """Install with apt what is missing, as root or through sudo."""
    wanted = [*RUN_PACKAGES, *(TEST_PACKAGES if tests else []), *(CLIENT_PACKAGES if clients else [])]
    missing = _missing(wanted)
    wants_postgres = postgres and not complete_postgres()
    if not missing and not wants_postgres:
        return
    need_space(Path("/usr"), 2500, purpose="installing packages")
    front = _as_root(missing + (["postgresql", "postgis"] if wants_postgres else []))
    with say.step(f"Installing {len(missing) + 4 * wants_postgres} system packages with apt"):
        subprocess.run(
            [*front, "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=600", "update"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if wants_postgres:
            _no_main_cluster(front, log)
            missing += _postgres_packages()
        quietly(
            [*front, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "-q"]
            + ["-o", "DPkg::Lock::Timeout=600", "install", "--no-install-recommends", *missing],
            log=log,
            failure="apt could not install the system packages: mend what it says below, then start again",
        )


def _missing(packages: list[str]) -> list[str]:
    known = output(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n"])
    installed = {entry.split()[0] for entry in known.splitlines() if entry.endswith(" installed")}
    return [name for name in packages if name not in installed]


def _postgres_packages() -> list[str]:
    depends = output(["apt-cache", "depends", "postgresql"])
    versions = [
        word.removeprefix("postgresql-") for word in depends.split() if word.startswith("postgresql-")
    ]
    major = next((version for version in versions if version.isdigit()), None)
    if major is None:
        raise Refusal(
            "apt knows no PostgreSQL: run `apt-get update` and mend what it says, then start again."
        )
    server = f"postgresql-{major}"
    return [server, f"{server}-postgis-3", f"{server}-postgis-3-scripts", f"{server}-pgrouting"]


def _as_root(packages: list[str]) -> list[str]:
    if os.getuid() == 0:
        return []
    by_hand = f"ask an administrator to run `apt-get install {' '.join(packages)}`, then start again."
    if not shutil.which("sudo"):
        raise Refusal(f"system packages are missing and there is no sudo here: {by_hand}")
    asks = subprocess.run(
        ["sudo", "-n", "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False
    ).returncode
    if asks and not sys.stdin.isatty():
        raise Refusal(
            f"system packages are missing and sudo wants a password, which nobody can type here: {by_hand}"
        )
    if asks and subprocess.run(["sudo", "-v"], check=False).returncode:
        raise Refusal(
            f"system packages are missing and sudo did not let {os.environ.get('USER', 'you')} in: {by_hand}"
        )
    return ["sudo"]


def _no_main_cluster(front: list[str], log: Path) -> None:
    """Keep the package from starting a cluster of its own, unless the administrator configured that."""
    if Path("/etc/postgresql-common/createcluster.conf").exists():
        return
    target = "/etc/postgresql-common/createcluster.d"
    script = f"mkdir -p {target} && echo 'create_main_cluster = false' > {target}/50-gisportal.conf"
    quietly([*front, "sh", "-c", script], log=log, failure="sudo could not write to /etc/postgresql-common")
