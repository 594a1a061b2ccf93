"""Backup, restore, and the check of what the portal promises."""
