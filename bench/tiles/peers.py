"""The servers that are compared: the portal twice, tipg, MapServer, nginx before the portal and on files."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connection

from bench.tiles.data import SLUG, TABLE, Tile

ROOT = settings.BASE_DIR
WORK = Path(ROOT) / "bench" / "var" / "tiles"
BIN = Path(sys.executable).parent
PACKAGES = {"wrk": "wrk", "mapserv": "cgi-mapserver", "nginx": "nginx-light", "spawn-fcgi": "spawn-fcgi"}
# The benchmarks' driver installs tipg here, apart from the portal (requirements-peers.txt).
PEERS = Path(os.environ.get("BENCH_PEERS", WORK.parent / "venv"))
PORTS = {"portal": 8871, "uncached": 8872, "tipg": 8873, "nginx": 8874}
PATHS = {
    "portal": (f"/tiles/{SLUG}/", ".mvt"),
    "uncached": (f"/tiles/{SLUG}/", ".mvt"),
    "tipg": (
        f"/collections/{TABLE}/tiles/WebMercatorQuad/",
        "?geom-column=geom_tile&properties=use,floors,height",
    ),
    "mapserver": ("/mapserver/", ""),
    "nginx cache": (f"/tiles/{SLUG}/", ".mvt"),
    "nginx file": ("/files/", ".mvt"),
}


@dataclass
class Server:
    """A server under test: where it answers, and its processes."""

    name: str
    port: int
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def address(self, tile: Tile) -> str:
        """Return the address of a tile."""
        before, after = PATHS[self.name]
        return f"http://127.0.0.1:{self.port}{before}{'/'.join(map(str, tile))}{after}"

    def body(self, tile: Tile) -> bytes:
        """Return a tile as the server gives it."""
        with urllib.request.urlopen(self.address(tile), timeout=120) as answer:
            return answer.read()


def install() -> None:
    """Install the programs that are missing, from the system's packages."""
    missing = [package for program, package in PACKAGES.items() if not _found(program)]
    if missing:
        print(f"installing {' '.join(missing)} ...", file=sys.stderr, flush=True)
        sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
        command = [
            *sudo,
            "apt-get",
            "-y",
            "-q",
            "-o",
            "DPkg::Lock::Timeout=600",
            "install",
            "--no-install-recommends",
        ]
        subprocess.run([*command, *missing], check=True, stdout=subprocess.DEVNULL)


def _found(program: str) -> str | None:
    return shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/usr/lib/cgi-bin")


def start() -> dict[str, Server]:
    """Start every server and wait until each answers."""
    servers = {
        "portal": _portal("portal", {}),
        "uncached": _portal("uncached", {"GISPORTAL_TILE_CACHE_MB": "0"}),
        "tipg": _tipg(),
        "nginx": _nginx(),
    }
    for name in ("mapserver", "nginx cache", "nginx file"):
        servers[name] = Server(name, PORTS["nginx"])
    servers["nginx"].name = "nginx cache"
    return servers


def stop(servers: dict[str, Server]) -> None:
    """Stop what was started."""
    processes = [one for server in servers.values() for one in server.started]
    for one in processes:
        with suppress(ProcessLookupError):
            os.killpg(one.pid, signal.SIGTERM)
    for one in processes:
        with suppress(subprocess.TimeoutExpired):
            one.wait(10)


def _run(
    command: list[str], env: dict[str, str], log: str, cwd: Path | None = None
) -> subprocess.Popen[bytes]:
    with (WORK / f"{log}.log").open("wb") as out:
        return subprocess.Popen(
            command,
            env={**os.environ, **env},
            stdout=out,
            stderr=out,
            start_new_session=True,
            cwd=cwd or ROOT,
        )


def _portal(name: str, more: dict[str, str]) -> Server:
    """Start the portal as `./run` does: granian, two processes with four threads each."""
    command = [str(BIN / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(PORTS[name])]
    command += [
        "--workers",
        "2",
        "--blocking-threads",
        "4",
        "--backlog",
        "1024",
        "--log-level",
        "warning",
        "--no-ws",
    ]
    env = {"GISPORTAL_ROLE": "web", "GISPORTAL_TLS": "0", "GISPORTAL_HOSTS": "127.0.0.1", **more}
    return Server(name, PORTS[name], [_run([*command, "gisportal.wsgi:application"], env, name)])


def _tipg() -> Server:
    wanted = connection.get_connection_params()
    keys = {"host": wanted.get("host"), "user": wanted["user"], "database": wanted["dbname"]}
    env = {
        "BENCH_DATABASE": json.dumps({name: value for name, value in keys.items() if value}),
        "DATABASE_URL": "postgresql://nobody@localhost/none",
        "TIPG_DB_SCHEMAS": '["imported"]',
        "TIPG_MAX_FEATURES_PER_TILE": "1000000",
        "PYTHONPATH": str(Path(__file__).parent),
    }
    command = [str(PEERS / "bin" / "uvicorn"), "tipg_app:app", "--host", "127.0.0.1"]
    command += ["--port", str(PORTS["tipg"]), "--workers", "2", "--log-level", "warning"]
    return Server("tipg", PORTS["tipg"], [_run(command, env, "tipg")])


def _nginx() -> Server:
    """Start nginx before the portal (as a cache), before MapServer (FastCGI), and on plain files."""
    here = Path(__file__).parent
    wanted = connection.get_connection_params()
    keys = {"host": wanted.get("host"), "user": wanted["user"], "dbname": wanted["dbname"]}
    words = {
        "WORK": str(WORK),
        "TABLE": TABLE,
        "USER": "user root;" if os.geteuid() == 0 else "",
        "CONNECTION": " ".join(f"{name}={value}" for name, value in keys.items() if value),
        **{name.upper(): str(port) for name, port in PORTS.items()},
    }
    for name in ("nginx.conf", "mapserver.conf", "tiles.map"):
        text = (here / name).read_text()
        for word, value in words.items():
            text = text.replace(f"@{word}@", value)
        (WORK / name).write_text(text)
    (WORK / "cache").mkdir(exist_ok=True)
    env = {"MAPSERVER_CONFIG_FILE": str(WORK / "mapserver.conf"), "MS_MAPFILE": str(WORK / "tiles.map")}
    socket = WORK / "ms.sock"
    socket.unlink(missing_ok=True)
    spawn = ["spawn-fcgi", "-s", str(socket), "-F", "2", "-P", str(WORK / "ms.pid"), "--"]
    started = [_run([*spawn, _found("mapserv") or "mapserv"], env, "mapserver")]
    started.append(
        _run([_found("nginx") or "nginx", "-c", str(WORK / "nginx.conf"), "-p", str(WORK)], {}, "nginx")
    )
    return Server("nginx", PORTS["nginx"], started)


def stop_mapserver() -> None:
    """End the FastCGI processes, which `spawn-fcgi` leaves on their own, by the ids it wrote down."""
    listed = WORK / "ms.pid"
    for line in listed.read_text().split() if listed.exists() else []:
        with suppress(ProcessLookupError, ValueError):
            os.kill(int(line), signal.SIGKILL)  # it takes a polite signal only with its next request
    listed.unlink(missing_ok=True)


def wait(server: Server, tile: Tile, seconds: float = 60) -> None:
    """Wait until a server gives a tile."""
    until = time.monotonic() + seconds
    while True:
        try:
            if server.body(tile):
                return
        except OSError:
            pass
        if time.monotonic() > until:
            raise SystemExit(f"{server.name} does not answer; see {WORK}")
        time.sleep(0.5)
