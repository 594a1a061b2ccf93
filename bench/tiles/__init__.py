"""Vector tiles against their peers: raw SQL, tipg, MapServer and nginx."""
