"""Which municipality this instance serves: names, grid, calendar, settings, districts."""
