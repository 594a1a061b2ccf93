"""Addresses of the engine that are not under /api/."""

from django.urls import include, path

from layers.administration.views import group_edit, layer_edit, layer_list
from layers.attachments.api import attachment
from layers.changes.views import feature_history, history_home, layer_history, layer_state
from layers.fieldwork import views as fieldwork
from layers.making import views as making
from layers.rasters import pages as rasters
from layers.rasters.views import raster_tile
from layers.sheets import views as sheets
from layers.sheets.joining import layer_join
from layers.styling import views as styling
from layers.tiles.views import tile

urlpatterns = [
    path("", include("layers.importing.urls")),
    path("", include("layers.exporting.urls")),
    path("tiles/<slug:collection>/<int:z>/<int:x>/<int:y>.mvt", tile, name="tile"),
    path("rasters/<slug:raster>/<int:z>/<int:x>/<int:y>.png", raster_tile, name="raster-tile"),
    path("staff/rasters/", rasters.raster_list, name="rasters"),
    path("staff/rasters/<slug:raster>/", rasters.raster_page, name="raster-page"),
    path("staff/rasters/<slug:raster>/preview.png", rasters.preview, name="raster-preview"),
    path("staff/rasters/<slug:raster>/contours/", rasters.contours, name="raster-contours"),
    path("staff/rasters/<slug:raster>/remove/", rasters.remove, name="raster-remove"),
    path("rasters/<slug:raster>/file.tif", rasters.file, name="raster-file"),
    path("attachments/<slug:collection>/<int:fid>/<int:number>/", attachment, name="attachment"),
    path("data/", include("layers.opendata.urls")),
    path("ogc/", include("layers.ogc.urls")),
    path("staff/field/", fieldwork.home, name="field"),
    path("staff/field/take/", fieldwork.take, name="field-take"),
    path("staff/field/<uuid:key>/", fieldwork.taken, name="field-taken"),
    path("staff/field/returns/<int:returned_id>/", fieldwork.returned, name="field-return"),
    path("staff/field/returns/<int:returned_id>/<int:row_id>/", fieldwork.settle_row, name="field-settle"),
    path("staff/history/", history_home, name="history"),
    path("staff/history/<slug:collection>/", layer_history, name="layer_history"),
    path("staff/history/<slug:collection>/state/", layer_state, name="layer_state"),
    path("staff/history/<slug:collection>/<int:key>/", feature_history, name="feature_history"),
    path("staff/layers/", layer_list, name="layer_list"),
    path("staff/layers/groups/new/", group_edit, name="group_new"),
    path("staff/layers/groups/<slug:slug>/", group_edit, name="group_edit"),
    path("staff/layers/new/", making.layer_new, name="layer_new"),
    path("staff/layers/making/<uuid:job_id>/", making.layer_making, name="layer_making"),
    path("staff/layers/<slug:collection>/fields/", making.layer_fields, name="layer_fields"),
    path(
        "staff/layers/<slug:collection>/fields/<slug:field>/retire/", making.field_retire, name="field_retire"
    ),
    path("staff/layers/<slug:collection>/table/join/", layer_join, name="layer_join"),
    path("staff/layers/<slug:collection>/table/", sheets.layer_table, name="layer_table"),
    path("staff/layers/<slug:collection>/style/", styling.style_edit, name="style_edit"),
    path("staff/layers/<slug:collection>/style/preview/", styling.style_preview, name="style_preview"),
    path("staff/layers/<slug:collection>/style/reset/", styling.style_reset, name="style_reset"),
    path(
        "staff/layers/<slug:collection>/style/tiles/<int:z>/<int:x>/<int:y>.mvt",
        styling.style_tile,
        name="style_tile",
    ),
    path("staff/layers/<slug:collection>/style.<slug:form>", styling.style_export, name="style_export"),
    path("staff/layers/<slug:collection>/", layer_edit, name="layer_edit"),
]
