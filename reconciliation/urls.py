"""Addresses of the queues."""

from django.urls import path

from reconciliation import form_views, phone, views

urlpatterns = [
    path("staff/visits/", phone.page, name="visits"),
    path("staff/visits/worker.js", phone.worker, name="visits-worker"),
    path("staff/visits/app.webmanifest", phone.manifest, name="visits-manifest"),
    path("staff/queues/", views.queue_list, name="queues"),
    path("staff/queues/<slug:key>/", views.queue_page, name="queue"),
    path("staff/queues/<slug:key>/fill/", views.queue_fill, name="queue-fill"),
    path("staff/queues/<slug:key>/assign/", views.queue_assign, name="queue-assign"),
    path("staff/queues/<slug:key>/form/", form_views.form_page, name="queue-form"),
    path(
        "staff/queues/<slug:key>/form/<int:version>.<slug:kind>", form_views.form_file, name="queue-form-file"
    ),
    path("staff/queues/<slug:key>/<int:case_id>/", views.case_page, name="case"),
    path("staff/queues/<slug:key>/<int:case_id>/<slug:step>/", views.case_step, name="case-step"),
]
