"""Long work in the background, with progress, cancel and attempts."""
