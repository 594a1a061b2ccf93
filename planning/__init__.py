"""Zoning."""
