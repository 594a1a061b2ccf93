"""OGC API Features and Tiles over the catalogue's collections, at `/ogc/`."""
