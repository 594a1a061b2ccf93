"""`kill -9` of web, worker and database at every named point: nothing lost, nothing doubled, the next try ends it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import ApiToken, User
from jobs.actions import enqueue
from jobs.models import Job
from ledger.actions import online
from ledger.actions.payment import take_payment
from ledger.integrity import breaches
from ledger.models import Bill, BillRun, DayClose, OnlinePayment, Posting, Receipt, ReceiptVoid
from ledger.providers import provider
from ledger.providers.local import LocalTestProvider
from taxation.actions import roll
from taxation.actions.assessing import propose
from taxation.tasks import run_roll
from tests.cast import person
from tests.jobs.workers import ROOT, test_database_url
from tests.ledger.ground import bill, party
from tests.steady import PATIENCE, checkpointer, steady
from tests.taxation.ground import NEW_YEAR, owned, pack, unit

pytestmark = pytest.mark.django_db(transaction=True)
PAYING = (
    "payment.locked", "posting.before_entries", "posting.after_entries", "payment.posted", "payment.numbered",
    "payment.receipted", "once.worked",
)  # fmt: skip
POINTS = {
    "payment": PAYING,
    "void": ("void.posted", "void.written", "once.worked"),
    "refund": ("posting.after_entries", "refund.posted", "once.worked"),
    "online refund": ("online.voided", "once.worked"),
    "callback": ("online.verified", "payment.posted", "payment.numbered", "online.booked"),
    "roll": ("billing.read", "billing.written"),
    "day": ("day.locked", "day.closed", "once.worked"),
}
VICTIMS = ("process", "database")


class Stage:
    """The forking process, and people who hold tokens."""

    def __init__(self) -> None:
        environment = os.environ | {
            "DATABASE_URL": test_database_url("gisportal_web"), "GISPORTAL_ROLE": "web", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.ledger.dying"], cwd=ROOT, env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.serial = 0
        self.kills = 0

    def fresh(self) -> int:
        """Return a number not yet used."""
        self.serial += 1
        return self.serial

    def order(self, **order: Any) -> dict[str, Any]:
        """Have something done in a process of its own."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        steady()
        crashed = checkpointer() if order.get("victim") == "database" else 0
        connection.close()
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        steady(crashed=crashed)
        return answer

    def send(self, role: str, path: str, body: dict[str, Any], key: str, **order: Any) -> int:
        """Send a request of a program; return the status, 0 if nobody answered."""
        headers = {"Authorization": f"Bearer {token(role)}", "Idempotency-Key": key}
        request = {"method": "POST", "path": f"/api/v1/{path}", "headers": headers, "body": json.dumps(body)}
        return self.check(self.order(request=request, **order), order)

    def check(self, done: dict[str, Any], order: dict[str, Any]) -> int:
        """Return the status of an answer; a killed process gave none."""
        if order.get("die_at"):
            self.kills += 1
            assert done["signal"] == (signal.SIGKILL if order["victim"] == "process" else 0), done
        return int(done["answer"][0][0]) if done["answer"] else 0


def token(role: str) -> str:
    name = f"killed-{role}"
    who = User.objects.filter(username=name).first() or person(role, username=name)
    until = timezone.now() + timedelta(days=1)
    return ApiToken.issue(user=who, name="kills", verbs=["view", "edit"], expires_at=until)[1]


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.process.kill()
    made.process.communicate()


def need_own_database() -> None:
    """Leave the test out where the database's server processes are not ours to kill."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        name = Path(f"/proc/{cursor.fetchone()[0]}/comm")
    if not name.exists() or "postgres" not in name.read_text():
        pytest.skip("the database runs elsewhere")


def payment_survives(stage: Stage, victim: str, point: str) -> None:
    steady()
    number, who = stage.fresh(), party()
    bill(who, "100.00", key=number)
    body = {"party": who.pk, "amount": "10.00", "currency": "ILS"}
    survives_keyed(
        stage, victim, point, ("clerk", "payments", body), lambda: Receipt.objects.filter(party=who).count()
    )


def survives_keyed(
    stage: Stage, victim: str, point: str, asked: tuple[str, str, dict[str, Any]], happened: Callable[[], int]
) -> None:
    """The same for a request with a key: the second answer is the first one again."""
    key = f"kill-{stage.fresh()}"
    assert happened() == 0
    assert stage.send(*asked, key, die_at=point, victim=victim) in (0, 500, 503)
    assert happened() == 0
    assert breaches() == []
    for _again in range(2):
        assert stage.send(*asked, key) in (200, 201)
    if victim == "database":
        crash(stage)
    assert happened() == 1
    assert breaches() == []


def crash(stage: Stage) -> None:
    """Take the database down with nothing under way: what was acknowledged is still there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    crashed = checkpointer()
    os.kill(backend, signal.SIGKILL)
    stage.kills += 1
    connection.close()
    steady(crashed=crashed)


def paid(who: Any, amount: str) -> Receipt:
    return take_payment(
        party_id=who.pk, amount=D(amount), currency="ILS", method="bank", on=timezone.localdate(), by=None
    )


