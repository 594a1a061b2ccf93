"""Addresses of the open data."""

from django.urls import path

from layers.opendata import views

urlpatterns = [
    path("", views.home, name="open-data"),
    path("catalogue.jsonld", views.dcat, name="open-data-catalogue"),
    path("feed.atom", views.feed, name="open-data-feed"),
    path("<slug:collection>/", views.dataset, name="open-data-set"),
    path("<slug:collection>/<str:name>", views.file, name="open-data-file"),
]
