"""Settings, addresses and entry points: wiring only."""
