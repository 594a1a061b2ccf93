"""Addresses that everybody may open."""

from django.urls import path

from portal import views

urlpatterns = [
    path("", views.viewer, name="viewer"),
    path("design/", views.design, name="design"),
]
