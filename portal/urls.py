"""Addresses that everybody may open."""

from django.urls import path

from portal import archives, views

urlpatterns = [
    path("", views.viewer, name="viewer"),
    path("my/", views.my_page, name="my"),
    path("basemaps/<slug:name>.pmtiles", archives.basemap_archive, name="basemap_archive"),
    path("design/", views.design, name="design"),
]
