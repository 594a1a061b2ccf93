"""Tests of cadastre."""
