"""What a layer of footprints says about the register: each comparison and its findings."""

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.utils.translation import gettext_lazy as _

from core.postgis import tile_geometry


class FindingKind(models.TextChoices):
    """How footprints seen and the buildings registered differ."""

    NEW = "new", _("Not in the register")
    GONE = "gone", _("Registered, not seen")
    GROWN = "grown", _("Larger than registered")
    SHRUNK = "shrunk", _("Smaller than registered")
    SPLIT = "split", _("Several footprints for one building")
    MERGED = "merged", _("One footprint over several buildings")
    CHANGED = "changed", _("Another shape than registered")


class FootprintRun(models.Model):
    """One comparison of a layer with the register; the latest of each layer is what counts.

    A footprint has grown when it is larger by more than both `tolerance_share` and `tolerance_m2`;
    one below `smallest_m2` is no building. `counts` holds how many there were of each kind, and `same`;
    `measured` how many there truly are, were found, and were found rightly, where that is known.
    """

    layer = models.CharField(_("layer"), max_length=63)
    compared_on = models.DateField(_("compared on"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    tolerance_share = models.FloatField(_("tolerance"), default=0.1)
    tolerance_m2 = models.FloatField(_("tolerance in m²"), default=8.0)
    smallest_m2 = models.FloatField(_("smallest building in m²"), default=12.0)
    counts = models.JSONField(_("counts"), default=dict)
    measured = models.JSONField(_("measured against the truth"), default=dict)
    is_latest = models.BooleanField(default=True)
    extent = models.PolygonField(_("extent"), srid=settings.GRID_SRID, null=True, spatial_index=False)

    class Meta:
        verbose_name = _("comparison of footprints")
        verbose_name_plural = _("comparisons of footprints")
        constraints = [
            models.UniqueConstraint(
                fields=["layer"], condition=models.Q(is_latest=True), name="footprint_run_latest"
            )
        ]

    def __str__(self) -> str:
        """Return layer and day."""
        return f"{self.layer} {self.compared_on}"


class FootprintTruth(models.Model):
    """What is known of a layer beforehand: a footprint that is new, a building that is gone or differs, and how.

    One footprint over several buildings has a row for each of them. Whoever makes a control survey writes it down with the layer, so that comparisons of it are measured.
    """

    audit_exempt = "written down with the layer by whoever made it"

    layer = models.CharField(_("layer"), max_length=63)
    kind = models.CharField(_("difference"), max_length=8, choices=FindingKind)
    building = models.BigIntegerField(_("building"), null=True)
    footprint = models.BigIntegerField(_("footprint"), null=True)

    class Meta:
        verbose_name = _("known difference of footprints")
        verbose_name_plural = _("known differences of footprints")
        constraints = [
            models.UniqueConstraint(
                fields=["layer", "kind", "building", "footprint"],
                nulls_distinct=False,
                name="footprint_truth_once",
            )
        ]

    def __str__(self) -> str:
        """Return what is known."""
        return f"{self.layer} {self.get_kind_display()} {self.building or self.footprint}"


class FootprintSite(models.Model):
    """A place where a building was seen that the register lacks: the same one in every later layer."""

    audit_exempt = "computed from layers and the register; what people decide is kept in cases"

    geom = models.MultiPolygonField(_("footprint"), srid=settings.GRID_SRID, spatial_index=False)

    class Meta:
        indexes = [GistIndex(fields=["geom"], name="footprint_site_geom")]

    def __str__(self) -> str:
        """Return the site's number."""
        return str(self.pk)


class FootprintFinding(models.Model):
    """One difference between a layer and the register; written anew by every comparison of the layer."""

    audit_exempt = "computed from layers and the register; what people decide is kept in cases"

    run = models.ForeignKey(FootprintRun, models.CASCADE, related_name="findings")
    kind = models.CharField(_("difference"), max_length=8, choices=FindingKind)
    building = models.ForeignKey(
        "buildings.Building", models.CASCADE, null=True, blank=True, related_name="findings",
        verbose_name=_("building"),
    )  # fmt: skip
    buildings = ArrayField(models.BigIntegerField(), default=list)
    footprints = ArrayField(models.BigIntegerField(), default=list)
    site = models.ForeignKey(FootprintSite, models.CASCADE, null=True, blank=True, related_name="findings")
    register_m2 = models.FloatField(_("registered area"), null=True)
    seen_m2 = models.FloatField(_("area seen"), null=True)
    overlap = models.FloatField(_("overlap"), null=True)
    district = models.ForeignKey(
        "municipality.District", models.SET_NULL, null=True, verbose_name=_("district")
    )
    geom = models.MultiPolygonField(_("footprint"), srid=settings.GRID_SRID, spatial_index=False)
    geom_tile = tile_geometry("MultiPolygon")

    class Meta:
        verbose_name = _("difference of footprints")
        verbose_name_plural = _("differences of footprints")
        indexes = [
            models.Index(fields=["run", "kind"], name="footprint_finding_kind"),
            GistIndex(fields=["geom"], name="footprint_finding_geom"),
            GistIndex(fields=["geom_tile"], name="footprint_finding_tile"),
        ]

    def __str__(self) -> str:
        """Return what differs."""
        return self.get_kind_display()
