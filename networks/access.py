"""What the policy is told of meters: who sees what was read, who enters it."""

from django.db.models import QuerySet

from accounts.access import Guarded
from accounts.policy import Subject, district_scope
from networks.models import WaterMeter

METERS = Guarded(
    "meters",
    frozenset({"network", "treasurer", "assessor", "auditor"}),
    frozenset({"network", "treasurer"}),
    district_field="district_id",
)


def meters_of(subject: Subject) -> QuerySet[WaterMeter]:
    """Return the meters in force that somebody may see."""
    found = WaterMeter.objects.filter(end_lifespan=None)
    scope = district_scope(subject, METERS)
    return found if scope is None else found.filter(district__in=scope)
