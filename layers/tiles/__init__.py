"""Vector tiles of any collection: drawn by PostGIS, kept in files, permission asked every time."""
