"""Keeping a portal healthy: backup, restore, promises checked, health and measurements."""
