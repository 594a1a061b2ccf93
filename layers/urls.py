"""Addresses of the engine that are not under /api/."""

from django.urls import include, path

from layers.administration.views import group_edit, layer_edit, layer_list
from layers.rasters.views import raster_tile
from layers.tiles.views import tile

urlpatterns = [
    path("", include("layers.importing.urls")),
    path("", include("layers.exporting.urls")),
    path("tiles/<slug:collection>/<int:z>/<int:x>/<int:y>.mvt", tile, name="tile"),
    path("rasters/<slug:raster>/<int:z>/<int:x>/<int:y>.png", raster_tile, name="raster-tile"),
    path("staff/layers/", layer_list, name="layer_list"),
    path("staff/layers/groups/new/", group_edit, name="group_new"),
    path("staff/layers/groups/<slug:slug>/", group_edit, name="group_edit"),
    path("staff/layers/<slug:collection>/", layer_edit, name="layer_edit"),
]
