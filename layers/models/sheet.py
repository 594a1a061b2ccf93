"""What people keep beside a layer's rows: ways to look at its table, photos and documents of its features."""

import uuid
from pathlib import Path

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class TableView(models.Model):
    """A saved way to look at an attribute table: columns, order and filter as its address says them."""

    collection = models.SlugField(_("layer"), max_length=63)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("saved by")
    )
    title = models.CharField(_("name"), max_length=80)
    columns = ArrayField(
        models.CharField(max_length=127), verbose_name=_("columns"), default=list, blank=True
    )
    query = models.CharField(_("order and filter"), max_length=2000, blank=True)
    is_shared = models.BooleanField(_("for everybody who sees the layer"), default=False)
    saved_at = models.DateTimeField(_("saved"), auto_now=True)

    class Meta:
        ordering = ["title", "pk"]
        indexes = [models.Index(fields=["collection"], name="table_view_by_layer")]
        constraints = [
            models.UniqueConstraint(fields=["collection", "owner", "title"], name="table_view_once")
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.title


class Attachment(models.Model):
    """A photo or document of one feature; the file's name on disk is the portal's own."""

    class Kind(models.TextChoices):
        """What an attachment is."""

        IMAGE = "image", _("photo")
        DOCUMENT = "document", _("document")

    collection = models.SlugField(_("layer"), max_length=63)
    feature = models.BigIntegerField(_("feature"))
    file_id = models.UUIDField(_("file"), default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(_("file name"), max_length=120)
    media_type = models.CharField(_("format"), max_length=100)
    size_bytes = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(_("checksum"), max_length=64)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("added by")
    )
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        ordering = ["added_at", "pk"]
        indexes = [models.Index(fields=["collection", "feature"], name="attachment_by_feature")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["image", "document"]), name="attachment_kind_known")
        ]

    def __str__(self) -> str:
        """Return the file's name."""
        return self.name

    @property
    def path(self) -> Path:
        """Return where the file is."""
        return Path(settings.MEDIA_ROOT) / "attachments" / self.file_id.hex[:2] / f"{self.file_id}.bin"
