"""A small town, generated once for all tests that look at it."""

import pytest

from demo.town.town import Town, invent_town


@pytest.fixture(scope="session")
def town() -> Town:
    """A town of about 600 parcels with its planted faults."""
    return invent_town(600, seed=7)


@pytest.fixture(scope="session")
def clean_town() -> Town:
    """A smaller town in which nothing was spoilt."""
    return invent_town(300, seed=8, faults=False)
