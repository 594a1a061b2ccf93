"""Checks as rules in one registry: what is asked of a draft, and of the cadastre as a whole."""
