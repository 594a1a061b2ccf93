"""Running other programs: quietly, into the set-up log, with their last words in the refusal."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.launch.say import Refusal

# Set for another program, these make PostGIS' or the wheels' own libraries fail; and PYTHONPATH
# and VIRTUAL_ENV would lead the portal's Python to modules that are not its own. Without
# bytecode on the disk, every start would compile Django anew.
FOREIGN = (
    "PROJ_DATA PROJ_LIB GDAL_DATA GDAL_DRIVER_PATH PYTHONPATH PYTHONHOME VIRTUAL_ENV PYTHONDONTWRITEBYTECODE "
    "PGHOST PGPORT PGUSER PGDATABASE PGPASSWORD PGSERVICE PGOPTIONS PGDATA DJANGO_SETTINGS_MODULE"
).split()


def clean_environment() -> None:
    """Drop the variables that other programs' set-ups leave behind."""
    for name in FOREIGN:
        os.environ.pop(name, None)


def output(command: Sequence[str | Path]) -> str:
    """Return what a command prints; empty when it fails or does not exist."""
    try:
        ran = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    except OSError:
        return ""
    return ran.stdout if ran.returncode == 0 else ""


def quietly(
    command: Sequence[str | Path],
    *,
    log: Path,
    failure: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    text: str | None = None,
) -> None:
    """Run a command with its output in the log; refuse with `failure` and its last lines."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as file:
        begin = file.tell()
        file.write(f"$ {' '.join(map(str, command))}\n".encode())
        file.flush()
        ran = subprocess.run(
            command,
            stdin=subprocess.DEVNULL if text is None else None,
            input=text.encode() if text is not None else None,
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env={**os.environ, **env} if env else None,
            check=False,
        )
    if ran.returncode:
        raise Refusal(f"{failure} (full log: {log})\n{last_lines(log, begin)}")


def last_lines(log: Path, begin: int = 0, count: int = 12) -> str:
    """Return the end of a log, indented for the console."""
    with log.open("rb") as file:
        file.seek(max(begin, log.stat().st_size - 20_000))
        lines = file.read().decode(errors="replace").splitlines()
    return "\n".join(f"    {line}" for line in lines[-count:])
