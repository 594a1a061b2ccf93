"""`kill -9` in the middle of approvals: of the web process and of the database; nothing is left half done."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from cadastre.models import Parcel, Record
from tests.cadastre.cast import submitted
from tests.cadastre.test_records import bytes_in_force
from tests.jobs.workers import ROOT, test_database_url
from tests.steady import steady

pytestmark = pytest.mark.django_db(transaction=True)
POINTS = ("approval.locked", "approval.replaced", "approval.followed", "approval.written")


def approval(
    record: Record, by: User, *, victim: str = "process", die_at: str = ""
) -> subprocess.Popen[bytes]:
    """Begin to approve in a process of its own, as the web application does."""
    environment = os.environ | {
        "DATABASE_URL": test_database_url("gisportal_web"), "GISPORTAL_ROLE": "web", "GISPORTAL_DIE_AT": die_at,
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    words = [str(record.pk), str(record.version), str(by.pk), victim]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.cadastre.dying", *words],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def sound(capsys: Any) -> None:
    """Insist that every promise of the data holds."""
    call_command("check_integrity")
    assert "0 broken" in capsys.readouterr().out


def split(draft: Callable[..., Record], engineer: User) -> Record:
    """Submit a record that halves the first parcel in force."""
    parcel = Parcel.objects.in_force().exclude(land_use="road").order_by("?").first()
    assert parcel is not None
    return submitted(draft("subdivision", ("split_parts", {"parcel": f"p{parcel.pk}", "count": 2})), engineer)


def survives(record: Record, by: User, capsys: Any, *, victim: str, die_at: str) -> None:
    """Kill one approval; see that nothing has happened, and that the next one goes through."""
    before = bytes_in_force()
    connection.close()
    dying = approval(record, by, victim=victim, die_at=die_at)
    _out, said = dying.communicate(timeout=120)
    assert dying.returncode == (-signal.SIGKILL if victim == "process" else 1), said.decode()
    steady()
    record.refresh_from_db()
    assert record.state == "submitted"
    assert bytes_in_force() == before
    sound(capsys)
    again = approval(record, by)
    _out, said = again.communicate(timeout=120)
    assert again.returncode == 0, said.decode()
    record.refresh_from_db()
    assert record.state == "approved"
    assert bytes_in_force() != before
    sound(capsys)


def test_an_approval_that_is_killed_leaves_nothing_and_can_be_made_again(
    lots: dict[str, Parcel], draft: Any, engineer: User, approver: User, capsys: Any
) -> None:
    survives(split(draft, engineer), approver, capsys, victim="process", die_at="approval.followed")


@pytest.mark.long
@pytest.mark.parametrize("victim", ["process", "database"])
def test_kills_of_web_and_database_at_every_point_of_many_approvals(
    lots: dict[str, Parcel], draft: Any, engineer: User, approver: User, capsys: Any, victim: str
) -> None:
    for _turn in range(5):
        for point in POINTS:
            survives(split(draft, engineer), approver, capsys, victim=victim, die_at=point)


@pytest.mark.long
def test_kills_at_any_moment_leave_an_approval_done_or_not_begun(
    lots: dict[str, Parcel], draft: Any, engineer: User, approver: User, capsys: Any
) -> None:
    chance = random.Random(4)
    states = []
    record = split(draft, engineer)
    for _turn in range(40):
        before = bytes_in_force()
        dying = approval(record, approver)
        assert dying.stdout is not None
        dying.stdout.readline()
        time.sleep(chance.uniform(0, 0.4))
        dying.kill()
        dying.communicate(timeout=60)
        record.refresh_from_db()
        states.append(record.state)
        assert (record.state == "approved") == (bytes_in_force() != before)
        sound(capsys)
        if record.state == "approved":
            record = split(draft, engineer)
    assert set(states) <= {"submitted", "approved"}
    with capsys.disabled():
        sys.stdout.write(f"\n40 kills: {states.count('approved')} approved, the rest untouched\n")
