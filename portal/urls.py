"""Addresses that everybody may open."""

from django.urls import path

from portal import views

urlpatterns = [
    path("", views.viewer, name="viewer"),
    path("my/", views.my_page, name="my"),
    path("design/", views.design, name="design"),
]
