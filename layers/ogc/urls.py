"""Addresses of OGC API Features and Tiles."""

from django.urls import path

from layers.ogc import views
from layers.ows.wfs import wfs
from layers.ows.wms import wms

_ONE = "collections/<slug:collection>"
urlpatterns = [
    path("", views.landing, name="ogc"),
    path("wfs", wfs, name="wfs"),
    path("wms", wms, name="wms"),
    path("api", views.api, name="ogc-api"),
    path("conformance", views.conformance, name="ogc-conformance"),
    path("collections", views.collections, name="ogc-collections"),
    path(_ONE, views.collection, name="ogc-collection"),
    path(f"{_ONE}/queryables", views.queryables, name="ogc-queryables"),
    path(f"{_ONE}/sortables", views.sortables, name="ogc-sortables"),
    path(f"{_ONE}/items", views.items, name="ogc-items"),
    path(f"{_ONE}/items/<str:fid>", views.item, name="ogc-item"),
    path(f"{_ONE}/tiles", views.tilesets, name="ogc-tilesets"),
    path(f"{_ONE}/tiles/WebMercatorQuad", views.tileset, name="ogc-tileset"),
    path(f"{_ONE}/tiles/WebMercatorQuad/<int:z>/<int:row>/<int:column>", views.tile, name="ogc-tile"),
    path("tileMatrixSets", views.tile_matrix_sets, name="ogc-tile-matrix-sets"),
    path("tileMatrixSets/WebMercatorQuad", views.tile_matrix_set, name="ogc-tile-matrix-set"),
]
