"""The municipality taken along: every layer in one GeoPackage for QField, and back, row by row."""
