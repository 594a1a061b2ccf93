"""Addresses of the import wizard."""

from django.urls import path

from layers.importing import tus, views

_ONE = "staff/import/<uuid:run>/"

urlpatterns = [
    path("api/v1/uploads/", tus.begin, name="import-uploads"),
    path("api/v1/uploads/<uuid:run>", tus.upload, name="import-upload"),
    path("staff/import/", views.index, name="imports"),
    path(_ONE, views.detail, name="import-run"),
    path(f"{_ONE}layer/", views.layer, name="import-layer"),
    path(f"{_ONE}parts/", views.parts, name="import-parts"),
    path(f"{_ONE}reading/", views.reading, name="import-reading"),
    path(f"{_ONE}place/", views.place, name="import-place"),
    path(f"{_ONE}fields/", views.fields, name="import-fields"),
    path(f"{_ONE}raster/", views.raster, name="import-raster"),
    path(f"{_ONE}rehearse/", views.rehearse, name="import-rehearse"),
    path(f"{_ONE}load/", views.load, name="import-load"),
    path(f"{_ONE}stop/", views.stop, name="import-stop"),
    path(f"{_ONE}retry/", views.retry, name="import-retry"),
    path(f"{_ONE}remove/", views.remove, name="import-remove"),
    path(f"{_ONE}refused.csv", views.refused, name="import-refused"),
]
