"""Addresses of exports."""

from django.urls import path

from layers.exporting import views

urlpatterns = [
    path("export/<slug:collection>/", views.choose, name="export"),
    path("export/<slug:collection>/file", views.file, name="export-file"),
    path("export/<slug:collection>/job", views.begin, name="export-job"),
    path("exports/<uuid:key>/", views.made, name="export-made"),
]
