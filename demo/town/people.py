"""People: owners and subscribers as three departments wrote them down, each in its own spelling.

Who is who is known here and nowhere else: the truth that matching is tested against.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.town import words
from demo.town.rings import Ints
from demo.town.tables import Table, objects, size

Strings = NDArray[np.object_]
_PARTNERS, _HEIRS, _GROUND = " وشركه", "ورثة المرحوم ", " ارضي"


@dataclass
class People:
    """Persons, the departments' records, the single records begun by clerks, and each record's true person."""

    persons: Table
    records: Table
    parties: Table


def gather_people(tables: dict[str, Table], rng: np.random.Generator) -> People:
    """Return the people of a municipality: about one owner for each parcel, most known to several offices."""
    parcels = tables["parcels"]
    persons = _persons(parcels, rng)
    owner = _owners(size(parcels), size(persons), rng)
    where = objects(
        [
            f"حوض {basin + 1} قطعة {number}"
            for basin, number in zip(parcels["basin"], parcels["number"], strict=True)
        ]
    )
    taxed = np.flatnonzero(
        (parcels["land_use"] != "park")
        & (parcels["land_use"] != "public")
        & (rng.random(size(parcels)) < 0.9)
    )
    piped = tables["water_connections"]["parcel"]
    tenant = rng.integers(0, size(persons), len(piped))
    drinks = np.where(rng.random(len(piped)) < 0.8, owner[piped], tenant)
    asks = rng.choice(size(persons), max(8, size(persons) // 8), replace=False)
    parts = [
        _records("water", drinks, [f"{100001 + k}" for k in range(len(piped))], where[piped], persons, rng),
        _records(
            "tax", owner[taxed], [f"T{k + 1:06d}" for k in range(len(taxed))], where[taxed], persons, rng
        ),
        _records(
            "projects",
            asks,
            [f"P{k + 1:05d}" for k in range(len(asks))],
            objects([""] * len(asks)),
            persons,
            rng,
        ),
    ]
    records = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return People(persons, records, _parties(persons, records, rng))


def _persons(parcels: Table, rng: np.random.Generator) -> Table:
    """Persons with a name in four parts, an ID number with its check digit, and mostly a phone."""
    count = max(50, int(0.82 * size(parcels)))
    home = np.sort(rng.integers(0, size(parcels), count))
    clan = rng.integers(0, len(words.FAMILIES), int(parcels["basin"].max()) * 3 + 3)
    family = np.where(
        rng.random(count) < 0.6,
        clan[parcels["basin"][home] * 3 + rng.integers(0, 3, count)],
        rng.integers(0, len(words.FAMILIES), count),
    )
    men, women = (objects([pair[0] for pair in pairs]) for pairs in (words.MEN, words.WOMEN))
    is_woman = rng.random(count) < 0.3
    first = np.where(
        is_woman, women[rng.integers(0, len(women), count)], men[rng.integers(0, len(men), count)]
    )
    father, grandfather = men[rng.integers(0, len(men), (2, count))]
    names = objects([pair[0] for pair in words.FAMILIES])[family]
    serial = rng.choice(9_000_000, count, replace=False)
    prefix = rng.choice([4, 8, 9, 9, 9], count)
    return {
        "given": first, "father": father, "grandfather": grandfather, "family": names,
        "id_number": objects([with_check_digit(f"{p}{s:07d}") for p, s in zip(prefix, serial, strict=True)]),
        "phone": objects([_phone(int(k), int(n)) for k, n in zip(rng.integers(0, 10, count), rng.integers(0, 10**7, count), strict=True)]),
        "home": home,
    }  # fmt: skip


def with_check_digit(eight: str) -> str:
    """Return the nine-digit ID number that begins with these eight digits (weights 1, 2, 1, 2 and on)."""
    total = 0
    for place, digit in enumerate(eight):
        product = int(digit) * (1 + place % 2)
        total += product // 10 + product % 10
    return eight + str(-total % 10)


def _phone(kind: int, number: int) -> str:
    return "" if kind == 0 else f"05{9 if kind < 7 else 6}{number:07d}"


def _owners(parcels: int, persons: int, rng: np.random.Generator) -> Ints:
    """The owner of each parcel; some persons own several."""
    owner = np.concatenate([rng.permutation(persons), rng.integers(0, persons, max(0, parcels - persons))])
    return np.asarray(owner[:parcels])


def _records(
    department: str, who: Ints, numbers: list[str], where: Strings, persons: Table, rng: np.random.Generator
) -> Table:
    """One department's records, and for each what it truly is: the person, an estate or a partnership."""
    count = len(who)
    draw = rng.random((count, 8))
    kind = np.select([draw[:, 0] < 0.035, draw[:, 0] < 0.075], ["partners", "heirs"], "person").astype(object)
    names, ids, phones = [], [], []
    for k, person in enumerate(who.tolist()):
        parts = [persons[part][person] for part in ("given", "father", "grandfather", "family")]
        names.append(_written(parts, kind[k], draw[k]))
        ids.append(_written_id(persons["id_number"][person], draw[k, 6]))
        phones.append(persons["phone"][person] if draw[k, 7] < 0.7 else "")
    if department == "projects":
        where = objects([""] * count)
    return {
        "department": objects([department] * count), "number": objects(numbers), "name": objects(names),
        "id_number": objects(ids), "phone": objects(phones), "parcel": where,
        "person": who.astype(np.int64), "truth": kind,
    }  # fmt: skip


