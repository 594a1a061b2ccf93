"""Addresses of the networks."""

from django.urls import path

from networks.views import meters

urlpatterns = [
    path("staff/meters/", meters.meters, name="meters"),
    path("staff/meters/export.<slug:kind>", meters.export, name="meters-export"),
    path("staff/meters/readings/", meters.take_in, name="meter-readings"),
    path("staff/meters/<int:pk>/", meters.meter, name="meter"),
]
