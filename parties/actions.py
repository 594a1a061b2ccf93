"""Entering persons and organisations."""

from django.utils.translation import gettext_lazy as _

from core.errors import Unprocessable
from parties.models import Party


def enter_party(*, name: str, id_number: str = "") -> Party:
    """Enter a person by name and, where it is known, ID number; refuses a number that somebody has already."""
    name, id_number = " ".join(name.split())[:200], id_number.strip()[:20]
    if not name:
        raise Unprocessable(_("The entry does not fit."), fields={"name": _("Write the person's name.")})
    known = Party.objects.filter(id_number=id_number).first() if id_number else None
    if known is not None:
        text = _("%(name)s has this ID number already.") % {"name": known}
        raise Unprocessable(_("The entry does not fit."), fields={"id_number": text})
    return Party.objects.create(approved_name=name, id_number=id_number)
