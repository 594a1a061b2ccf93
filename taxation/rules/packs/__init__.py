"""The levies that come with the portal, by code; each starts as a rule pack with these figures."""

from taxation.rules.packs import generic, jo, lb, ps, tn
from taxation.rules.schema import Levy

LEVIES: dict[str, Levy] = {levy.code: levy for module in (ps, jo, lb, tn, generic) for levy in module.LEVIES}


def levy(code: str) -> Levy:
    """Return a levy by its code."""
    return LEVIES[code]
