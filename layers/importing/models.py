"""One file on its way to becoming a layer."""

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.text3 import Text3
from layers.importing import messages

if TYPE_CHECKING:
    from layers.importing.planning import Plan


class ImportState(models.TextChoices):
    """How far an import has come; those named -ing are a job's doing."""

    UPLOADING = "uploading", _("being uploaded")
    INSPECTING = "inspecting", _("being inspected")
    INSPECTED = "inspected", _("inspected")
    REHEARSING = "rehearsing", _("dry run under way")
    REHEARSED = "rehearsed", _("dry run done")
    LOADING = "loading", _("being loaded")
    LOADED = "loaded", _("loaded")
    REMOVING = "removing", _("being deleted")
    REMOVED = "removed", _("layer deleted")
    REFUSED = "refused", _("refused")


BUSY = (ImportState.INSPECTING, ImportState.REHEARSING, ImportState.LOADING, ImportState.REMOVING)


class ImportRun(models.Model):
    """An uploaded file, what was found in it, how it is to be loaded, and what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="imports",
        verbose_name=_("imported by"),
    )
    file_name = models.CharField(_("file"), max_length=255)
    size_bytes = models.BigIntegerField(_("size"), default=0)
    sha256 = models.CharField(_("checksum"), max_length=64, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=ImportState, default=ImportState.INSPECTING)
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, blank=True, related_name="+")
    slug = models.CharField(_("key"), max_length=63, blank=True)
    inspection = models.JSONField(default=dict, blank=True)
    plan = models.JSONField(default=dict, blank=True)
    report = models.JSONField(default=dict, blank=True)
    refusal = models.JSONField(default=dict, blank=True)
    # An import of several layers has one part for each; a part that was loaded outlives it.
    whole = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="parts")
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["owner", "-created_at"], name="import_by_owner")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=ImportState.values), name="import_state_known"
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def folder(self) -> Path:
        """Return where the file and what belongs to it are kept; named by number, never by the file."""
        return Path(settings.MEDIA_ROOT) / "imports" / str(self.pk)

    @property
    def path(self) -> Path:
        """Return the kept file."""
        return self.folder / f"file{Path(self.file_name.lower()).suffix}"

    @property
    def arrived_bytes(self) -> int:
        """Return how much of the file is here; it is the kept file's own length, which no crash can belie."""
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def refused_path(self) -> Path:
        """Return the list of refused rows."""
        return self.folder / "refused.csv"

    @property
    def is_busy(self) -> bool:
        """Say whether a job works on it."""
        return self.state in BUSY

    @cached_property
    def is_several(self) -> bool:
        """Say whether its layers are imported together, each as a part of its own."""
        return self.parts.exists()

    @property
    def is_planned(self) -> bool:
        """Say whether a layer was chosen."""
        return bool(self.plan)

    @property
    def is_raster(self) -> bool:
        """Say whether the file holds cells instead of features."""
        return any(layer.get("is_raster") for layer in self.inspection.get("layers", []))

    @property
    def planned(self) -> "Plan":
        """Return the plan."""
        from layers.importing.planning import Plan

        return Plan.from_dict(self.plan)

    @property
    def makes_layer(self) -> bool:
        """Say whether the layer is this import's own, so that deleting the one deletes the other."""
        return not self.is_several and str(self.plan.get("mode", "new")) == "new"

    @property
    def layer(self) -> dict[str, Any]:
        """Return what was found about the chosen layer."""
        key = self.plan.get("layer")
        return next((one for one in self.inspection.get("layers", []) if one["key"] == key), {})

    @property
    def title(self) -> str:
        """Return what the layer will be called, in the active language."""
        return str(Text3.of(self.plan.get("title", {})))

    @property
    def refusal_text(self) -> str:
        """Return why it was refused, in the active language."""
        if not self.refusal:
            return ""
        return messages.refusal(self.refusal["code"], self.refusal["params"])
