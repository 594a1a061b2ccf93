"""Readings of meters: what stood on a meter on a day, added and never changed."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class MeterReadingQuerySet(models.QuerySet):
    """Verbs on readings."""

    def standing(self) -> Self:
        """Keep the last word on each meter and day: what was entered later corrects what was entered before."""
        later = MeterReading.objects.filter(
            meter=OuterRef("meter"), read_on=OuterRef("read_on"), pk__gt=OuterRef("pk")
        )
        return self.filter(~Exists(later))


class MeterReading(models.Model):
    """What stood on a meter on a day, in cubic metres; a mistake is corrected by a later row."""

    audit_exempt = "append-only: says itself who entered it and when"

    meter = models.ForeignKey(
        "networks.WaterMeter", on_delete=models.PROTECT, related_name="readings", verbose_name=_("meter")
    )
    read_on = models.DateField(_("read on"))
    value_m3 = models.DecimalField(_("reading (m³)"), max_digits=10, decimal_places=3)
    source = models.CharField(_("file"), max_length=120, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("entered at"), db_default=Now(), editable=False)

    objects = MeterReadingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["meter", "read_on", "id"], name="reading_meter_day")]
        constraints = [models.CheckConstraint(condition=Q(value_m3__gte=0), name="reading_not_negative")]

    def __str__(self) -> str:
        """Return what stood there and when."""
        return f"{self.value_m3} m³ ({self.read_on})"
