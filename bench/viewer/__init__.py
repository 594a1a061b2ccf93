"""How soon the public map can be used."""
