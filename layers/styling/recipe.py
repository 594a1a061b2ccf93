"""What a person chose for the drawing of a layer; from it the map layers are composed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Self


class Method(StrEnum):
    """The ways to draw a layer."""

    SINGLE = "single"
    CATEGORIES = "categories"
    GRADUATED = "graduated"
    SIZE = "size"
    HEAT = "heat"
    CLUSTERS = "clusters"


class Breaks(StrEnum):
    """The ways to cut numbers into classes."""

    NATURAL = "natural"
    QUANTILES = "quantiles"
    EQUAL = "equal"


@dataclass(frozen=True, kw_only=True)
class Class:
    """One colour: the value it stands for, or the number from which on it holds; its words by language."""

    value: str | int | float | None
    colour: str
    label: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, kw_only=True)
class Label:
    """One rule of labelling: which words, on which features, from which scale on."""

    text: str
    also: str = ""
    only_field: str = ""
    only_is: str = "=="
    only_value: str | int | float = ""
    size: int = 12
    colour: str = "#14222b"
    bold: bool = False
    from_zoom: int = 0
    along: bool = False


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The choices; colours are `#rrggbb`, sizes pixels, opacities shares, zooms those of MapLibre."""

    method: Method = Method.SINGLE
    field: str = ""
    breaks: Breaks = Breaks.NATURAL
    count: int = 5
    ramp: str = "teal"
    classes: tuple[Class, ...] = ()
    other: str = "#b9bdbe"
    colour: str = "#2a5690"
    opacity: float = 0.7
    outline: str = "#44535c"
    width: float = 1.2
    dash: str = ""
    pattern: str = ""
    icon: str = ""
    size: float = 6
    size_to: float = 20
    smallest: float = 0
    largest: float = 1
    radius: int = 30
    until_zoom: int = 15
    labels: tuple[Label, ...] = ()
    min_zoom: int = 0
    max_zoom: int = 24

    def with_(self, **changes: Any) -> Self:
        """Return the recipe with some choices changed."""
        return replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """Return what differs from the usual, as JSON."""
        usual = asdict(Recipe())
        return {name: value for name, value in asdict(self).items() if value != usual[name]}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Recipe":
        """Read a kept recipe; what a later portal wrote and this one does not know is left out."""
        known = {one.name for one in fields(cls)}
        given: dict[str, Any] = {name: value for name, value in kept.items() if name in known}
        given["method"] = Method(given.get("method", Method.SINGLE))
        given["breaks"] = Breaks(given.get("breaks", Breaks.NATURAL))
        given["classes"] = tuple(Class(**one) for one in given.get("classes", ()))
        given["labels"] = tuple(Label(**one) for one in given.get("labels", ()))
        return cls(**given)


def recipe_of(style: Sequence[Mapping[str, Any]]) -> Recipe | None:
    """Return the recipe that a style was composed from, None where somebody wrote it by hand."""
    kept = (style[0].get("metadata") or {}).get("gis:recipe") if style else None
    try:
        return Recipe.from_dict(kept) if isinstance(kept, Mapping) else None
    except (TypeError, ValueError):
        return None
