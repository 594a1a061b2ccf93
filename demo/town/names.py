"""Names in three languages for streets, basins, quarters and neighbouring towns."""

from dataclasses import dataclass

import numpy as np

from demo.town import words
from demo.town.words import Pair, in_french

PrefixSet = tuple[str, str, str]


@dataclass(frozen=True)
class Name:
    """One name in Arabic, English and French."""

    ar: str
    en: str
    fr: str


TOWN = Name("عين السرو", "Ain al-Saru", "Aïn es-Sarou")

_STREET_FORMS: dict[str, tuple[PrefixSet, ...]] = {
    "main": (("شارع", "Street", "avenue"),),
    "collector": (("شارع", "Street", "rue"),),
    "local": (("شارع", "Street", "rue"), ("شارع", "Street", "rue"), ("طريق", "Road", "chemin")),
    "lane": (("زقاق", "Lane", "ruelle"), ("حارة", "Alley", "ruelle"), ("حوش", "Yard", "cour")),
    "steps": (("درج", "Steps", "escalier"),),
    "track": (("طريق", "Track", "piste"),),
}
_QUARTERS = (
    Name("البلدة القديمة", "Old Town", "Vieille ville"),
    Name("حي الكروم", "Al-Kurum Quarter", "Quartier al-Kouroum"),
    Name("حي البيادر", "Al-Bayadir Quarter", "Quartier al-Bayadir"),
    Name("حي المنطار", "Al-Mantar Quarter", "Quartier al-Mantar"),
    Name("حي العين", "Al-Ayn Quarter", "Quartier al-Aïn"),
    Name("حي رأس الجبل", "Ras al-Jabal Quarter", "Quartier Ras al-Jabal"),
    Name("حي المرج", "Al-Marj Quarter", "Quartier al-Marj"),
    Name("حي المحاجر", "Al-Mahajir Quarter", "Quartier al-Mahajir"),
)


def street_names(ranks: list[str], rng: np.random.Generator) -> list[Name]:
    """Return a name for each street by its rank; a name comes back only when all were used."""
    pool = _street_words()
    wide = [k for k, rank in enumerate(ranks) if rank in ("main", "collector")]
    order = rng.permutation(len(pool) - len(words.CITIES)) + len(words.CITIES)
    front = rng.permutation(len(words.CITIES))
    sequence = np.concatenate([front, order])
    narrow = np.setdiff1d(np.arange(len(ranks)), wide).tolist()
    names: list[Name | None] = [None] * len(ranks)
    for turn, k in enumerate([*wide, *narrow]):
        base = pool[int(sequence[turn % len(sequence)])]
        forms = _STREET_FORMS[ranks[k]]
        names[k] = _formed(forms[int(rng.integers(len(forms)))], base, turn // len(sequence))
    return [name for name in names if name]


def basin_names(count: int, rng: np.random.Generator) -> list[Name]:
    """Return field names for basins."""
    pool = [_joined(head, plant) for head in words.LAND_HEADS for plant in words.PLANTS]
    order = rng.permutation(len(pool))
    return [_plain(pool[int(order[k % len(pool)])]) for k in range(count)]


def quarter_name(sector: int) -> Name:
    """Return the name of a town's sector; 0 is the old town."""
    return _QUARTERS[sector % len(_QUARTERS)]


def town_names(count: int, rng: np.random.Generator) -> list[Name]:
    """Return names of towns, the demo town first."""
    pool = [_joined(head, plant) for head in words.VILLAGE_HEADS for plant in words.PLANTS]
    pool = [pair for pair in pool if pair[0] != TOWN.ar]
    order = rng.permutation(len(pool))
    return [TOWN, *(_plain(pool[int(order[k % len(pool)])]) for k in range(count - 1))][:count]


def _street_words() -> list[Pair]:
    """Every base name: cities first, for the wide streets, then plants, spots, lands and persons."""
    lands = [_joined(head, plant) for head in words.LAND_HEADS for plant in words.PLANTS]
    persons = [
        (f"{title[0]} {man[0]} {family[0]}", f"{title[1]} {man[1]} {family[1]}")
        for number, (man, family) in enumerate((m, f) for m in words.MEN for f in words.FAMILIES[::5])
        for title in (words.TITLES[number % len(words.TITLES)],)
    ]
    return [*words.CITIES, *words.PLANTS, *words.SPOTS, *lands, *persons]


def _joined(head: Pair, tail: Pair) -> Pair:
    return f"{head[0]} {tail[0]}", f"{head[1]} {tail[1]}"


def _plain(base: Pair) -> Name:
    return Name(base[0], base[1], in_french(base[1]))


def _formed(form: PrefixSet, base: Pair, round_number: int) -> Name:
    suffix = f" {round_number + 1}" if round_number else ""
    english = base[1][:1].upper() + base[1][1:]
    return Name(
        f"{form[0]} {base[0]}{suffix}",
        f"{english} {form[1]}{suffix}",
        f"{form[2]} {in_french(base[1])}{suffix}",
    )
