"""The heading under which the layer list shows the queues."""

from typing import Any

from django.db import migrations


def add(apps: Any, _editor: Any) -> None:
    """Add the heading."""
    apps.get_model("layers", "Group").objects.get_or_create(
        slug="queues",
        defaults={"order": 80, "title_ar": "قوائم المطابقة", "title_en": "Queues", "title_fr": "Files de travail"},
    )


class Migration(migrations.Migration):
    """Add the heading once the catalogue is there."""

    dependencies = [("reconciliation", "0001_initial"), ("layers", "0103_overview_by_cell")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
