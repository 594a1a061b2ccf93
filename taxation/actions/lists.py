"""Publishing the assessment list and serving notices: the days from which the time to object runs."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Conflict, Unprocessable
from taxation.actions import packs
from taxation.models import Assessment, AssessmentList, AssessmentState
from taxation.rules.clocks import clocks


@transaction.atomic
def publish(levy: str, *, on: date, place: str, by: Any) -> AssessmentList:
    """Deposit a levy's assessments that no list holds yet; the time to object runs from this day."""
    pack = packs.in_force(levy, on)
    if not place.strip():
        raise Unprocessable(_("The list needs a place"), fields={"place": _("Say where it can be seen.")})
    waiting = Assessment.objects.select_for_update().filter(
        levy=levy, state=AssessmentState.APPROVED, valid_to=None, listed_in=None, unit__retired_at=None
    )
    ids = list(waiting.values_list("pk", flat=True))
    if not ids:
        raise Conflict(_("Every assessment of this levy is in a list already."))
    closes = on + timedelta(days=clocks(pack.recipe.jurisdiction).objection)
    made = AssessmentList.objects.create(
        levy=levy, title=pack.title, published_on=on, closes_on=closes, place=place.strip()[:200], assessments=len(ids), by=by,
    )  # fmt: skip
    Assessment.objects.filter(pk__in=ids).update(listed_in=made)
    return made


@transaction.atomic
def serve(assessment: Assessment, *, on: date, today: date) -> Assessment:
    """Write down on which day an assessment's notice was served."""
    assessment = Assessment.objects.select_for_update(of=("self",)).get(pk=assessment.pk)
    if assessment.state != AssessmentState.APPROVED:
        raise Conflict(_("Only an approved assessment is served."))
    if not assessment.proposed_at.date() <= on <= today:
        raise Unprocessable(
            _("This is not the day of service"), fields={"on": _("From the proposal to today.")}
        )
    assessment.served_on = on
    assessment.save(update_fields=["served_on"])
    return assessment
