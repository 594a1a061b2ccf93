"""The parcel's identifier as each country writes it; the parts are stored apart."""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cadastre.models import AreaName, CadastreSettings, Parcel
from cadastre.models.settings import IdentifierForm
from municipality.models import Municipality

_ARABIC = re.compile("[\u0621-\u064a]")


@dataclass(frozen=True)
class IdentifierPart:
    """One part: what it is called here, and its value."""

    title: Any
    value: str
    language: str = ""
    """The language of a value that is a name."""

    @property
    def direction(self) -> str:
        """Return the direction in which a name is written; a code is written from left to right."""
        return "rtl" if self.language == "ar" else "ltr"


# In the order in which the parts are written: column of the basin or parcel, and its name there.
_FORMS: dict[str, tuple[tuple[str, Any], ...]] = {
    IdentifierForm.PALESTINE: (
        ("governorate", _("Governorate")), ("locality", _("Locality")), ("basin", _("Basin")),
        ("quarter", _("Quarter")), ("number", _("Parcel")),
    ),
    IdentifierForm.JORDAN: (
        ("governorate", _("Directorate")), ("locality", _("Village")), ("basin", _("Basin")),
        ("quarter", _("Neighbourhood")), ("number", _("Parcel")),
    ),
    IdentifierForm.LEBANON: (
        ("governorate", _("District (caza)")), ("locality", _("Cadastral zone")), ("number", _("Parcel")),
        ("basin", _("Block")), ("quarter", _("Section")),
    ),
    IdentifierForm.TUNISIA: (
        ("governorate", _("Governorate (wilaya)")), ("locality", _("Delegation")), ("basin", _("Land title")), ("number", _("Lot")),
    ),
}  # fmt: skip


def identifier(parcel: Parcel, form: str | None = None) -> list[IdentifierPart]:
    """Return the parts of a parcel's identifier that are filled in, in the municipality's form."""
    basin = parcel.basin
    values = {"basin": basin.number, "quarter": parcel.quarter, "number": parcel.number}
    names = {
        part: _name(written)
        for part, written in (("governorate", basin.governorate), ("locality", basin.locality))
    }
    chosen = form or CadastreSettings.current().identifier
    parts = [IdentifierPart(title, *(names.get(part) or (values[part],))) for part, title in _FORMS[chosen]]
    return [part for part in parts if part.value]


def _name(written: str) -> tuple[str, str]:
    """Return a governorate's or locality's name in the active language, else as it is written, and in which it is."""
    active = (get_language() or "ar")[:2]
    town = Municipality.objects.filter(Q(name_ar=written) | Q(name_en=written) | Q(name_fr=written)).first()
    known = AreaName.objects.filter(written=written).first() or town
    name = getattr(known, f"name_{active}", "") or written
    return name, "ar" if _ARABIC.search(name) else active
