"""Addresses of the building register."""

from django.urls import path

from buildings.views import building, comparisons, lists, owners, parts, tables

urlpatterns = [
    path("staff/buildings/", lists.building_list, name="buildings"),
    path("staff/buildings/keep/", lists.keep_view, name="buildings-keep"),
    path("staff/buildings/compare/", comparisons.compare, name="buildings-compare"),
    path("staff/buildings/comparisons/<int:run_id>/", comparisons.comparison, name="buildings-comparison"),
    path("staff/buildings/bulk/", tables.bulk, name="buildings-bulk"),
    path("staff/buildings/table/", tables.table, name="buildings-table"),
    path("staff/buildings/apply/", tables.apply, name="buildings-apply"),
    path("staff/buildings/settings/", building.choices, name="building-settings"),
    path("staff/buildings/<int:building_id>/", building.building_page, name="building"),
    path("staff/buildings/<int:building_id>/change/", building.change, name="building-change"),
    path("staff/buildings/<int:building_id>/plate.pdf", building.door_plate, name="building-plate"),
    path("staff/buildings/<int:building_id>/photos/", building.photo_enter, name="building-photo-enter"),
    path("staff/buildings/<int:building_id>/photos/<int:photo_id>/", building.photo, name="building-photo"),
    path(
        "staff/buildings/<int:building_id>/units/<int:unit_id>/occupancy/",
        owners.occupancy,
        name="occupancy",
    ),
    path(
        "staff/buildings/<int:building_id>/units/<int:unit_id>/occupancy/<int:occupancy_id>/",
        owners.occupancy_change,
        name="occupancy-change",
    ),
    path("staff/buildings/<int:building_id>/units/<int:unit_id>/owners/", owners.owners, name="unit-owners"),
    path(
        "staff/buildings/<int:building_id>/permits/<int:permit_id>/take/",
        parts.take_permit,
        name="building-permit-take",
    ),
    path("staff/buildings/<int:building_id>/<slug:kind>/", parts.part_enter, name="building-part-enter"),
    path(
        "staff/buildings/<int:building_id>/<slug:kind>/<int:part_id>/",
        parts.part_page,
        name="building-part",
    ),
]