def void_survives(stage: Stage, victim: str, point: str) -> None:
    steady()
    receipt = paid(party(), "5.00")
    asked = ("treasurer", f"receipts/{receipt.pk}/void", {"reason": "test"})
    survives_keyed(stage, victim, point, asked, lambda: ReceiptVoid.objects.filter(receipt=receipt).count())


def refund_survives(stage: Stage, victim: str, point: str) -> None:
    steady()
    who = party()
    paid(who, "5.00")
    asked = ("treasurer", "refunds", {"party": who.pk, "amount": "5.00", "currency": "ILS", "reason": "test"})
    refunds = Posting.objects.filter(kind="refund", entries__account__name=str(who.pk)).distinct()
    survives_keyed(stage, victim, point, asked, refunds.count)


def started_online() -> OnlinePayment:
    steady()
    payment, _address = online.start(
        party_id=party().pk, amount=D("10.00"), currency="ILS", bills=[], return_url="/"
    )
    provider("test").decide(payment.reference, "paid")
    return payment


def online_refund_survives(stage: Stage, victim: str, point: str) -> None:
    payment = started_online()
    online.settle("test", payment.reference, on=timezone.localdate())
    asked = ("treasurer", f"online-payments/{payment.reference}/refund", {"reason": "test"})
    given = OnlinePayment.objects.filter(pk=payment.pk, state="refunded", receipt__void__isnull=False)
    survives_keyed(stage, victim, point, asked, given.count)


def callback_survives(stage: Stage, victim: str, point: str) -> None:
    payment = started_online()
    headers, body = LocalTestProvider().webhook(payment.reference)
    request = {"method": "POST", "path": "/pay/test/callback/", "headers": headers, "body": body.decode()}
    booked = Receipt.objects.filter(reference=f"test:{payment.reference}")
    killed = {"die_at": point, "victim": victim}
    assert stage.check(stage.order(request=request, **killed), killed) in (0, 500, 503)
    assert booked.count() == 0
    assert breaches() == []
    for _again in range(2):
        assert stage.order(request=request)["answer"][0][0] == 200
    assert booked.count() == 1
    assert breaches() == []


def roll_survives(stage: Stage, victim: str, point: str) -> None:
    steady()
    if not BillRun.objects.filter(levy="ps-building").exists():
        pack()
        for key in range(1, 6):
            made = unit(key, annual_rent="2406")
            propose(made, "ps-building", on=NEW_YEAR, by=None)
            owned(made)
    year = 2026 + BillRun.objects.filter(levy="ps-building").count()
    started = roll.start(
        "ps-building", period_start=date(year, 1, 1), period_end=date(year, 12, 31), period=str(year),
        issued_on=date(year, 1, 1), by=None,
    )  # fmt: skip
    job = enqueue(run_roll, started.pk, owner=None, title="roll", idempotency_key=f"roll-{started.pk}")
    killed = {"die_at": point, "victim": victim}
    stage.check(stage.order(work=True, **killed), killed)
    assert breaches() == []
    end = time.monotonic() + PATIENCE
    # A job that lost the database is due again some seconds later.
    while not Job.objects.get(pk=job.pk).is_finished:
        assert time.monotonic() < end
        stage.order(work=True)
        time.sleep(0.1)
    started.refresh_from_db()
    assert started.state == "posted"
    assert started.totals == {"bills": 5, "amount": "1636.250"}
    assert Bill.objects.filter(run=started).count() == 5
    assert breaches() == []


def day_survives(stage: Stage, victim: str, point: str) -> None:
    steady()
    # Days long past, each later than the one before, so that today stays open.
    on = date(2001, 1, 1) + timedelta(days=stage.fresh())
    closed = DayClose.objects.filter(on=on)
    survives_keyed(stage, victim, point, ("treasurer", "days", {"on": on.isoformat()}), closed.count)


ACTS = {
    "payment": payment_survives, "void": void_survives, "refund": refund_survives,
    "online refund": online_refund_survives, "callback": callback_survives, "roll": roll_survives, "day": day_survives,
}  # fmt: skip


def test_whatever_is_killed_in_the_midst_of_an_act_it_is_neither_lost_nor_doubled(stage):
    need_own_database()
    for number, (act, kill) in enumerate(ACTS.items()):
        kill(stage, VICTIMS[number % 2], POINTS[act][-1])


@pytest.mark.long
def test_twenty_kills_of_each_victim_at_every_point(stage):
    need_own_database()
    steps = [(act, point) for act, points in POINTS.items() for point in points]
    for turn in range(int(os.environ.get("KILL_TURNS", "20"))):
        sys.stdout.write(f"turn {turn + 1}: {stage.kills} kills so far\n")
        for act, point in steps:
            for victim in VICTIMS:
                ACTS[act](stage, victim, point)
    sys.stdout.write(
        f"{stage.kills} kills at {len(steps)} points of {len(ACTS)} acts: nothing lost or doubled\n"
    )
