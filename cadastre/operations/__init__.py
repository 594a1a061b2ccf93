"""Survey operations as pure geometry: no database, only shapes in the national grid, in metres.

Every operation takes a `Fabric` (the parcels around the work, by key) and returns a `Change`: what
is retired, what is made, and which neighbours gain a vertex. Vertices that exist are never moved by
rounding; new ones lie on the survey grid, and each is put into every parcel whose boundary runs
through it, so that neighbours stay matched vertex by vertex and no sliver can arise.
"""

from cadastre.operations.dedicate import dedicate_strip
from cadastre.operations.entry import enter_parcel
from cadastre.operations.fabric import Change, Fabric, Piece
from cadastre.operations.frontage import split_by_frontage
from cadastre.operations.merge import merge
from cadastre.operations.move import delete_vertex, insert_vertex, move_vertices, reshape
from cadastre.operations.parts import split_by_areas, split_into_parts
from cadastre.operations.refusals import GeometryRefused
from cadastre.operations.split import split_by_line

__all__ = [
    "Change",
    "Fabric",
    "GeometryRefused",
    "Piece",
    "dedicate_strip",
    "delete_vertex",
    "enter_parcel",
    "insert_vertex",
    "merge",
    "move_vertices",
    "reshape",
    "split_by_areas",
    "split_by_frontage",
    "split_by_line",
    "split_into_parts",
]
