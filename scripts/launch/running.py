"""`./run`: from a fresh clone to a served portal."""

import argparse
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.instance import data_dir, secret
from scripts.launch import cluster, packages, places, say, serving, system
from scripts.launch.places import PYTHON, ROOT, Instance
from scripts.launch.shell import quietly

DEMO_ARGUMENTS = ("--parcels", "3000", "--seed", "7")
ACCOUNTS = "admin engineer approver assessor treasurer clerk network surveyor auditor citizen"
FOREIGN_DATABASE = (
    "the database in $DATABASE_URL cannot be prepared: mend what it says below, "
    "or let its administrator run the two files in scripts/launch/sql on it"
)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line of ./run."""
    parser = argparse.ArgumentParser(
        prog="./run", description="Set up the portal where it is not yet, and serve it."
    )
    parser.add_argument("--port", type=_port, default=8000, help="port on the loopback address (8000)")
    parser.add_argument(
        "--data", type=Path, help="instance folder ($GISPORTAL_DATA, or var/ in the checkout)"
    )
    parser.add_argument("--empty", action="store_true", help="a new instance without the demo municipality")
    parser.add_argument("--setup-only", action="store_true", help="set up and leave")
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    number = int(text) if text.isdigit() else 0
    if not 0 < number < 65536:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return number


def run(arguments: Sequence[str]) -> None:
    """Set up what is missing, then serve until stopped."""
    options = parse(arguments)
    folder = options.data or data_dir()
    system.require_supported()
    place = places.open_instance(folder.resolve())
    held = places.lock(
        place.folder / "run.lock",
        busy=f"the instance in {place.folder} is already running: stop that one first, or use --data and --port",
    )
    if not options.setup_only:
        system.require_free_port(options.port)
    os.environ["GISPORTAL_DATA"] = str(place.folder)
    # Plain http is for the loopback address alone; behind nginx the units in deploy/ leave TLS on.
    os.environ.setdefault("GISPORTAL_TLS", "0")
    serving.listen_for_stop()
    try:
        install_software(place)
        with database(place):
            fill(place, demo=not options.empty)
            if options.setup_only:
                say.line("Set up: start with ./run")
            else:
                running = serving.programs(place, options.port)
                serving.serve(running, options.port, announce=lambda: announce(place, options.port))
    except serving.Stop:
        serving.deaf_to_stop()
        say.line("Stopped")
    finally:
        os.close(held)


def install_packages(arguments: Sequence[str]) -> None:
    """Install the system packages alone, for those who then run the portal as another user."""
    system.require_supported()
    with tempfile.TemporaryDirectory() as folder:
        system.install_packages(log=Path(folder) / "setup.log", postgres=not os.environ.get("DATABASE_URL"))


def serve_postgres(arguments: Sequence[str]) -> None:
    """Become the database server of the instance in $GISPORTAL_DATA, for a service manager."""
    cluster.serve(places.open_instance(data_dir()))


def install_software(place: Instance) -> None:
    """Bring packages, front end and translations up to the checkout."""
    log = place.setup_log
    system.install_packages(log=log, postgres=not os.environ.get("DATABASE_URL"))
    packages.make_environment(log=log)
    packages.build_front_end(log=log)
    packages.compile_messages(log=log)


@contextmanager
def database(place: Instance) -> Iterator[None]:
    """Keep the instance's database ready while the block runs: its own cluster, or another's."""
    if os.environ.get("DATABASE_URL"):
        quietly(
            [PYTHON, ROOT / "scripts" / "prepare_database.py"], log=place.setup_log, failure=FOREIGN_DATABASE
        )
        yield
        return
    with cluster.use(cluster.make(place)) as own:
        cluster.prepare(own)
        yield


def fill(place: Instance, *, demo: bool) -> None:
    """Migrate, gather static files and, in a new instance, load the demo municipality."""
    log = place.setup_log
    secret("secret_key")
    (place.folder / "media").mkdir(mode=0o700, exist_ok=True)
    _migrate(place)
    packages.collect_static(place.folder / "static", log=log)
    # Asked once: an instance that began empty, or whose demo was emptied, must never be filled again.
    if "demo" not in place.state:
        if demo:
            _load_demo(place)
        place.remember(demo=demo)


def _migrate(place: Instance) -> None:
    """Migrate, unless the instance's own cluster was already migrated by just this code."""
    stamp = place.folder / "pg" / ".migrated.stamp"
    code = [source for app in packages.apps() for source in sorted(app.rglob("*.py"))]
    wanted = places.fingerprint(ROOT / "requirements.txt", *code)
    if stamp.exists() and stamp.read_text() == wanted and not os.environ.get("DATABASE_URL"):
        return
    with say.step("Migrating the database"):
        packages.manage(
            "migrate", "--no-input", role="owner", log=place.setup_log, failure="the migrations failed"
        )
    if stamp.parent.exists():
        stamp.write_text(wanted)


def _load_demo(place: Instance) -> None:
    given = os.environ.get("DEMO_PASSWORD")
    with say.step("Making the demo municipality"):
        packages.manage(
            "create_demo",
            *DEMO_ARGUMENTS,
            role="owner",
            log=place.setup_log,
            failure="the demo municipality could not be made",
            env={"DEMO_PASSWORD": given or secret("demo_password", length=9)},
        )
    # The worker goes on with the taxes while the portal already answers.
    packages.manage(
        "create_tax_demo",
        "--later",
        role="worker",
        log=place.setup_log,
        failure="the demo taxes could not be asked for",
    )
    place.remember(demo_password_given=bool(given))


def announce(place: Instance, port: int) -> None:
    """Say where the portal is and who can sign in."""
    say.line("The portal answers")
    say.plain(f"\nPortal ready: http://127.0.0.1:{port}/")
    if place.state.get("demo"):
        given = place.state.get("demo_password_given")
        password = "the one given in DEMO_PASSWORD" if given else secret("demo_password", length=9)
        say.plain(f"Demo accounts: {ACCOUNTS}\nTheir password: {password}")
    say.plain("Ctrl-C stops everything.")
