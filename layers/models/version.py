"""Versions of tables and of their parts: what tile caches and entity tags rest on (ADR 0021).

Only the database functions of `layers/sql/versions.sql` write these rows.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class RelationVersion(models.Model):
    """The version of one table: of any change, and of the last change not confined to cells."""

    audit_exempt = "a counter that follows the rows of other tables"

    relation = models.TextField(primary_key=True)
    version = models.BigIntegerField()
    whole = models.BigIntegerField()

    def __str__(self) -> str:
        """Return the table and its version."""
        return f"{self.relation} {self.version}"


class CellVersion(models.Model):
    """The version of one zoom 14 tile of a table, counted with the tile's buffer."""

    audit_exempt = "a counter that follows the rows of other tables"

    pk = models.CompositePrimaryKey("relation", "x", "y")
    relation = models.TextField()
    x = models.IntegerField()
    y = models.IntegerField()
    version = models.BigIntegerField()

    def __str__(self) -> str:
        """Return the cell and its version."""
        return f"{self.relation} {self.x}/{self.y} {self.version}"


class Touch(models.Model):
    """What the running transaction changed so far; emptied as it commits, so seen by itself alone."""

    audit_exempt = "notes of a running transaction, gone when it ends"

    relation = models.TextField(db_index=True)
    cells = ArrayField(models.BigIntegerField(), null=True)

    def __str__(self) -> str:
        """Return the table."""
        return self.relation
