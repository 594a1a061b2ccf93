"""Which features stand for the others on small-scale tiles (ADR 0022); written by `sql/overview.sql`."""

from django.conf import settings
from django.contrib.gis.db import models


class Overview(models.Model):
    """The feature that stands for one cell of one zoom level of a collection."""

    audit_exempt = "computed from other tables"

    pk = models.CompositePrimaryKey("collection", "level", "x", "y")
    collection = models.TextField()
    level = models.IntegerField()
    x = models.IntegerField()
    y = models.IntegerField()
    fid = models.BigIntegerField()
    size = models.FloatField()
    is_wide = models.BooleanField(default=True, db_default=True)
    box = models.GeometryField(srid=settings.TILE_SRID, spatial_index=False)

    def __str__(self) -> str:
        """Return the cell."""
        return f"{self.collection} {self.level}/{self.x}/{self.y}"


class OverviewState(models.Model):
    """The version of the table, and the description of the collection, that an overview was made from."""

    audit_exempt = "computed from other tables"

    collection = models.TextField(primary_key=True)
    version = models.BigIntegerField()
    meaning = models.TextField()

    def __str__(self) -> str:
        """Return the collection and the version."""
        return f"{self.collection} {self.version}"
