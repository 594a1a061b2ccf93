"""The municipal services of Tunisia's local tax code at a unit, counted from the layers with their evidence.

Lighting, asphalt, sidewalk, sewer, stormwater and cleaning (Code de la fiscalité locale, art. 5). The
layers propose; an officer confirms. Supplementary services are the municipality's word, never counted.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg2 import sql as names

from cadastre.models.street import Surface
from core.text3 import Text3
from layers.models import Dataset
from taxation import queries
from taxation.models import RulePack, TaxUnit

TITLES = {
    "lighting": _("Public lighting"),
    "asphalt": _("Asphalted road"),
    "sidewalk": _("Sidewalk"),
    "sewer": _("Sewer"),
    "storm": _("Stormwater drain"),
    "cleaning": _("Cleaning"),
}
# The imported layer that says where waste is collected; without it cleaning is not known.
CLEANING = "cleaning-routes"
DISTANCE = "services.distance_m"
USUAL_M = Decimal(30)
REACH_M = 120


@dataclass(frozen=True)
class Service:
    """One service: whether the layers show it (None: no layer tells), by which thing, how far away."""

    code: str
    is_found: bool | None
    thing: str
    metres: Decimal | None
    more: dict[str, Any]

    @property
    def title(self) -> Any:
        """Return the service's name."""
        return TITLES[self.code]

    @property
    def street(self) -> str:
        """Return the street's name and, for the road, what it is made of."""
        name = str(Text3(*(self.more.get(f"name_{code}") or "" for code in ("ar", "en", "fr"))))
        surface = dict(Surface.choices).get(self.more.get("surface") or "", "")
        return f"{name} · {surface}" if self.code == "asphalt" and surface else name

    def as_dict(self) -> dict[str, Any]:
        """Return what is kept of it."""
        metres = None if self.metres is None else str(self.metres)
        return {"found": self.is_found, "thing": self.thing, "metres": metres}


def distance_m(pack: RulePack) -> Decimal:
    """Return how near a lamp or a main must be, by the pack's figure."""
    return Decimal(str(pack.values().get(DISTANCE, "30")))


def asks_for_services(pack: RulePack | None) -> bool:
    """Say whether a levy counts services."""
    return pack is not None and any(each.name == "services" for each in pack.recipe.inputs)


def of(unit: TaxUnit, *, metres: Decimal) -> list[Service]:
    """Return the six services at a unit as the layers show them."""
    found = [
        Service(row["code"], row["is_found"], row["thing"] or "", row["metres"], row)
        for row in queries.rows("services", {"unit": unit.pk, "metres": metres, "reach": REACH_M})
    ]
    return [*found, _cleaning(unit)]


def _cleaning(unit: TaxUnit) -> Service:
    layer = Dataset.objects.filter(slug=CLEANING).first()
    if layer is None:
        return Service("cleaning", None, "", None, {})
    schema, table = layer.relation.split(".", 1)
    statement = names.SQL(
        "SELECT r.id FROM {} r JOIN taxation_taxunit t ON t.id = %s LEFT JOIN buildings_building b ON b.id = t.building_id"
        " LEFT JOIN cadastre_parcel p ON p.id = t.parcel_id"
        " WHERE ST_Intersects(r.geom, ST_Centroid(coalesce(b.geom, p.geom))) LIMIT 1"
    ).format(names.Identifier(schema, table))
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.connection), [unit.pk])
        row = cursor.fetchone()
    return Service(
        "cleaning", row is not None, f"{CLEANING} {row[0]}" if row else "", Decimal(0) if row else None, {}
    )
