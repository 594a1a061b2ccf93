"""Columns for the fields of a file, and labels in three languages for those everybody has."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from core.text3 import Text3

MAX_NAME = 59
# Columns of ours, and of the engine: a field of that name gets another.
RESERVED = frozenset(
    {
        "id",
        "geom",
        "geom_tile",
        "source_row",
        "source_fid",
        "source_shape",
        "version",
        "tableoid",
        "ctid",
        "t",
    }
)

_KNOWN: dict[str, Text3] = {
    "name": Text3("الاسم", "Name", "Nom"),
    "parcel_no": Text3("رقم القطعة", "Parcel number", "Numéro de parcelle"),
    "hawd": Text3("الحوض", "Basin", "Bassin"),
    "basin": Text3("الحوض", "Basin", "Bassin"),
    "block": Text3("البلوك", "Block", "Îlot"),
    "quarter": Text3("الحي", "Quarter", "Quartier"),
    "owner": Text3("المالك", "Owner", "Propriétaire"),
    "area": Text3("المساحة", "Area", "Superficie"),
    "area_deed": Text3("المساحة في السند", "Area in the deed", "Superficie du titre"),
    "use": Text3("الاستعمال", "Use", "Usage"),
    "street": Text3("الشارع", "Street", "Rue"),
    "address": Text3("العنوان", "Address", "Adresse"),
    "building": Text3("المبنى", "Building", "Bâtiment"),
    "floors": Text3("عدد الطوابق", "Floors", "Étages"),
    "building_levels": Text3("عدد الطوابق", "Floors", "Étages"),
    "height": Text3("الارتفاع", "Height", "Hauteur"),
    "type": Text3("النوع", "Type", "Type"),
    "code": Text3("الرمز", "Code", "Code"),
    "status": Text3("الحالة", "Status", "État"),
    "zone": Text3("المنطقة", "Zone", "Zone"),
    "landuse": Text3("استعمال الأرض", "Land use", "Occupation du sol"),
    "highway": Text3("صنف الطريق", "Road class", "Classe de voie"),
    "amenity": Text3("المرفق", "Amenity", "Équipement"),
    "shop": Text3("المحل", "Shop", "Commerce"),
    "population": Text3("عدد السكان", "Population", "Population"),
    "diameter": Text3("القطر", "Diameter", "Diamètre"),
    "material": Text3("المادة", "Material", "Matériau"),
    "length": Text3("الطول", "Length", "Longueur"),
    "date": Text3("التاريخ", "Date", "Date"),
    "note": Text3("ملاحظة", "Note", "Remarque"),
    "addr_housenumber": Text3("رقم المبنى", "House number", "Numéro"),
    "addr_street": Text3("الشارع", "Street", "Rue"),
    "addr_city": Text3("المدينة", "City", "Ville"),
    "osm_id": Text3("رقم العنصر في OSM", "OSM number", "Numéro OSM"),
}
_LANGUAGE = {
    "ar": Text3("بالعربية", "in Arabic", "en arabe"),
    "en": Text3("بالإنجليزية", "in English", "en anglais"),
    "fr": Text3("بالفرنسية", "in French", "en français"),
}
# Fields that name a feature, the best first.
# After names come numbers: of parcels, of houses, and the text of a French sheet.
_NAMING = (
    "name", "name_ar", "parcel_no", "title", "label", "code", "ref",
    "parcel", "lot", "ml", "house_number", "housenumber", "addr_housenumber", "postnumber", "tex",
)  # fmt: skip


def plain(name: str) -> str:
    """Return a name as a column: lower-case Latin letters, digits, underscores; empty when none remain."""
    latin = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "_", latin).strip("_")
    return ("f_" + words if words[:1].isdigit() else words)[:MAX_NAME].rstrip("_")


def columns(names: Iterable[str]) -> list[str]:
    """Return one column for each field: plain, unique in any case, none of ours."""
    taken: set[str] = set(RESERVED)
    chosen = []
    for number, name in enumerate(names, 1):
        base = plain(name) or f"field_{number}"
        column, again = base, 2
        while column in taken:
            column, again = f"{base}_{again}", again + 1
        taken.add(column)
        chosen.append(column)
    return chosen


def label(name: str) -> Text3:
    """Propose what people call a field: known words in three languages, else the file's own name."""
    column = plain(name)
    if column in _KNOWN:
        return _KNOWN[column]
    stem, _, language = column.rpartition("_")
    if stem in _KNOWN and language in _LANGUAGE:
        words, tongue = _KNOWN[stem], _LANGUAGE[language]
        return Text3(f"{words.ar} {tongue.ar}", f"{words.en} {tongue.en}", f"{words.fr} {tongue.fr}")
    shown = name.strip() or column
    return Text3(shown, shown, shown)


def naming_column(fields: Sequence[dict[str, Any]]) -> str:
    """Return the column that names a feature on the map, if one looks like it."""
    text = [field["column"] for field in fields if field["type"] == "text"]
    return next((name for name in _NAMING if name in text), "")


def slug(name: str) -> str:
    """Propose a layer's key from a file's or layer's name."""
    words = plain(name).replace("_", "-")[:40].strip("-")
    return words if words[:1].isalpha() else "layer"
