"""The table `layer_styles` of a GeoPackage, in which QGIS keeps and finds how a layer is drawn."""

import sqlite3
from contextlib import closing
from pathlib import Path

from core.errors import Unprocessable
from layers.collections import Collection
from layers.styling import qml, sld

_MAKE = """
CREATE TABLE IF NOT EXISTS layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT,
styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')));
INSERT OR IGNORE INTO gpkg_contents (table_name, data_type, identifier) VALUES ('layer_styles', 'attributes', 'layer_styles');
"""


def write(collection: Collection, out: Path) -> None:
    """Add the layer's style; one that QGIS has no counterpart for is left out."""
    try:
        drawn, described = qml.document(collection), sld.document(collection).decode()
    except Unprocessable:
        return
    with closing(sqlite3.connect(out)) as database:
        database.executescript(_MAKE)
        row = ("", "", collection.id, "geom", collection.id[:30], drawn, described, True, "", "")
        database.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
            " styleQML, styleSLD, useAsDefault, description, owner) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        database.commit()