def _written(parts: list[str], kind: str, draw: NDArray[np.float64]) -> str:
    """A name as a clerk wrote it; draws decide what is left out, dropped, joined or wrong."""
    kept = parts
    if draw[1] < 0.22:
        kept = [parts[0], parts[1], parts[3]]
    elif draw[1] < 0.34:
        kept = [parts[0], parts[3]]
    name = _carelessly(" ".join(kept), draw)
    if kind == "partners":
        return name + _PARTNERS
    if kind == "heirs":
        return _HEIRS + name
    return name + _GROUND if 0.03 < draw[5] < 0.045 else name


def _carelessly(name: str, draw: NDArray[np.float64]) -> str:
    """Drop hamzas and dots, join words, forget an article, slip a letter, stretch a word."""
    if draw[2] < 0.45:
        name = name.translate(_CARELESS)
    if draw[2] > 0.8:
        name = name.replace("عبد ", "عبد").replace("أبو ", "أبو")
    if draw[3] < 0.08:
        name = name.replace(" ال", " ", 1)
    if draw[3] > 0.965:
        name = _slipped(name, draw[4])
    if draw[5] < 0.02:
        name = name.replace(" ", " بن ", 1)
    return name[:2] + "ـ" + name[2:] if draw[5] > 0.985 else name


_CARELESS = str.maketrans("أإآةىؤئ", "اااهيوي")


def _slipped(name: str, at: float) -> str:
    """Two letters changed places, or one was left out."""
    k = 1 + int(at * (len(name) - 3))
    return name[:k] + name[k + 1] + name[k] + name[k + 2 :] if at < 0.5 else name[:k] + name[k + 1 :]


def _written_id(number: str, draw: float) -> str:
    """An ID number as written: mostly right, sometimes missing, a digit wrong, or in Arabic digits."""
    if draw < 0.18:
        return ""
    if draw < 0.205:
        return number[:4] + str((int(number[4]) + 3) % 10) + number[5:]
    if draw < 0.23:
        return number.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    return number


def _parties(persons: Table, records: Table, rng: np.random.Generator) -> Table:
    """Single records that clerks have begun: some persons' records, brought together under the name in the ID."""
    begun = np.flatnonzero(rng.random(size(persons)) < 0.3)
    row = np.full(size(persons), -1, dtype=np.int64)
    row[begun] = np.arange(len(begun))
    sure = (records["truth"] == "person") & (rng.random(size(records)) < 0.85)
    records["party"] = np.where(sure, row[records["person"]], -1)
    names = [
        " ".join(persons[part][k] for part in ("given", "father", "grandfather", "family")) for k in begun
    ]
    return {
        "approved_name": objects(names),
        "id_number": persons["id_number"][begun],
        "person": begun,
    }
