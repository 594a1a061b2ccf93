"""Utility networks as nodes and links."""

from networks.models.lighting import StreetLight
from networks.models.reading import MeterReading
from networks.models.sewer import SewerLink, SewerNode
from networks.models.water import PressureZone, WaterConnection, WaterLink, WaterMeter, WaterNode, WaterValve

__all__ = [
    "MeterReading",
    "PressureZone",
    "SewerLink",
    "SewerNode",
    "StreetLight",
    "WaterConnection",
    "WaterLink",
    "WaterMeter",
    "WaterNode",
    "WaterValve",
]
