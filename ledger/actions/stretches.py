"""Billing a run to its end: chunk after chunk, a large run in two stretches at once.

Writing rows and keeping their indexes takes one core of the database; two connections use two. Each
stretch remembers for itself how far it is, so a run that was cut off goes on with both.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from queue import Queue
from threading import Event

from django.db import connection, transaction

from ledger.actions.billing import Chunk, Source, bill_chunk
from ledger.models import BillRun
from ledger.models.bill import one_stretch

Seen = Callable[[Chunk], None]
TURN = "hashtextextended('ledger.billing', 0)"


@transaction.atomic
def split(run: BillRun, at: int) -> None:
    """Part a run that is not begun into the keys up to `at` and those after it."""
    locked = BillRun.objects.select_for_update().get(pk=run.pk)
    if locked.stretches == one_stretch():
        ((first, last),) = locked.stretches
        locked.stretches = [[first, at], [at, last]]
        locked.save(update_fields=["stretches"])
    run.refresh_from_db()


@contextmanager
def turn() -> Iterator[None]:
    """Have runs take turns: what one found missing (a bill, an account) no other makes meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_lock({TURN})")
        try:
            yield
        finally:
            if connection.is_usable():
                cursor.execute(f"SELECT pg_advisory_unlock({TURN})")


def bill(run: BillRun, source: Source, seen: Seen, *, size: int) -> None:
    """Bill what is left of a run; `seen` is told of each chunk and may raise to stop between two.

    Inside a transaction of the caller, which other connections do not see, one stretch follows the other.
    """
    if len(run.stretches) == 1 or connection.in_atomic_block:
        for stretch in range(len(run.stretches)):
            _to_its_end(run.pk, source, seen, stretch=stretch, size=size)
    else:
        _together(run, source, seen, size=size)


def _to_its_end(run_id: int, source: Source, seen: Seen, *, stretch: int, size: int) -> None:
    is_last = False
    while not is_last:
        chunk = bill_chunk(run_id, source, stretch=stretch, size=size)
        seen(chunk)
        is_last = chunk.is_last


def _together(run: BillRun, source: Source, seen: Seen, *, size: int) -> None:
    chunks: Queue[Chunk | None] = Queue()
    is_stopped = Event()

    def work(stretch: int) -> None:
        is_last = False
        try:
            while not (is_last or is_stopped.is_set()):
                chunk = bill_chunk(run.pk, source, stretch=stretch, size=size)
                chunks.put(chunk)
                is_last = chunk.is_last
        except BaseException:
            is_stopped.set()
            raise
        finally:
            connection.close()
            chunks.put(None)

    with ThreadPoolExecutor(len(run.stretches)) as pool:
        working = [pool.submit(copy_context().run, work, stretch) for stretch in range(len(run.stretches))]
        try:
            for _each in working:
                for chunk in iter(chunks.get, None):
                    seen(chunk)
        finally:
            is_stopped.set()
    for worked in working:
        worked.result()
