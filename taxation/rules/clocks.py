"""Legal time by jurisdiction: to object, to be decided on, to appeal; with sources and what is not established."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Clocks:
    """Days of the law; `deposit` says whether an appeal needs one; unverified ones say so on screen."""

    objection: int
    decision: int
    appeal: int
    deposit: bool = False
    source: str = ""
    verified: bool = False


KNOWN = {
    "PS": Clocks(30, 30, 14, deposit=True, source="Law 11/1954, art. 9, 10", verified=True),
    "TN": Clocks(30, 30, 60, source="Code de la fiscalité locale; cantonal court within 60 days"),
}
# Not established for Jordan and Lebanon: a default that a municipality confirms.
USUAL = Clocks(30, 30, 14)


def clocks(jurisdiction: str) -> Clocks:
    """Return the legal time of a jurisdiction."""
    return KNOWN.get(jurisdiction, USUAL)
