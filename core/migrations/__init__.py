"""Database functions that constraints, indexes and searches need."""
