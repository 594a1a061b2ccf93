"""An instance of a benchmark's own, made new and thrown away: what it measures starts from known rows."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.launch.cluster import running_for

ROOT = Path(__file__).resolve().parents[1]


def run_in_own(script: str, *setup: str) -> None:
    """Run a benchmark again inside a new instance (`setup`: options of `./run`), and end with its outcome."""
    place = Path(script).resolve()
    folder = ROOT / "bench" / "var" / place.parent.name
    shutil.rmtree(folder, ignore_errors=True)
    try:
        print("  making an instance of its own", flush=True)
        command = [ROOT / "run", "--data", folder, "--setup-only", *setup]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        with running_for(folder):
            env = {**os.environ, "GISPORTAL_DATA": str(folder), "BENCH_OWN": "1"}
            done = subprocess.run([sys.executable, place, *sys.argv[1:]], env=env, check=False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(done.returncode)


def in_own() -> bool:
    """Say whether this process runs inside the instance that was made for it."""
    return os.environ.get("BENCH_OWN") == "1"
