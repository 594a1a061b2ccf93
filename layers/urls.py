"""Addresses of the engine that are not under /api/."""

from django.urls import include, path

from layers.administration.views import group_edit, layer_edit, layer_list
from layers.changes.views import feature_history, history_home, layer_history, layer_state
from layers.rasters.views import raster_tile
from layers.tiles.views import tile

urlpatterns = [
    path("", include("layers.importing.urls")),
    path("tiles/<slug:collection>/<int:z>/<int:x>/<int:y>.mvt", tile, name="tile"),
    path("rasters/<slug:raster>/<int:z>/<int:x>/<int:y>.png", raster_tile, name="raster-tile"),
    path("data/", include("layers.opendata.urls")),
    path("ogc/", include("layers.ogc.urls")),
    path("staff/history/", history_home, name="history"),
    path("staff/history/<slug:collection>/", layer_history, name="layer_history"),
    path("staff/history/<slug:collection>/state/", layer_state, name="layer_state"),
    path("staff/history/<slug:collection>/<int:key>/", feature_history, name="feature_history"),
    path("staff/layers/", layer_list, name="layer_list"),
    path("staff/layers/groups/new/", group_edit, name="group_new"),
    path("staff/layers/groups/<slug:slug>/", group_edit, name="group_edit"),
    path("staff/layers/<slug:collection>/", layer_edit, name="layer_edit"),
]
