"""What QGIS does with the portal, run by QGIS's own Python: reads it in every way, edits by its network stack.

QGIS 3.22 reads OGC API Features and cannot write by it (that came with 3.32), so its edits go through
`QgsBlockingNetworkRequest`, as a plugin's would.
"""

import json
import sys

from qgis.core import (
    QgsApplication,
    QgsBlockingNetworkRequest,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeatureRequest,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QByteArray, QSize, QUrl
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtNetwork import QNetworkRequest

address, layer_id, register, token = sys.argv[1:5]
application = QgsApplication([], False)
application.initQgis()
STATUS = QNetworkRequest.HttpStatusCodeAttribute


def by_features(name, box=None):
    layer = QgsVectorLayer(f"url='{address}/ogc/' typename='{name}' pageSize='50'", name, "OAPIF")
    assert layer.isValid(), layer.dataProvider().error().summary()
    request = QgsFeatureRequest()
    if box:
        request.setFilterRect(box)
    return layer, list(layer.getFeatures(request))


def by_wfs(name):
    source = f"url='{address}/ogc/wfs' typename='gp:{name}' version='2.0.0' srsname='EPSG:28191'"
    layer = QgsVectorLayer(source, name, "WFS")
    assert layer.isValid(), layer.dataProvider().error().summary()
    return list(layer.getFeatures())


def painted(layer, extent):
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setOutputSize(QSize(256, 256))
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(extent)
    settings.setBackgroundColor(QColor(255, 255, 255))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    picture = job.renderedImage()
    assert not job.errors(), [error.message for error in job.errors()]
    return len({picture.pixel(x, y) for x in range(0, 256, 3) for y in range(0, 256, 3)})


def put(name, key, feature, tag=""):
    request = QNetworkRequest(QUrl(f"{address}/ogc/collections/{name}/items/{key}"))
    request.setRawHeader(b"Authorization", f"Bearer {token}".encode())
    request.setRawHeader(b"Content-Type", b"application/geo+json")
    if tag:
        request.setRawHeader(b"If-Match", tag.encode())
    sender = QgsBlockingNetworkRequest()
    sender.put(request, QByteArray(json.dumps(feature).encode()))
    return int(sender.reply().attribute(STATUS) or 0)


def read(name, key):
    request = QNetworkRequest(QUrl(f"{address}/ogc/collections/{name}/items/{key}"))
    request.setRawHeader(b"Accept", b"application/geo+json")
    sender = QgsBlockingNetworkRequest()
    assert sender.get(request, True) == QgsBlockingNetworkRequest.NoError, sender.errorMessage()
    reply = sender.reply()
    headers = {bytes(name).lower(): bytes(reply.rawHeader(name)).decode() for name in reply.rawHeaderList()}
    return json.loads(bytes(reply.content())), headers[b"etag"]


def edit():
    before, tag = read(layer_id, 1)
    changed = {"type": "Feature", "geometry": before["geometry"], "properties": before["properties"]}
    changed["properties"]["name"] = "زيتونة من QGIS"
    return {
        "without": put(layer_id, 1, changed),
        "first": put(layer_id, 1, changed, tag),
        "conflict": put(layer_id, 1, changed, tag),
        "refused": put(register, 1, changed, tag),
        "after": read(layer_id, 1)[0]["properties"]["name"],
    }


def moved(extent, crs):
    degrees, other = (QgsCoordinateReferenceSystem(name) for name in ("OGC:CRS84", crs))
    box = QgsCoordinateTransform(degrees, other, QgsProject.instance()).transformBoundingBox(extent)
    return QgsRectangle.fromCenterAndSize(box.center(), box.width() / 3, box.height() / 3)


def main():
    parcels, all_parcels = by_features(register)
    extent = parcels.extent()
    middle = extent.center()
    quarter = QgsRectangle(extent.xMinimum(), extent.yMinimum(), middle.x(), middle.y())
    tiles = QgsVectorTileLayer(
        f"type=xyz&url={address}/tiles/{register}/{{z}}/{{x}}/{{y}}.mvt&zmin=0&zmax=18", "tiles"
    )
    assert tiles.isValid()
    wms = QgsRasterLayer(
        f"url={address}/ogc/wms&layers={register}&styles=&format=image/png&crs=EPSG:28191", "wms", "wms"
    )
    assert wms.isValid(), wms.dataProvider().error().summary()
    trees = by_features(layer_id)[1]
    found = {
        "features": len(all_parcels),
        "in_quarter": len(by_features(register, quarter)[1]),
        "wfs": len(by_wfs(register)),
        "names": sorted(one["name"] for one in trees),
        "wfs_names": sorted(one["name"] for one in by_wfs(layer_id)),
        "tile_colours": painted(tiles, moved(extent, "EPSG:3857")),
        "wms_colours": painted(wms, moved(extent, "EPSG:28191")),
        "edits": edit(),
    }
    print("FOUND " + json.dumps(found))


main()
application.exitQgis()
