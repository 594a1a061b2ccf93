"""Raster tiles: orthophotos as they are, terrain as shaded relief."""
