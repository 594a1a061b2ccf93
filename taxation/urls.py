"""Addresses of taxation."""

from django.urls import path

from taxation.views import dashboard, objections, packs, papers, roll, units

urlpatterns = [
    path("staff/tax/", units.index, name="tax"),
    path("staff/tax/units/<int:pk>/", units.unit, name="tax-unit"),
    path("staff/tax/units/<int:pk>/assess/", units.assess, name="tax-assess"),
    path("staff/tax/units/<int:pk>/shares/", units.shares, name="tax-shares"),
    path("staff/tax/assessments/<int:pk>/decide/", units.decide, name="assessment-decide"),
    path("staff/tax/assessments/<int:pk>/object/", units.object_to, name="assessment-object"),
    path("staff/tax/assessments/<int:pk>/notice.pdf", papers.notice, name="notice-paper"),
    path("staff/tax/bills/<int:pk>/bill.pdf", papers.bill, name="bill-paper"),
    path("staff/tax/objections/", objections.index, name="objections"),
    path("staff/tax/objections/<int:pk>/act/", objections.act, name="objection-act"),
    path("staff/tax/collection/", dashboard.index, name="collection"),
    path("staff/tax/roll/", roll.index, name="roll"),
    path("staff/tax/roll/start/", roll.start, name="roll-start"),
    path("staff/tax/roll/<int:pk>/", roll.detail, name="roll-run"),
    path("staff/tax/roll/<int:pk>/act/", roll.act, name="roll-act"),
    path("staff/tax/roll/<int:pk>/print/", papers.print_all, name="roll-print"),
    path("staff/tax/roll/<int:pk>/bills/<slug:language>/<str:name>", papers.printed, name="roll-printed"),
    path("staff/tax/packs/", packs.index, name="packs"),
    path("staff/tax/packs/<int:pk>/", packs.detail, name="pack"),
    path("staff/tax/packs/<int:pk>/copy/", packs.copy, name="pack-copy"),
    path("staff/tax/packs/<int:pk>/change/", packs.change, name="pack-change"),
    path("staff/tax/packs/<int:pk>/enact/", packs.enact, name="pack-enact"),
    path("staff/tax/parties/<int:party_id>/", papers.party, name="tax-party"),
    path("staff/tax/parties/<int:party_id>/clear/", papers.clear, name="clear"),
    path("staff/tax/clearances/<int:pk>.pdf", papers.clearance, name="clearance-paper"),
    path("verify/<str:token>/", papers.verify, name="verify"),
]
