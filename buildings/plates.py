"""The door plate: a building's number large enough for a wall, with a code that opens its page."""

from django.utils import translation

from buildings.models import Building
from ledger import papers


def plate(building: Building, address: str) -> bytes:
    """Return the plate as a PDF of 200 by 120 mm; `address` is what its code opens."""
    language = (translation.get_language() or "ar")[:2]
    street = building.street
    names = {
        "street_ar": street.name_ar if street else "",
        "street_latin": (street.name_en or street.name_fr) if street else "",
    }
    page = papers.html(
        "buildings/plate.html", {"building": building, "qr": papers.qr(address), **names}, language
    )  # fmt: skip
    return papers.draw([page])
