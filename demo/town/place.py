"""Where the invented town stands."""

CENTRE = (169_000.0, 142_400.0)
"""The town's middle in the Palestine grid (EPSG:28191), on the hills."""
