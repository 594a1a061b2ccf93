"""How soon the public map can be used, in a browser that has seen nothing of it: `./bench/run viewer [--visits N]`.

The portal is served as `./run` serves it, from the instance's own town. Every visit is a new
browser profile. "Usable" is the page's own mark: catalogue read, map and controls alive.
"""

import argparse
import gzip
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from playwright.sync_api import Browser, Response, sync_playwright

from scripts.launch.places import BIN, ROOT

GOAL_MS, GOAL_BYTES = 1500, 300_000
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


def main() -> int:
    """Measure and print; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="./bench/run viewer")
    parser.add_argument("--visits", type=int, default=9)
    visits = parser.parse_args().visits
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [BIN / "granian", "--interface", "wsgi", "--port", str(port), "--workers", "2"]
        + ["--blocking-threads", "4", "--log-level", "warning", "gisportal.wsgi:application"],
        cwd=ROOT,
        env={**os.environ, "GISPORTAL_ROLE": "web", "GISPORTAL_HOSTS": "127.0.0.1"},
    )
    try:
        address = f"http://127.0.0.1:{port}/?lang=ar"
        _wait(address)
        return _measure(address, visits)
    finally:
        server.terminate()
        server.wait(30)


def _wait(address: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the portal did not answer within a minute")


def _measure(address: str, visits: int) -> int:
    print(f"load {os.getloadavg()[0]:.1f} before")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"), args=FLAGS
        )
        _visit(browser, address)
        found = [_visit(browser, address) for _ in range(visits)]
        browser.close()
    usable = [one[0] for one in found]
    drawn = [one[1] for one in found]
    script = found[0][2]
    print(
        f"  usable after  {statistics.median(usable):5.0f} ms (from {min(usable):.0f} to {max(usable):.0f})"
    )
    print(f"  drawn after   {statistics.median(drawn):5.0f} ms (from {min(drawn):.0f} to {max(drawn):.0f})")
    print(f"  script        {script:,} bytes gzipped")
    reached = statistics.median(usable) <= GOAL_MS and script <= GOAL_BYTES
    print(f"goal {'reached' if reached else 'MISSED'}: usable in {GOAL_MS:,} ms with {GOAL_BYTES:,} bytes")
    return 0 if reached else 1


def _visit(browser: Browser, address: str) -> tuple[float, float, int]:
    """Return milliseconds to the usable mark and to the drawn map, and gzipped bytes of script."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    scripts: list[Response] = []
    page.on("response", lambda one: scripts.append(one) if one.request.resource_type == "script" else None)
    page.goto(address)
    page.wait_for_selector("html[data-drawn]", state="attached", timeout=60000)
    usable, now = page.evaluate(
        "() => [performance.getEntriesByName('usable')[0].startTime, performance.now()]"
    )
    size = sum(len(gzip.compress(one.body())) for one in scripts)
    context.close()
    return usable, now, size


if __name__ == "__main__":
    sys.exit(main())
