"""Land: basins, parcels and streets."""

from cadastre.models.basin import Basin
from cadastre.models.parcel import Parcel
from cadastre.models.place import Place
from cadastre.models.street import Street

__all__ = ["Basin", "Parcel", "Place", "Street"]
