"""Taking units of the registers into the tax register, and assessing many at once."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from core.errors import DomainError
from taxation import queries
from taxation.actions import standing
from taxation.actions.assessing import draw_up, facts_of
from taxation.models import Assessment, AssessmentState, RulePack, TaxUnit
from taxation.rules.computation import assess


@transaction.atomic
def take_in(*, share: int = 100) -> int:
    """Make taxed units of the building register's units; return how many were new.

    `share` takes only that percentage of them (for a demonstration of what is not yet taxed).
    """
    with connection.cursor() as cursor:
        cursor.execute(queries.sql("register_units"), {"share": share})
        return int(cursor.rowcount)


@transaction.atomic
def assess_all(pack: RulePack, units: Iterable[TaxUnit], *, on: date, by: Any) -> tuple[int, int]:
    """Assess units that have no assessment by a pack's levy; return how many were and were not.

    Units whose facts are incomplete, or whose charge needs a second signature, stay as proposals or
    unassessed: they are the officer's queue.
    """
    done, left, rows = 0, 0, []
    values, verified, recipe = pack.values(), pack.verified(), pack.recipe
    for unit in units:
        try:
            charge = assess(recipe, values, facts_of(unit, recipe), verified=verified)
        except DomainError:
            left += 1
            continue
        waits = pack.needs_second_signature(charge.total)
        state = AssessmentState.PROPOSED if waits else AssessmentState.APPROVED
        rows.append(
            draw_up(unit, pack, charge, facts_of(unit, recipe), valid_from=on, state=state, proposed_by=by)
        )
        done += 1
    Assessment.objects.bulk_create(rows, batch_size=2000)
    standing.look_again([row.unit_id for row in rows], on=timezone.localdate())
    return done, left
