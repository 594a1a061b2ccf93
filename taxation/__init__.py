"""Valuation, assessment and billing."""
