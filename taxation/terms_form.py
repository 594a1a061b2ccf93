"""Terms of payment as a form: when a charge falls due, discounts, lateness and who receives what."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Unprocessable
from core.numbers import decimal_in, western
from core.text3 import Text3
from taxation.figures import percent

DUE = {
    "day": gettext_lazy("On a day of the year"),
    "months_after_issue": gettext_lazy("Months after the bills are issued"),
    "days_after_issue": gettext_lazy("Days after the bills are issued"),
    "period": gettext_lazy("On the first day of the period"),
}
PENALTY = {
    "none": gettext_lazy("No penalty"),
    "by_age": gettext_lazy("Once, by age"),
    "monthly": gettext_lazy("Simple, for each month"),
    "compound": gettext_lazy("Compounding, for each month"),
}
STARTS = {
    "due": gettext_lazy("The due date"),
    "january_after": gettext_lazy("The first of January after the due date"),
}
PART_OF_MONTH = {
    "up": gettext_lazy("Counts as a whole month"),
    "down": gettext_lazy("Does not count"),
}
EARLY = Text3(ar="خصم السداد المبكر", en="Early payment discount", fr="Remise pour paiement anticipé")
SPARE = 2
MOST_ROWS = 24
DAY = re.compile(r"(\d{1,2})-(\d{1,2})")


def shown(terms: Mapping[str, Any]) -> dict[str, Any]:
    """Return terms as what their form shows."""
    due, penalty = terms.get("due", {}), terms.get("penalty", {})
    kind = next((each for each in ("months_after_issue", "days_after_issue") if each in due), "")
    kind = kind or ("day" if "month" in due else "period")
    return {
        "due": {"kind": kind, "on": _day_text(due), "number": "" if kind == "day" else due.get(kind, "")},
        "penalty": {
            "kind": penalty.get("kind", "none"), "starts": penalty.get("starts", "due"),
            "part": penalty.get("part_of_month", "up"), "rate": _share(penalty.get("rate")), "cap": _share(penalty.get("cap")),
        },
        "ages": _spare([(str(months), _share(rate)) for months, rate in penalty.get("ages", [])], 2),
        "discounts": _spare(
            [(each["from"], each["to"], _share(each["fraction"])) for each in terms.get("discounts", [])], 3
        ),
        "split": _spare([(who, _share(part)) for who, part in terms.get("split", [])], 2),
        "due_kinds": DUE, "penalty_kinds": PENALTY, "starts": STARTS, "parts": PART_OF_MONTH,
    }  # fmt: skip


def _day_text(due: Mapping[str, Any]) -> str:
    return f"{int(due['month']):02d}-{int(due['day']):02d}" if "month" in due else ""


def _share(fraction: Any) -> str:
    return "" if fraction is None else percent(fraction)


def _spare(rows: list[tuple[str, ...]], width: int) -> list[tuple[str, ...]]:
    return [*rows, *([("",) * width] * SPARE)]


def read(before: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """Return the terms that a form gives; refuses what makes no sense by field."""
    form = _Form(given)
    terms = {
        "due": form.due(),
        "discounts": form.discounts(before.get("discounts", [])),
        "penalty": form.penalty(before.get("penalty", {})),
        "split": form.split(),
    }
    if form.faults:
        raise Unprocessable(_("These terms cannot be read"), fields=form.faults)
    return terms


class _Form:
    """The fields of the form and what is wrong with them."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self.faults: dict[str, Any] = {}

    def text(self, name: str) -> str:
        return western(self.given.get(name, "")).replace("٪", "%").strip()

    def rows(self, name: str, *parts: str) -> Iterator[tuple[int, list[str]]]:
        for number in range(MOST_ROWS):
            texts = [self.text(f"{name}:{number}:{part}") for part in parts]
            if any(texts):
                yield number, texts

    def choice(self, name: str, choices: Mapping[str, Any]) -> str:
        found = self.text(name)
        if found not in choices:
            self.faults[name] = _("Choose one of the list.")
        return found

    def whole(self, name: str, most: int) -> int:
        found = self.text(name)
        if not found.isdigit() or not 1 <= int(found) <= most:
            self.faults[name] = _("A whole number from 1 to %(most)s.") % {"most": most}
            return 1
        return int(found)

    def fraction(self, name: str, *, most: int = 1) -> str:
        """Read per cent, with or without the sign."""
        value = decimal_in(self.text(name).rstrip("%"))
        if value is None or not 0 <= value <= 100 * most:
            self.faults[name] = _("Between 0 and %(most)s per cent.") % {"most": 100 * most}
            return "0"
        return f"{value / 100:f}"

    def day(self, name: str) -> tuple[int, int]:
        """Read a month and day, for example 02-29."""
        found = DAY.fullmatch(self.text(name))
        try:
            # A leap year, so that the 29th of February is a day.
            day = date(2024, int(found[1]), int(found[2])) if found else None
        except ValueError:
            day = None
        if day is None:
            self.faults[name] = _("Write month and day, as 02-28.")
            return 1, 1
        return day.month, day.day

    def due(self) -> dict[str, int]:
        kind = self.choice("due:kind", DUE)
        if kind == "day":
            month, day = self.day("due:on")
            return {"month": month, "day": day}
        return {} if kind in ("period", "") else {kind: self.whole("due:number", 366)}

    def discounts(self, before: list[Any]) -> list[dict[str, Any]]:
        found = []
        for number, _texts in self.rows("discount", "from", "to", "rate"):
            first, last = self.day(f"discount:{number}:from"), self.day(f"discount:{number}:to")
            if last < first:
                self.faults[f"discount:{number}:to"] = _("It ends before it begins.")
            title = before[number]["title"] if number < len(before) else EARLY.as_dict()
            days = {"from": f"{first[0]:02d}-{first[1]:02d}", "to": f"{last[0]:02d}-{last[1]:02d}"}
            found.append({"title": title, **days, "fraction": self.fraction(f"discount:{number}:rate")})
        return found

    def penalty(self, before: Mapping[str, Any]) -> dict[str, Any]:
        kind = self.choice("penalty:kind", PENALTY)
        kept = {"article": before["article"]} if "article" in before else {}
        if kind == "by_age":
            return {"kind": kind, "ages": self.ages(), **kept}
        if kind not in ("monthly", "compound"):
            return {"kind": "none"}
        cap = self.fraction("penalty:cap", most=10) if self.text("penalty:cap") else None
        return {
            "kind": kind, "rate": self.fraction("penalty:rate"), "cap": cap, **kept,
            "starts": self.choice("penalty:starts", STARTS),
            "part_of_month": self.choice("penalty:part", PART_OF_MONTH),
        }  # fmt: skip

    def ages(self) -> list[list[Any]]:
        months, rates = [], []
        for number, _texts in self.rows("age", "months", "rate"):
            months.append(self.whole(f"age:{number}:months", 600))
            rates.append(self.fraction(f"age:{number}:rate", most=10))
        if not months or months != sorted(set(months)):
            self.faults["age:0:months"] = _("At least one age, each later than the one before.")
        return [[month, rate] for month, rate in zip(months, rates, strict=True)]

    def split(self) -> list[list[str]]:
        found = [
            [who or "—", self.fraction(f"split:{number}:part")]
            for number, (who, _part) in self.rows("split", "who", "part")
        ]
        if found and sum(Decimal(part) for _who, part in found) != 1:
            self.faults["split:0:part"] = _("The parts must come to 100 per cent.")
        return found
