"""Entering persons and organisations, and opening a person's own record to them."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import Unprocessable
from parties.models import OnlineAccess, Party


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


def give_access(party: Party, *, to: str, by: Any) -> OnlineAccess:
    """Open a party's own record to a user, named by user name or e-mail address; a user has one record."""
    name = to.strip()
    users = User.objects.filter(Q(username=name) | Q(email__iexact=name), is_active=True) if name else ()
    user = next(iter(users), None)
    refusal = _("The access cannot be given.")
    if user is None or len(users) > 1:
        raise Unprocessable(refusal, fields={"to": _("No user has this name or e-mail address.")})
    access, made = OnlineAccess.objects.get_or_create(user=user, defaults={"party": party, "given_by": by})
    if not made and access.party_id != party.pk:
        raise Unprocessable(refusal, fields={"to": _("This user has another record open already.")})
    return access


def end_access(party: Party, *, user_id: int) -> None:
    """Close a party's own record to a user."""
    OnlineAccess.objects.filter(party=party, user=user_id).delete()
