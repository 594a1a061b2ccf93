"""Many writers at once on one parcel: exactly one wins, the others hear why, and nothing is left half done."""

import threading

import pytest
from django.db import connection

from cadastre.actions.drafting import keep_operation
from cadastre.actions.records import open_record
from cadastre.models import DraftClaim, DraftOperation, DraftParcel
from core.errors import Conflict, PreconditionFailed
from tests.cadastre.cast import TODAY, person

pytestmark = pytest.mark.django_db(transaction=True)


def all_at_once(tasks):
    """Run the tasks together; return each one's outcome: "won" or the refusal's name."""
    barrier, outcomes = threading.Barrier(len(tasks)), [""] * len(tasks)

    def run(index, task):
        barrier.wait()
        try:
            task()
            outcomes[index] = "won"
        except (Conflict, PreconditionFailed) as refusal:
            outcomes[index] = type(refusal).__name__
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def rounds(lots, how_many, writers):
    """Let writers compete for one parcel, each from a record of its own; then in one record."""
    parcel = f"p{lots['B2'].pk}"
    people = [person(f"writer{n}", "engineer") for n in range(writers)]

    def split(record, by):
        keep_operation(
            record_id=record.pk, version=record.version, kind="split_parts",
            arguments={"parcel": parcel, "count": 2}, by=by,
        )  # fmt: skip

    def clear():
        for model in (DraftClaim, DraftParcel, DraftOperation):
            model.objects.all().delete()

    for _round in range(how_many):
        records = [open_record(kind="subdivision", by=by, on=TODAY) for by in people]
        outcomes = all_at_once(
            [lambda r=r, by=by: split(r, by) for r, by in zip(records, people, strict=True)]
        )
        assert sorted(outcomes) == ["ParcelHeld"] * (writers - 1) + ["won"], outcomes
        assert DraftParcel.objects.filter(role="child").count() == 2
        clear()
        shared = open_record(kind="subdivision", by=people[0], on=TODAY)
        outcomes = all_at_once([lambda by=by, record=shared: split(record, by) for by in people])
        assert sorted(outcomes) == ["StaleRecord"] * (writers - 1) + ["won"], outcomes
        shared.refresh_from_db()
        assert (shared.cursor, shared.version) == (1, 2)
        clear()


def test_of_several_writers_exactly_one_wins(lots):
    rounds(lots, how_many=3, writers=6)


@pytest.mark.long
@pytest.mark.parametrize("writers", [2, 7, 20])
def test_of_up_to_twenty_writers_exactly_one_wins_a_thousand_times(lots, writers):
    rounds(lots, how_many=170, writers=writers)
