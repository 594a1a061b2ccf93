"""The building register as one subject may see and change it."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.models import User
from accounts.policy import Subject, Verb, subject_of
from buildings.layers import BUILDINGS
from buildings.models import Building
from cadastre.policy import sees_parties
from core.errors import NotFound
from layers.access import View, view

__all__ = ["find_building", "may_change", "person", "require_change", "sees_parties", "staff_view"]


def staff_view(request: HttpRequest) -> View:
    """Return the register as whoever asks may see it; nobody but staff."""
    subject = subject_of(request)
    if not subject.is_staff:
        raise NotFound(_("There is no such page."))
    return view(subject, BUILDINGS)


def find_building(request: HttpRequest, building_id: int) -> Building:
    """Return a building, in force or past, in the districts that the asker may see."""
    seen = staff_view(request)
    rows = Building.objects.select_related("parcel__basin", "district", "street").defer("geom_tile")
    found = rows.filter(pk=building_id).first()
    if found is None or (seen.districts is not None and found.district_id not in seen.districts):
        raise NotFound(_("There is no such building."))
    return found


def may_change(subject: Subject, building: Building | None = None) -> bool:
    """Say whether the subject may change a building, or any."""
    district = building.district_id if building else None
    return bool(policy.decide(subject, Verb.EDIT, BUILDINGS, district=district))


def require_change(request: HttpRequest, building: Building | None = None) -> Subject:
    """Return who asks, once it is shown that they may change this building, or any."""
    subject = subject_of(request)
    policy.require(subject, Verb.EDIT, BUILDINGS, district=building.district_id if building else None)
    return subject


def person(subject: Subject) -> User:
    """Return the person behind a subject."""
    return User.objects.get(pk=subject.user_id or 0)
