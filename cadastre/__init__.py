"""Parcels, basins, streets and their history."""
