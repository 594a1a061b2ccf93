"""Who may see, take away and manage a raster: the policy's answers."""

from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.policy import Subject, Verb
from core.errors import NotFound
from layers.models import GuardedRaster, Raster


def seen(subject: Subject, slug: str) -> Raster:
    """Return a raster; `NotFound` for one that there is not and for one that may not be seen."""
    found = Raster.objects.filter(slug=slug).first()
    if found is None or not policy.decide(subject, Verb.VIEW, GuardedRaster(found)):
        raise NotFound(_("There is no such layer."))
    return found


def all_seen(subject: Subject) -> list[Raster]:
    """Return the rasters that may be seen, in the catalogue's order."""
    return [one for one in Raster.objects.all() if policy.decide(subject, Verb.VIEW, GuardedRaster(one))]


def may_manage(subject: Subject, raster: Raster) -> bool:
    """Say whether somebody may change how a raster is shown, and remove it."""
    return bool(policy.decide(subject, Verb.MANAGE, GuardedRaster(raster)))


def lost() -> NotFound:
    """Return the refusal for a raster whose file is gone."""
    return NotFound(_("The file of this raster is missing; ask the municipality to restore it."))
