"""Money, text, errors, PostGIS functions: what two apps need. No models."""
