"""How Django finds this app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CadastreConfig(AppConfig):
    """Parcels, basins, streets and their history."""

    name = "cadastre"

    def ready(self) -> None:
        """Find what the apps above declare: what follows an approval, and further checks."""
        autodiscover_modules("parcel_follow", "parcel_checks")
