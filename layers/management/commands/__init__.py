"""Commands on layers."""
