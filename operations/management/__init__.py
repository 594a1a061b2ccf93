"""Commands of those who run a portal."""
