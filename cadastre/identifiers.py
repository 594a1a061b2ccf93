"""The parcel's identifier as each country writes it; the parts are stored apart."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from cadastre.models import CadastreSettings, Parcel
from cadastre.models.settings import IdentifierForm


@dataclass(frozen=True)
class IdentifierPart:
    """One part: what it is called here, and its value."""

    title: Any
    value: str


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
    values = {
        "governorate": basin.governorate,
        "locality": basin.locality,
        "basin": basin.number,
        "quarter": parcel.quarter,
        "number": parcel.number,
    }
    chosen = form or CadastreSettings.current().identifier
    return [IdentifierPart(title, values[name]) for name, title in _FORMS[chosen] if values[name]]
