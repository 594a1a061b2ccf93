"""Where things are: the checkout, the instance folder, its lock."""

import fcntl
import hashlib
import json
import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.launch.say import Refusal

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"


@dataclass(frozen=True)
class Instance:
    """One municipality's folder: its cluster, media, secrets and logs."""

    folder: Path

    @property
    def setup_log(self) -> Path:
        """Return the log of everything that the set-up ran."""
        return self.folder / "log" / "setup.log"

    def log(self, name: str) -> Path:
        """Return the log file of a program that the launcher keeps running."""
        return self.folder / "log" / f"{name}.log"

    @property
    def state(self) -> dict[str, Any]:
        """Return what the launcher remembers of this instance."""
        path = self.folder / "state.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def remember(self, **facts: object) -> None:
        """Add facts to what the launcher remembers."""
        partial = self.folder / "state.json.part"
        partial.write_text(json.dumps({**self.state, **facts}, indent=1))
        partial.replace(self.folder / "state.json")


def open_instance(folder: Path) -> Instance:
    """Make the instance folder or refuse one that is somebody else's."""
    owner = folder.stat().st_uid if folder.exists() else os.getuid()
    if owner != os.getuid():
        whose = _user_name(owner)
        raise Refusal(
            f"the instance folder {folder} belongs to the user {whose}: "
            f"start as {whose}, or name another folder with --data."
        )
    if not os.access(ROOT, os.W_OK):
        raise Refusal(f"you may not write in {ROOT}: clone the project into a folder of your own.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "log").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Refusal(
            f"the instance folder {folder} cannot be made ({error.strerror}): name another with --data DIR."
        ) from error
    return Instance(folder)


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"number {uid}"


def lock(path: Path, *, busy: str) -> int:
    """Take a lock that ends with this process; refuse with `busy` and the holder's own note."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        note = os.read(descriptor, 200).decode(errors="replace").strip()
        raise Refusal(f"{busy} ({note})" if note else busy) from error
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"process {os.getpid()}".encode())
    return descriptor


def need_space(place: Path, megabytes: int, *, purpose: str) -> None:
    """Refuse when the disk under a folder has less room than a purpose needs."""
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free // 1_000_000
    if free < megabytes:
        raise Refusal(
            f"the disk under {place} has {free} MB left and {purpose} needs {megabytes} MB: "
            "free some space, or choose a folder on another disk (--data DIR for the instance)."
        )


def fingerprint(*paths: Path, extra: str = "") -> str:
    """Return a digest of the named files' contents and of the names and contents under folders."""
    digest = hashlib.sha256(extra.encode())
    for path in paths:
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        for file in files:
            if file.exists():
                digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()
