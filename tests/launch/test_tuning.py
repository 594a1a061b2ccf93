"""PostgreSQL is sized for the machine, and durable unless it only holds test data."""

from pathlib import Path

import pytest

from scripts.launch import tuning

SOCKET = Path("/run/somewhere")


def test_an_8_gb_server_gets_the_measure() -> None:
    values = tuning.settings(socket=SOCKET, memory=8192, durable=True)
    assert (values["shared_buffers"], values["work_mem"], values["maintenance_work_mem"]) == (
        "2048MB",
        "32MB",
        "512MB",
    )


@pytest.mark.parametrize("memory", [512, 2048, 8192, 262144])
def test_memory_is_never_promised_away(memory: int) -> None:
    values = tuning.settings(socket=SOCKET, memory=memory, durable=True)
    assert int(values["shared_buffers"].removesuffix("MB")) <= memory / 4


def test_what_was_saved_survives_a_power_cut() -> None:
    values = tuning.settings(socket=SOCKET, memory=8192, durable=True)
    assert [values[name] for name in ("fsync", "full_page_writes", "synchronous_commit")] == ["on"] * 3


def test_the_cluster_listens_on_its_socket_alone() -> None:
    values = tuning.settings(socket=SOCKET, memory=8192, durable=True)
    assert (values["listen_addresses"], values["unix_socket_directories"]) == ("", str(SOCKET))


def test_a_quote_in_a_folder_name_stays_in_its_setting() -> None:
    assert tuning.as_configuration({"a": "/it's/here"}) == "a = '/it''s/here'\n"


def test_a_container_counts_with_its_own_limit(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal:       16384000 kB\nMemFree: 1 kB\n")
    (tmp_path / "max").write_text(f"{2 << 30}\n")
    assert tuning.memory_mb(tmp_path / "meminfo", tmp_path / "max") == 2048
    (tmp_path / "max").write_text("max\n")
    assert tuning.memory_mb(tmp_path / "meminfo", tmp_path / "max") == 16000
