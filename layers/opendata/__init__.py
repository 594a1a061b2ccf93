"""Open data: a page for each public layer, its files written every night, the catalogue and the feed."""
