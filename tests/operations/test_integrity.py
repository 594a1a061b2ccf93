"""One command checks every promise, and fails on any breach."""

import pytest
from django.core.management import call_command

from core.integrity import promise_by_sql
from operations.promises import all_promises

pytestmark = pytest.mark.django_db


def test_an_untouched_portal_keeps_every_promise(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_integrity")
    assert f"{len(all_promises())} promises checked, 0 broken" in capsys.readouterr().out


def test_a_breach_is_named_and_fails_the_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = promise_by_sql("test.nothing-is-seven", "Nothing is seven.", "SELECT 'row', 7")
    monkeypatch.setattr("operations.integrity.PROMISES", (broken,))
    with pytest.raises(SystemExit) as left:
        call_command("check_integrity")
    assert left.value.code == 1
    told = capsys.readouterr().out
    assert "BROKEN  test.nothing-is-seven: Nothing is seven. (1 breaches)" in told
    assert "row 7" in told


def test_promises_can_be_checked_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_integrity", "--only", "database.indexes-valid")
    assert "1 promises checked, 0 broken" in capsys.readouterr().out
