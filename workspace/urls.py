"""Addresses of the staff workspace."""

from django.urls import path

from workspace import views

urlpatterns = [
    path("staff/", views.home, name="workspace"),
]
