"""Bills on paper: one, or all bills of a run in files of some hundred each."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from ledger import papers
from ledger.models import Bill, BillRun, BillShare
from taxation import queries

Report = Callable[[int, int | None, str], None]
PART = 250
LANGUAGES = ("ar", "en", "fr")


def place_of(collection: str, feature_id: int) -> dict[str, Any] | None:
    """Return the sketch of a thing and its plot, if it has one."""
    found = queries.rows("bill_map", {"collection": collection, "feature": feature_id})
    return found[0] if found else None


def context_of(bill: Bill) -> dict[str, Any]:
    """Return what a bill's paper shows: amount, steps, shares, a sketch of the place, a code for the counter."""
    return {
        "bill": bill,
        "run": bill.run,
        "shares": bill.shares.all(),
        "place": place_of(bill.collection, bill.feature_id),
        "qr": papers.qr(f"bill:{bill.pk}"),
    }


def with_shares(bills: QuerySet[Bill]) -> QuerySet[Bill]:
    """Read bills together with what their papers show."""
    shares = BillShare.objects.select_related("party").order_by("pk")
    return bills.select_related("run").prefetch_related(Prefetch("shares", queryset=shares))


def folder_of(run_id: int, language: str) -> Path:
    """Return the folder of a run's printed bills in a language."""
    return Path(settings.MEDIA_ROOT) / "bills" / str(run_id) / language


def files_of(run_id: int) -> list[Path]:
    """Return the finished files of a run."""
    return sorted(path for language in LANGUAGES for path in folder_of(run_id, language).glob("*.pdf"))


def print_run(run: BillRun, language: str, report: Report, *, part: int = PART) -> int:
    """Print all bills of a run, by key, into files of `part` bills; go on after the files that are there.

    A file appears under its name only when it is whole. Memory holds one part.
    """
    bills = Bill.objects.filter(run=run, cancelled_at=None).order_by("pk")
    total, done = bills.count(), 0
    folder = folder_of(run.pk, language)
    folder.mkdir(parents=True, exist_ok=True)
    for number, keys in enumerate(_pages(bills, part), 1):
        target = folder / f"{number:04d}.pdf"
        if not target.exists():
            partial = target.with_suffix(".partial")
            kept = with_shares(Bill.objects.filter(pk__in=keys).order_by("pk"))
            pages = (papers.html("taxation/papers/bill.html", context_of(bill), language) for bill in kept)
            with _collection_paused():
                partial.write_bytes(papers.draw(pages))
            partial.replace(target)
        done += len(keys)
        report(done, total, "")
    return done


@contextmanager
def _collection_paused() -> Iterator[None]:
    """Pause Python's search for cycles: over a layout's many objects it takes a fifth of the time and frees little."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


def _pages(bills: QuerySet[Bill], size: int) -> Iterator[list[int]]:
    last = 0
    while keys := list(bills.filter(pk__gt=last).values_list("pk", flat=True)[:size]):
        yield keys
        last = keys[-1]
