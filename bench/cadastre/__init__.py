"""Benchmarks of the cadastre."""
