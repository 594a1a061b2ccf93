"""Who owns and who uses a unit, as its page shows it and as it is being entered."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from buildings.forms import OccupancyForm
from buildings.models import Unit
from cadastre.models import Right
from parties.finding import named
from parties.models import Party

_SHARE = re.compile(r"\s*(\d{1,12})\s*(?:[/⁄]\s*(\d{1,12}))?\s*")
MOST_OWNERS = 500


@dataclass
class Row:
    """One owner on the form: a known party, or a person who is entered with it, and the share as it was typed."""

    party: Party | None
    share: str = ""
    name: str = ""
    id_number: str = ""
    fault: Any = ""

    def fraction(self) -> tuple[int, int]:
        """Return numerator and denominator as they were typed, in either digits; (0, 0) where it is no share."""
        found = _SHARE.fullmatch(self.share)
        return (int(found[1]), int(found[2] or 1)) if found else (0, 0)


@dataclass
class Draft:
    """The owners of a unit while they are being entered."""

    rows: list[Row]
    on: str
    note: str = ""
    words: str = ""
    found: Sequence[Party] = ()
    faults: dict[str, Any] = field(default_factory=dict)
    is_open: bool = False

    @property
    def together(self) -> Fraction:
        """Return what the shares typed so far come to."""
        return sum((Fraction(num, den) for num, den in map(Row.fraction, self.rows) if den), Fraction(0))


def rights_of(unit: Unit) -> list[Right]:
    """Return who owns a unit by its own entry, today's owners first, then the past ones from the latest on."""
    if unit.ba_unit_id is None:
        return []
    rights = (
        Right.objects.filter(unit=unit.ba_unit_id).select_related("party").order_by("-begin_lifespan", "id")
    )
    return sorted(rights, key=lambda right: right.end_lifespan is not None)


def context(unit: Unit, words: str = "") -> dict[str, Any]:
    """Return what a unit's page shows of owners and occupants, with the forms that change them.

    Among the persons that `words` find, the occupant can be chosen.
    """
    rights = rights_of(unit)
    now = [right for right in rights if right.end_lifespan is None]
    whole = sum((Fraction(right.share_num, right.share_den) for right in now), Fraction(0))
    found = named(words)
    form = OccupancyForm(
        people=[*people(unit), *found], initial={"party": found[0] if len(found) == 1 else None}
    )
    return {
        "rights": now, "past": [right for right in rights if right.end_lifespan is not None], "missing": 1 - whole,
        "draft": drafted(now), "who": words, "nobody": bool(words) and not found, **forms(unit, form),
    }  # fmt: skip


def forms(unit: Unit, form: OccupancyForm, key: int | None = None) -> dict[str, Any]:
    """Return the occupancies with a form each, and one for the next; `form` is that of the occupancy `key`."""
    several = people(unit)
    return {
        "occupancies": [
            (one, form if one.pk == key else OccupancyForm(instance=one, people=several, auto_id=f"id_{one.pk}_%s"))
            for one in unit.occupancies.select_related("party")
        ],
        "occupancy_form": form if key is None else OccupancyForm(people=several),
    }  # fmt: skip


def people(unit: Unit) -> list[Party]:
    """Return the unit's owners and occupants of all times."""
    owning = Party.objects.filter(rights__unit=unit.ba_unit_id) if unit.ba_unit_id else Party.objects.none()
    using = [one.party for one in unit.occupancies.select_related("party") if one.party]
    return [*owning.distinct(), *using]


def drafted(rights: Iterable[Right]) -> Draft:
    """Return the form of owners as they are."""
    return Draft([Row(right.party, str(right)) for right in rights], timezone.localdate().isoformat())


def read(sent: QueryDict) -> Draft:
    """Return the form of owners as it was sent."""
    lists = [sent.getlist(name)[:MOST_OWNERS] for name in ("party", "share", "name", "id_number")]
    known: Mapping[int, Party] = Party.objects.in_bulk([int(key) for key in lists[0] if key.isdecimal()])
    rows = [
        Row(known.get(int(key)) if key.isdecimal() else None, share[:30], name[:200], number[:20])
        for key, share, name, number in zip(*lists, strict=False)
    ]
    words = sent.get("words", "").strip()[:100]
    draft = Draft(rows, sent.get("on", "")[:20], sent.get("note", "")[:300], words, is_open=True)
    # A button that adds a person ends the search.
    step, _, key = sent.get("step", "").partition(":")
    if step == "drop" and key.isdecimal() and int(key) < len(rows):
        del rows[int(key)]
    elif step == "new":
        rows.append(Row(None))
    elif step == "add" and key.isdecimal():
        rows += [
            Row(party) for party in Party.objects.filter(pk=key) if party not in {one.party for one in rows}
        ]
        draft.words = ""
    if draft.words:
        draft.found = named(draft.words)
    return draft
