"""The building register."""
