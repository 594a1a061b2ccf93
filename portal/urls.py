"""Addresses that everybody may open."""

from django.urls import path

from portal import archives, own, views

urlpatterns = [
    path("", views.viewer, name="viewer"),
    path("my/", views.my_page, name="my"),
    path("my/pay/", own.pay, name="my-pay"),
    path("my/statement.pdf", own.statement_paper, name="my-statement"),
    path("my/bills/<int:pk>/bill.pdf", own.bill_paper, name="my-bill"),
    path("my/receipts/<int:pk>/receipt.pdf", own.receipt_paper, name="my-receipt"),
    path("basemaps/<slug:name>.pmtiles", archives.basemap_archive, name="basemap_archive"),
    path("design/", views.design, name="design"),
]
