"""Addresses of the cadastre's pages."""

from django.urls import path

from cadastre import numbering_page, quality_page, views

urlpatterns = [
    path("staff/parcels/", views.workbench, name="workbench"),
    path("staff/parcels/<int:parcel_id>/", views.parcel_page, name="parcel"),
    path("staff/parcels/<int:parcel_id>/extract.pdf", views.parcel_extract, name="parcel-extract"),
    path("staff/parcels/numbers/", numbering_page.numbering, name="cadastre-settings"),
    path("staff/records/", views.record_list, name="records"),
    path("staff/records/<int:record_id>/", views.record_page, name="record"),
    path("staff/records/<int:record_id>/documents/", views.record_source, name="record-source"),
    path("staff/records/<int:record_id>/reverse/", views.record_reverse, name="record-reverse"),
    path("staff/records/<int:record_id>/<slug:step>/", views.record_step, name="record-step"),
    path("staff/quality/", quality_page.quality, name="quality"),
    path("staff/quality/<int:finding_id>/accept/", quality_page.quality_accept, name="quality-accept"),
    path("staff/quality/<int:finding_id>/mend/", quality_page.quality_mend, name="quality-mend"),
]
