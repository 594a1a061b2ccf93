"""The evidence of a queue's row as sentences in the reader's language."""

from typing import Any

from django.utils.translation import gettext as _

from buildings.models.building import BuildingUse
from buildings.models.unit import UnitUse
from core.text import isolated
from taxation.rules.words import USES

Facts = dict[str, Any]
# Codes that become words of the reader's language.
CODES = ("use", "assessed_use")


def _use(code: str) -> str:
    if code in USES:
        return str(USES[code])
    known = {**dict(BuildingUse.choices), **dict(UnitUse.choices)}
    return str(known.get(code, code))


def _untaxed(facts: Facts) -> list[str]:
    return [
        _("In the register since %(day)s.") % {"day": facts.get("since")},
        _("%(area)s m², %(use)s.") % {"area": facts["area"], "use": _use(facts["use"])},
    ]


def _metered(facts: Facts) -> list[str]:
    since = facts.get("metered_since")
    served = {"code": facts["connection"], "day": since}
    return [
        _("Water meters in use: %(meters)s; units taxed: %(taxed)s.") % facts,
        (_("House connection %(code)s, metered since %(day)s.") if since else _("House connection %(code)s."))
        % served,
        _("About %(area)s m², %(use)s, are not taxed.") % {"area": facts["area"], "use": _use(facts["use"])}
        if facts["registered"]
        else _("No building is registered here."),
    ]


def _unfound(facts: Facts) -> list[str]:
    until = facts.get("until")
    gone = (
        _("Left the register on %(day)s.") % {"day": until} if until else _("The register does not know it.")
    )
    return [
        gone,
        _("Still taxed for %(area)s m², %(use)s.") % {"area": facts["area"], "use": _use(facts["use"])},
    ]


def _differs(facts: Facts) -> list[str]:
    if "assessed_floors" in facts:
        floors = {"floors": facts["floors"], "assessed": facts["assessed_floors"]}
        return [
            _("The building has %(floors)s floors; units are taxed on %(assessed)s.") % floors,
            _("About %(area)s m² are not taxed.") % {"area": facts["area"]},
        ]
    found = []
    if facts["area"] != facts["assessed_area"]:
        areas = {"area": facts["area"], "assessed": facts["assessed_area"]}
        found.append(_("Registered %(area)s m², assessed %(assessed)s m².") % areas)
    taxed = "residential" if facts["use"] == "apartment" else "non_residential"
    if taxed != facts["assessed_use"]:
        uses = {"use": _use(facts["use"]), "assessed": _use(facts["assessed_use"])}
        found.append(_("Registered as %(use)s, assessed as %(assessed)s.") % uses)
    return found


def _line(facts: Facts) -> list[str]:
    return [_("Line %(number)s of %(year)s: %(text)s") % facts]


def _year(facts: Facts) -> list[str]:
    return [_("On the map of %(before)s, not of %(after)s.") % facts]


WORDS = {
    "untaxed": _untaxed,
    "unfound": _unfound,
    "differs": _differs,
    "metered": _metered,
    "unmatched": _line,
    "vanished": _year,
    "appeared": lambda facts: [_("On the map of %(after)s, not of %(before)s.") % facts],
}


def sentences(queue: str, facts: Facts) -> list[str]:
    """Return what speaks for a row."""
    return WORDS[queue](
        {name: _apart(value) if name not in CODES else value for name, value in facts.items()}
    )


def _apart(value: Any) -> Any:
    """Isolate a number or a day from the direction of the sentence around it."""
    return value if value is None or isinstance(value, bool) else isolated(value)
