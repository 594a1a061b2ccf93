"""Find benchmarks (bench/<name>/run.py), give them a place for their peers, and run them one after another."""

import os
import subprocess
import sys
import time
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

from scripts.launch.cluster import running_for
from scripts.launch.shell import clean_environment

# Peers live apart from the portal: none of them may change what the portal runs on.
PEERS = HERE / "var" / "venv"


def benchmarks() -> dict[str, Path]:
    """Return every benchmark by name."""
    return {path.parent.name: path for path in sorted(HERE.glob("*/run.py")) if path.parent.name != "var"}


def prepare_peers() -> None:
    """Make the peers' virtual environment, with the packages that the benchmarks list in requirements-peers.txt."""
    lists = [path for path in sorted(HERE.glob("*/requirements-peers.txt")) if path.parent.name != "var"]
    wanted = "".join(path.read_text() for path in lists)
    stamp = PEERS / ".stamp"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Installing the peers to compare with", flush=True)
    if not (PEERS / "bin" / "python").exists():
        venv.create(PEERS, with_pip=False)
    uv = [ROOT / ".venv" / "bin" / "uv", "pip", "install", "--quiet", "--python", PEERS / "bin" / "python"]
    if lists:
        subprocess.run([*uv, *(part for path in lists for part in ("-r", path))], check=True)
    stamp.write_text(wanted)


def main(arguments: list[str]) -> int:
    """Run the named benchmark with its own arguments, or all of them; return how many failed."""
    clean_environment()
    known = benchmarks()
    names = [argument for argument in arguments if not argument.startswith("-")][:1]
    if names and names[0] not in known:
        print(f"Stopped: there is no benchmark {names[0]!r}; there are: {', '.join(known)}.", file=sys.stderr)
        return 1
    prepare_peers()
    rest = [argument for argument in arguments if argument not in names]
    failed = 0
    data = Path(os.environ.get("GISPORTAL_DATA") or ROOT / "var")
    with running_for(data.resolve()):
        for name in names or known:
            print(f"\n== {name} ==", flush=True)
            began = time.monotonic()
            env = {**os.environ, "BENCH_PEERS": str(PEERS), "GISPORTAL_TLS": "0"}
            code = subprocess.run(
                [sys.executable, known[name], *rest], cwd=ROOT, env=env, check=False
            ).returncode
            print(f"== {name}: {'failed, ' if code else ''}{time.monotonic() - began:.0f} s ==", flush=True)
            failed += code != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
