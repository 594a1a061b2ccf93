"""Reversal: a record that puts back, coordinate for coordinate, what an approved record replaced."""

from dataclasses import replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cadastre.actions.drafting import log_proposal
from cadastre.actions.locking import locked
from cadastre.actions.records import open_record
from cadastre.drafting.plots import Plot, Surroundings, in_force_by_id
from cadastre.drafting.proposal import Proposal
from cadastre.errors import LaterRecords, WrongState
from cadastre.models import Lineage, Parcel, Record, RecordKind, RecordState
from core.errors import Conflict


@transaction.atomic
def reverse_record(*, record_id: int, by: User, on: date, note: str = "") -> Record:
    """Open a record that undoes an approved one as a whole; it goes through approval like any other.

    Raises LaterRecords, naming them, where others stand on what it made.
    """
    done = locked(record_id, version=None)
    if done.state != RecordState.APPROVED:
        raise WrongState(done.get_state_display())
    undone_by = done.undone_by.exclude(state=RecordState.WITHDRAWN).first()
    if undone_by:
        raise Conflict(_("Another record reverses this one already."), detail=undone_by.number)
    later = Record.objects.filter(closed_parcels__opened_by=done).distinct().order_by("id")
    if later:
        raise LaterRecords([record.number for record in later])
    record = open_record(kind=RecordKind.REVERSAL, by=by, on=on, note=note, undoes=done)
    record.sources.set(done.sources.all())
    log_proposal(record, _as_before(done), {"record": done.number}, by=by)
    return record


def _as_before(done: Record) -> Proposal:
    now = in_force_by_id(Parcel.objects.filter(opened_by=done).values_list("pk", flat=True))
    before = in_force_by_id(Parcel.objects.filter(closed_by=done).values_list("pk", flat=True))
    links = list(Lineage.objects.filter(record=done).values_list("parent_id", "child_id", "continues"))
    added = [_restored(plot, links, number) for number, plot in enumerate(before, 1)]
    return Proposal("reversal", tuple(now), tuple(added), Surroundings({}))


def _restored(plot: Plot, links: list[tuple[int, int, bool]], number: int) -> Plot:
    children = tuple(child for parent, child, _same in links if parent == plot.pk)
    same = next((child for parent, child, same in links if parent == plot.pk and same), None)
    return replace(plot, key=f"n{number}", role="restored", restores=plot.pk, parents=children, base=same)
