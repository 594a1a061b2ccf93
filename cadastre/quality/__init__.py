"""The check of the whole cadastre: every breach in force, found set by set, kept as a worked queue."""
