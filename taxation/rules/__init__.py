"""Rule packs: the tax law of a place and time, as parameters over one engine."""
