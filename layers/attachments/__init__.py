"""Photos and documents of features: re-encoded or recognised, kept under names of our own (ADR 0103)."""
