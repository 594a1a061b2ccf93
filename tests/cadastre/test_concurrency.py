"""Many writers at once on one parcel, over HTTP: exactly one wins, the others hear why, nothing is half done."""

import json
import random
import sys
import threading
import urllib.error
import urllib.request
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import ApiToken
from cadastre.models import DraftClaim, DraftParcel, Parcel
from tests.cadastre.cast import person, submitted

pytestmark = pytest.mark.django_db(transaction=True)
MOST = 20


class Writer:
    """Somebody's program: it remembers its record and sends that record's entity tag with every change."""

    def __init__(self, address: str, name: str, role: str) -> None:
        self.address, self.user = address, person(name, role)
        until = timezone.now() + timedelta(days=1)
        verbs = ["view", "edit", "approve"]
        self.token = ApiToken.issue(user=self.user, name="bench", verbs=verbs, expires_at=until)[1]
        self.record, self.tag = 0, ""

    def open_record(self) -> None:
        """Open a record of one's own."""
        status, answer = self.send("/records", {"kind": "subdivision"})
        assert status == 201, answer
        self.record = answer["id"]

    def change(self, step: str, body: Any = None) -> tuple[int, Any]:
        """Change the record under its tag."""
        return self.send(f"/records/{self.record}/{step}", body)

    def split(self, parcel: Parcel) -> tuple[int, Any]:
        """Halve a parcel in the record's draft."""
        arguments = {"parcel": f"p{parcel.pk}", "count": 2}
        return self.change("operations", {"kind": "split_parts", "arguments": arguments})

    def send(self, path: str, body: Any = None) -> tuple[int, Any]:
        """Post, and keep the tag of what was answered in good order."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        headers |= {"If-Match": self.tag, "Accept-Language": "en"} if self.tag else {}
        url, data = f"{self.address}/api/v1{path}", json.dumps(body or {}).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=120) as answer:
                self.tag = answer.headers["ETag"]
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            return refusal.code, json.load(refusal)


def all_at_once(tasks: list[Any]) -> list[tuple[int, Any]]:
    """Run the tasks together; return what each was answered."""
    barrier, answers = threading.Barrier(len(tasks)), [(0, {})] * len(tasks)

    def run(index: int) -> None:
        barrier.wait()
        answers[index] = tasks[index]()

    threads = [threading.Thread(target=run, args=[index]) for index in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def exactly_one(answers: list[tuple[int, Any]], *, beside: set[int]) -> int:
    """Insist that one was let through and the others were refused so; return the winner's place."""
    statuses = [status for status, _body in answers]
    assert statuses.count(200) == 1, statuses
    assert set(statuses) - {200} <= beside, statuses
    return statuses.index(200)


def each_in_a_record_of_its_own(writers: list[Writer], parcel: Parcel, approvers: Any, draft: Any) -> None:
    """Only one open record may hold the parcel; the others hear its number and holder."""
    answers = all_at_once([lambda w=writer: w.split(parcel) for writer in writers])
    winner = writers[exactly_one(answers, beside={409})]
    number = next(body["number"] for status, body in answers if status == 200)
    assert all(number in body["detail"] for status, body in answers if status == 409)
    drawn_once(winner, parcel)


def all_in_one_record(writers: list[Writer], parcel: Parcel, approvers: Any, draft: Any) -> None:
    """Only one save fits the version that all have read; the others get what is there now."""
    first, *others = writers
    known = [(writer.record, writer.tag) for writer in others]
    for writer in others:
        writer.record, writer.tag = first.record, first.tag
    answers = all_at_once([lambda w=writer: w.split(parcel) for writer in writers])
    winner = writers[exactly_one(answers, beside={412})]
    assert all(body["current"]["etag"] == winner.tag for status, body in answers if status == 412)
    drawn_once(winner, parcel)
    first.tag = winner.tag
    for writer, (record, tag) in zip(others, known, strict=True):
        writer.record, writer.tag = record, tag


def all_approve_one_record(writers: Any, parcel: Parcel, approvers: list[Writer], draft: Any) -> None:
    """A record is put in force once."""
    record = draft("subdivision", ("split_parts", {"parcel": f"p{parcel.pk}", "count": 2}))
    record = submitted(record, record.created_by)
    for one in approvers:
        one.record, one.tag = record.pk, f'"{record.pk}-{record.version}"'
    answers = all_at_once([lambda w=one: w.change("approve") for one in approvers])
    exactly_one(answers, beside={409, 412})
    assert Parcel.objects.in_force().filter(opened_by=record, parent_links__parent=parcel).count() == 2


def drawn_once(winner: Writer, parcel: Parcel) -> None:
    """See that one draft holds the parcel, once; then let it go again."""
    claim = DraftClaim.objects.get(parcel=parcel, is_live=True)
    assert claim.record_id == winner.record
    assert DraftParcel.objects.in_effect().filter(record=winner.record, role="child").count() == 2
    status, answer = winner.change("undo")
    assert status == 200, answer
    assert not DraftClaim.objects.filter(is_live=True).exists()


def rounds(live_server: Any, draft: Any, how_many: int, *, most: int = MOST) -> Counter[str]:
    """Let 2 to 20 writers compete for a parcel, round after round, in one of three ways."""
    chance, played = random.Random(4), Counter[str]()
    writers = [Writer(live_server.url, f"writer{n}", "engineer") for n in range(MOST)]
    approvers = [Writer(live_server.url, f"approver{n}", "approver") for n in range(4)]
    for writer in writers:
        writer.open_record()
    ways = [each_in_a_record_of_its_own, all_in_one_record]
    for turn in range(how_many):
        way = all_approve_one_record if turn % 50 == 5 else ways[turn % 2]
        parcel = chance.choice(Parcel.objects.in_force().order_by("pk"))
        some = chance.sample(writers, MOST if turn == 0 else chance.randint(2, most))
        way(some, parcel, approvers, draft)
        played[way.__name__] += 1
    return played


def clean(capsys: Any) -> None:
    """Insist that every promise of the data holds."""
    call_command("check_integrity")
    assert "0 broken" in capsys.readouterr().out


def test_of_up_to_twenty_writers_over_http_exactly_one_wins(
    lots: Any, draft: Any, live_server: Any, capsys: Any
) -> None:
    rounds(live_server, draft, 8, most=4)
    clean(capsys)


@pytest.mark.long
def test_of_up_to_twenty_writers_over_http_exactly_one_wins_a_thousand_times(
    lots: Any, draft: Any, live_server: Any, capsys: Any
) -> None:
    played = rounds(live_server, draft, 1000)
    clean(capsys)
    with capsys.disabled():
        sys.stdout.write(f"\n1,000 rounds, one winner each: {dict(played)}\n")
