"""Addresses of the event log."""

from django.urls import path

from audit import views

urlpatterns = [path("staff/audit/", views.event_log, name="event_log")]
