"""Addresses of the engine that are not under /api/."""

from django.urls import path

from layers.tiles.views import tile

urlpatterns = [
    path("tiles/<slug:collection>/<int:z>/<int:x>/<int:y>.mvt", tile, name="tile"),
]
