"""Worked examples of the law, to the last decimal: what a pack's officer sees run, and what the tests hold to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Example:
    """Facts of a made-up unit and what they come to by the figures that the levy comes with."""

    name: str
    levy: str
    facts: Mapping[str, Any]
    base: str
    components: Mapping[str, str]
    total: str


EXAMPLES = tuple(Example(*each) for each in (
    (
        "PS-1",
        "ps-building",
        {"annual_rent": 2406},
        "1925",
        {"property": "192.500", "education": "134.750"},
        "327.250",
    ),
    ("PS-2", "ps-land", {"market_value": 85000}, "5100", {"land": "255.000"}, "255.000"),
    (
        "JO-1",
        "jo-building",
        {"annual_rent": 1800},
        "1440.00",
        {"building": "144.000", "education": "28.800", "sewerage": "43.200"},
        "216.000",
    ),
    (
        "JO-2",
        "jo-land-2025",
        {"area_m2": 1000, "zone": "residential_a", "price_m2": 50},
        "19500",
        {"land": "7.800"},
        "7.800",
    ),
    (
        "JO-3",
        "jo-building-2025",
        {
            "area_m2": 176,
            "price_m2": 415,
            "use": "residential",
            "owner_occupied": True,
            "depreciation": "0.15",
        },
        "73040",
        {"building": "124.168"},
        "124.168",
    ),
    (
        "JO-4",
        "jo-building-2025",
        {
            "area_m2": 1000,
            "price_m2": 100,
            "use": "residential",
            "owner_occupied": True,
            "depreciation": "0.20",
        },
        "100000",
        {"building": "160.000"},
        "160.000",
    ),
    (
        "LB-1",
        "lb-municipal",
        {"rental_value": 43200000, "use": "residential"},
        "432000000",
        {"rental": "21600000.00", "upkeep": "6480000.00"},
        "28080000.00",
    ),
    (
        "LB-2",
        "lb-municipal",
        {"rental_value": 54000000, "use": "non_residential"},
        "1080000000",
        {"rental": "75600000.00", "upkeep": "16200000.00"},
        "91800000.00",
    ),
    (
        "LB-3",
        "lb-built",
        {"net_revenue": 1000000000, "owner_homes": 1},
        "640000000",
        {"built": "25600000.00"},
        "25600000.00",
    ),
    (
        "LB-4",
        "lb-built",
        {"net_revenue": 3000000000},
        "3000000000",
        {"built": "173400000.00"},
        "173400000.00",
    ),
    (
        "LB-5",
        "lb-built",
        {"net_revenue": 7000000000},
        "7000000000",
        {"built": "633500000.00"},
        "633500000.00",
    ),
    (
        "TN-1",
        "tn-tib",
        {"area_m2": 120, "price_m2": 200, "services": 5},
        "480.000",
        {"tib": "57.600", "fnah": "19.200"},
        "76.800",
    ),
    (
        "TN-2",
        "tn-tib",
        {"area_m2": 95, "price_m2": 150, "services": 4},
        "285.000",
        {"tib": "28.500", "fnah": "11.400"},
        "39.900",
    ),
    (
        "TN-3",
        "tn-tib",
        {"area_m2": 260, "price_m2": 250, "services": 6, "supplementary": True},
        "1300.000",
        {"tib": "182.000", "fnah": "52.000"},
        "234.000",
    ),
    ("TN-4 tariff", "tn-tnb", {"area_m2": 600, "density": "high"}, "231.000", {"tnb": "231.000"}, "231.000"),
    (
        "TN-4 value",
        "tn-tnb",
        {"area_m2": 600, "density": "high", "market_value": 180000},
        "180000",
        {"tnb": "540.000"},
        "540.000",
    ),
    ("G-1", "mill", {"market_value": 185000}, "148000", {"property": "1850.00"}, "1850.00"),
    (
        "G-2",
        "area-table",
        {
            "zone": "a",
            "use": "residential",
            "area_m2": 140,
            "floor_coefficient": "0.95",
            "age_coefficient": "0.90",
        },
        "502.74",
        {"property": "502.74"},
        "502.74",
    ),
))  # fmt: skip


def of(levy: str) -> list[Example]:
    """Return the examples of a levy."""
    return [each for each in EXAMPLES if each.levy == levy]
