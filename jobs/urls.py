"""Addresses of the jobs."""

from django.urls import path

from jobs import views

urlpatterns = [
    path("staff/jobs/", views.job_list, name="job_list"),
    path("staff/jobs/<uuid:job_id>/", views.job_page, name="job"),
    path("staff/jobs/<uuid:job_id>/cancel/", views.cancel, name="cancel_job"),
]
