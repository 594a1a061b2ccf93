"""The portal in a real browser, served as it is served to a town."""
