"""The queues of the building register, as the reconciliation engine finds them."""

from buildings.queues.by_footprint import DIFFERS, NOT_FOUND, NOT_REGISTERED
from buildings.queues.by_permit import BEYOND_PERMIT, NOT_PERMITTED
from buildings.queues.by_visit import VISITED

QUEUES = (NOT_REGISTERED, NOT_FOUND, DIFFERS, VISITED, BEYOND_PERMIT, NOT_PERMITTED)
# What a comparison of footprints feeds.
FED = (NOT_REGISTERED, NOT_FOUND, DIFFERS)
