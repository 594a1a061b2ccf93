"""As in all languages."""
