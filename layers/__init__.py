"""The catalogue: tiles, features, search, import and export of any collection."""
