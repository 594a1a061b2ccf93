"""Rows of the catalogue, and the base of every spatial register."""
