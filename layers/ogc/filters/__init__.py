"""CQL2 filters (OGC 21-065r2), text and JSON, turned into bound SQL over a collection's row."""

from layers.ogc.filters.reading import LANGUAGES, Filter, parse
from layers.ogc.filters.translation import translate

__all__ = ["LANGUAGES", "Filter", "parse", "translate"]
