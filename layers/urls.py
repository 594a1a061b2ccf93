"""Addresses of the engine that are not under /api/."""

from django.urls import include, path

from layers.rasters.views import raster_tile
from layers.tiles.views import tile

urlpatterns = [
    path("", include("layers.importing.urls")),
    path("tiles/<slug:collection>/<int:z>/<int:x>/<int:y>.mvt", tile, name="tile"),
    path("rasters/<slug:raster>/<int:z>/<int:x>/<int:y>.png", raster_tile, name="raster-tile"),
]
