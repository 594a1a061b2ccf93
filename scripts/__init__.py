"""Programs for those who install, check and run the portal; the portal itself imports none of them."""
