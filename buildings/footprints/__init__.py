"""Footprints from elsewhere, compared with the register by overlap and shape."""
