"""`./test` runs the whole suite in two processes, each with a cluster of its own."""

from pathlib import Path

from scripts.launch.checking import FOLDERS, share_static, spread
from scripts.launch.places import Instance
from tests.shares import shares


def test_certain_tests_run_in_this_process_and_the_suite_in_one_for_each_instance() -> None:
    both = [Instance(folder) for folder in FOLDERS]
    assert spread(both[:1]) == []
    assert [option for option in spread(both) if option.startswith("--tx")] == [
        f"--tx=popen//env:GISPORTAL_DATA={folder}" for folder in FOLDERS
    ]


def test_the_second_instance_serves_what_was_gathered_for_the_first(tmp_path: Path) -> None:
    first, second = (Instance(tmp_path / name) for name in ("first", "second"))
    for one in (first, second):
        one.folder.mkdir()
    (first.folder / "static").mkdir()
    for _again in range(2):
        share_static(first, [second])
        assert (second.folder / "static").resolve() == first.folder / "static"


def test_tests_that_empty_the_database_stay_behind_those_that_need_it_as_migrated() -> None:
    collected = [
        "tests/browser/test_a.py::test_1",
        "tests/browser/test_b.py::test_2",
        "tests/ledger/test_c.py::test_reads",
        "tests/audit/test_d.py::test_3",
        "tests/audit/test_d.py::test_4",
        "tests/ledger/test_c.py::test_empties",
    ]
    dealt = shares(collected)
    assert list(dealt) == collected
    assert [list(dealt.values()).count(share) for share in dict.fromkeys(dealt.values())] == [2, 1, 2, 1]
