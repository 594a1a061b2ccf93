"""Long work in the background, with progress, cancel and attempts."""

from jobs.errors import Cancelled, HandedBack, Interrupted

__all__ = ["Cancelled", "HandedBack", "Interrupted"]
