"""A block of parcels to work on: lots of 25 m by 40 m in two rows, streets all around it."""

from shapely.geometry import Polygon

from cadastre.operations import Fabric

WIDTH, DEPTH = 25.0, 40.0


def block(columns: int = 4, rows: int = 2) -> Fabric:
    """Return lots "A1", "B1", … from the south-west corner at (1000, 2000); the south side bends."""
    shapes = {}
    for column in range(columns):
        for row in range(rows):
            west, south = 1000 + column * WIDTH, 2000 + row * DEPTH
            points = [
                (west, south),
                (west + WIDTH, south),
                (west + WIDTH, south + DEPTH),
                (west, south + DEPTH),
            ]
            if row == 0:
                points.insert(1, (west + 10, south - 2))
            shapes["ABCDEFGHIJKL"[column] + str(row + 1)] = Polygon(points)
    return Fabric(shapes)
