"""What the launcher cannot do it says in one sentence, with the way to mend it."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.launch import cluster, places, system
from scripts.launch.places import ROOT, Instance
from scripts.launch.running import parse
from scripts.launch.say import Refusal


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_refused_with_another_one_named(taken_port: int) -> None:
    with pytest.raises(Refusal, match=f"port {taken_port} is taken .* ./run --port {taken_port + 1}"):
        system.require_free_port(taken_port)


def test_the_command_stops_at_a_taken_port_in_one_sentence(taken_port: int, tmp_path: Path) -> None:
    ran = subprocess.run(
        [ROOT / "run", "--port", str(taken_port), "--data", tmp_path / "new"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith(f"Stopped: port {taken_port} is taken")
    assert ran.stderr.count("\n") == 1


def test_an_unknown_system_is_refused(tmp_path: Path) -> None:
    release = tmp_path / "os-release"
    release.write_text('ID=plan9\nVERSION_ID="4"\nPRETTY_NAME="Plan 9"\n')
    with pytest.raises(Refusal, match="this system is Plan 9, and the launcher knows Debian 12 and 13"):
        system.require_supported(release)


@pytest.mark.parametrize(("name", "version"), sorted(system.SUPPORTED))
def test_the_supported_systems_are_let_in(name: str, version: str, tmp_path: Path) -> None:
    release = tmp_path / "os-release"
    release.write_text(f'ID={name}\nVERSION_ID="{version}"\n')
    system.require_supported(release)


def test_a_full_disk_is_refused_with_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="MB left and a new database needs 999999999 MB: free some space"):
        places.need_space(tmp_path / "not" / "yet", 999_999_999, purpose="a new database")


def test_a_running_instance_is_not_started_twice(tmp_path: Path) -> None:
    held = places.lock(tmp_path / "run.lock", busy="already running")
    with pytest.raises(Refusal, match=rf"already running \(process {os.getpid()}\)"):
        places.lock(tmp_path / "run.lock", busy="already running")
    os.close(held)
    os.close(places.lock(tmp_path / "run.lock", busy="already running"))


def test_data_of_another_postgresql_is_refused_with_both_versions(tmp_path: Path) -> None:
    own = cluster.Cluster(Instance(tmp_path), tmp_path)
    own.data.mkdir()
    (own.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(Refusal, match=r"made by PostgreSQL 9 and this machine has \d+.*restore a backup"):
        _ = own.binaries


def test_the_folder_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(
        Refusal, match=r"belongs to the user .*: start as .*, or name another folder with --data"
    ):
        places.open_instance(tmp_path)


def test_without_sudo_the_packages_to_ask_for_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    monkeypatch.setattr(system, "RUN_PACKAGES", ["no-such-package"])
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(Refusal, match="there is no sudo here: ask an administrator to run `apt-get install"):
        system.install_packages(log=tmp_path / "log", postgres=False)


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_a_port_is_a_number_in_range(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse([f"--port={port}"])
    assert "a port is a number from 1 to 65535" in capsys.readouterr().err


def test_a_socket_folder_that_somebody_else_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    own = cluster.Cluster(Instance(tmp_path), tmp_path)
    with pytest.raises(Refusal, match="belongs to somebody else"):
        cluster._own_folder(own.socket, 0o755)
