"""Addresses of the staff workspace."""

from django.urls import path

from workspace import town, views

urlpatterns = [
    path("staff/", views.home, name="workspace"),
    path("staff/municipality/", town.town, name="town"),
    path("staff/municipality/districts/", town.districts, name="town_districts"),
]
