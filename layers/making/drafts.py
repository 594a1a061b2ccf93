"""What a layer, or one more field of a layer, is to be; checked before a job makes it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.verbs import Sensitivity
from core.text3 import Text3
from layers.collections import Field, FieldType
from layers.importing import naming
from layers.writing import properties

MOST_FIELDS = 100
MOST_CHOICES = 500
_PLACED = "district_id"


@dataclass(frozen=True, kw_only=True)
class FieldDraft:
    """One field: its column, labels, type and rules; `choices` are (value, ar, en, fr)."""

    name: str
    ar: str = ""
    en: str = ""
    fr: str = ""
    type: str = FieldType.TEXT
    unit: str = ""
    required: bool = False
    unique: bool = False
    default: str = ""
    sensitivity: str = Sensitivity.PUBLIC
    label: bool = False
    choices: tuple[tuple[str, str, str, str], ...] = ()

    def field(self) -> Field:
        """Return the field as the catalogue keeps it; raises `ValueError` where default or choices do not fit."""
        bare = Field(
            name=self.name,
            title=Text3(self.ar or self.en or self.fr or self.name, self.en, self.fr),
            type=FieldType(self.type),
            unit=self.unit,
            required=self.required,
            unique=self.unique,
            sensitivity=self.sensitivity,
            searchable=self.label,
            in_tile=self.label,
        )
        choices = {
            self._typed(bare, value): Text3(ar or value, en or value, fr or value)
            for value, ar, en, fr in self.choices
        }
        default = self._typed(bare, self.default) if self.default else None
        if default is not None and choices and default not in choices:
            raise ValueError(_("The usual value is not among the values to choose from."))
        return Field(**{**vars(bare), "choices": choices, "default": default})

    @staticmethod
    def _typed(bare: Field, written: str) -> Any:
        value = properties.typed(bare, written)
        return value if isinstance(value, str | int | float | bool) or value is None else str(value)


@dataclass(frozen=True, kw_only=True)
class LayerDraft:
    """A layer to be made; `geometry_type` is empty for a table without a place on the map."""

    slug: str
    geometry_type: str
    ar: str = ""
    en: str = ""
    fr: str = ""
    view_roles: tuple[str, ...] = ()
    edit_roles: tuple[str, ...] = ()
    by_district: bool = False
    fields: tuple[FieldDraft, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the draft as JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "LayerDraft":
        """Read a draft from a job's arguments."""
        fields = tuple(field_from(one) for one in kept["fields"])
        roles = {name: tuple(kept[name]) for name in ("view_roles", "edit_roles")}
        return cls(**{**kept, **roles, "fields": fields})


def field_from(kept: Mapping[str, Any]) -> FieldDraft:
    """Read a field's draft from a job's arguments."""
    return FieldDraft(**{**kept, "choices": tuple(tuple(one) for one in kept["choices"])})


def columns(wanted: Sequence[tuple[str, str, str, str]], taken: Iterable[str] = ()) -> list[str]:
    """Return a column for each (name, English, French, Arabic label): plain, none of ours, each once in any case."""
    kept = [one for one in dict.fromkeys([*taken, _PLACED]) if one not in naming.RESERVED]
    names = [name or en or fr or ar for name, en, fr, ar in wanted]
    return naming.columns([*kept, *names])[len(kept) :]


def parse_choices(written: str) -> tuple[tuple[str, str, str, str], ...]:
    """Read one value a line, with its words after "=": `value = Arabic | English | French`.

    Raises `ValueError` with the reason.
    """
    found: dict[str, tuple[str, str, str, str]] = {}
    for line in filter(None, (line.strip() for line in written.splitlines())):
        value, _sign, words = line.partition("=")
        ar, en, fr = [*(part.strip() for part in words.split("|")), "", "", ""][:3]
        value = value.strip()[:200]
        if value in found:
            raise ValueError(_("“%(value)s” is listed twice.") % {"value": value[:40]})
        found[value] = (value, ar[:200], en[:200], fr[:200])
    if len(found) > MOST_CHOICES:
        raise ValueError(_("A field has at most %(most)d values to choose from.") % {"most": MOST_CHOICES})
    return tuple(found.values())
