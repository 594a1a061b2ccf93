"""`./test`: set up what tests need, run every static check, then pytest."""

import os
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from scripts.launch import cluster, packages, places, say, serving, system
from scripts.launch.places import BIN, PYTHON, ROOT, Instance

# The check for production runs with the settings of production, whatever this machine's are.
AS_IN_PRODUCTION = {"GISPORTAL_TLS": "1", "GISPORTAL_DEBUG": "0", "GISPORTAL_ROLE": "web"}
# The whole suite runs in as many processes. What a test kills or measures is its own process's.
FOLDERS = (ROOT / "var" / "test", ROOT / "var" / "test-2")
CHECKS: tuple[tuple[str, tuple[str | Path, ...], dict[str, str]], ...] = (
    ("ruff", (BIN / "ruff", "check", "."), {}),
    ("ruff format", (BIN / "ruff", "format", "--check", "."), {}),
    ("mypy", (BIN / "mypy",), {}),
    ("import contract", (BIN / "lint-imports",), {}),
    (
        "migrations",
        (PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"),
        {"GISPORTAL_ROLE": "owner"},
    ),
    ("deployment", (PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"), AS_IN_PRODUCTION),
    ("translations", (PYTHON, "-m", "scripts.translations"), {}),
)


def test(arguments: Sequence[str]) -> int:
    """Run the checks and pytest; return pytest's exit code, or 1 when a check failed.

    Arguments go to pytest; with any, the static checks are left out, since the person is
    after certain tests.
    """
    system.require_supported()
    place, *others = (places.open_instance(folder) for folder in (FOLDERS[:1] if arguments else FOLDERS))
    held = places.lock(
        place.folder / "run.lock", busy="./test is already running in this checkout: wait for it"
    )
    os.environ.pop("DATABASE_URL", None)
    os.environ.update(GISPORTAL_DATA=str(place.folder), GISPORTAL_TLS="0")
    serving.listen_for_stop()
    try:
        install_software(place, long="--long" in arguments)
        with ExitStack() as clusters:
            for one in (place, *others):
                own = clusters.enter_context(cluster.use(cluster.make(one, durable=False)))
                cluster.prepare(own)
            packages.collect_static(place.folder / "static", log=place.setup_log)
            share_static(place, others)
            failed = [] if arguments else run_checks(place)
            code = pytest(arguments, [place, *others])
    except serving.Stop:
        serving.deaf_to_stop()
        return 130
    finally:
        os.close(held)
    if failed:
        say.refuse(f"these checks failed: {', '.join(failed)} (their output is above).")
    return code or bool(failed)


def install_software(place: Instance, *, long: bool) -> None:
    """Bring packages, front end and translations up to what the tests need, the long campaigns QGIS too."""
    log = place.setup_log
    system.install_packages(log=log, postgres=True, tests=True, clients=long)
    packages.make_environment(log=log, tests=True)
    packages.build_front_end(log=log)
    packages.compile_messages(log=log)


def share_static(place: Instance, others: Sequence[Instance]) -> None:
    """Let the other instances serve what was gathered for the first."""
    for other in others:
        if not (other.folder / "static").exists():
            (other.folder / "static").symlink_to(place.folder / "static")


def run_checks(place: Instance) -> list[str]:
    """Run every static check to its end; return the names of those that failed."""
    failed = [name for name, command, env in CHECKS if not _passes(name, command, env)]
    if (packages.FRONTEND / "package.json").exists() and not _types_agree(place):
        failed.append("TypeScript")
    return failed


def _passes(name: str, command: tuple[str | Path, ...], env: dict[str, str]) -> bool:
    say.line(f"Checking: {name}")
    ran = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if ran.returncode:
        say.plain((ran.stdout + ran.stderr).decode(errors="replace"))
    return ran.returncode == 0


def _types_agree(place: Instance) -> bool:
    say.line("Checking: TypeScript")
    packages.install_front_end(log=place.setup_log)
    try:
        packages.npm("run", "check", log=place.setup_log, failure="TypeScript")
    except say.Refusal as refusal:
        say.plain(str(refusal))
        return False
    return True


def pytest(arguments: Sequence[str], shares: Sequence[Instance]) -> int:
    """Run pytest on this console, as the owner who makes the test database, on one instance or spread over several."""
    long = "--long" in arguments
    rest = [argument for argument in arguments if argument != "--long"]
    env = {"GISPORTAL_ROLE": "owner", **({"GISPORTAL_LONG": "1"} if long else {})}
    say.line("Running the tests")
    ran = subprocess.run(
        [PYTHON, "-m", "pytest", *(["-m", "long", "-s"] if long else []), *spread(shares), *rest],
        cwd=ROOT,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return ran.returncode


def spread(shares: Sequence[Instance]) -> list[str]:
    """Return what has pytest-xdist start a process for each instance, where there are several.

    A cluster for each and not only a database: tests kill servers, end sessions and fill caches
    that all databases of a cluster share.
    """
    if len(shares) < 2:
        return []
    workers = [f"--tx=popen//env:GISPORTAL_DATA={one.folder}" for one in shares]
    return ["--dist=loadscope", "--no-loadscope-reorder", *workers]
