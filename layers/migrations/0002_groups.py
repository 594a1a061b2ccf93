"""The headings that a new portal starts with."""

from typing import Any

from django.db import migrations

GROUPS = (
    ("land", 10, "الأراضي والمباني", "Land and buildings", "Terrains et bâtiments"),
    ("streets", 20, "الشوارع والتضاريس", "Streets and terrain", "Voirie et relief"),
    ("planning", 30, "التنظيم", "Planning", "Urbanisme"),
    ("water", 40, "المياه", "Water", "Eau"),
    ("sewer", 50, "الصرف الصحي", "Sewerage", "Assainissement"),
    ("lighting", 60, "الإنارة والكهرباء", "Lighting and electricity", "Éclairage et électricité"),
    ("administration", 70, "الحدود والمعالم", "Boundaries and places", "Limites et lieux"),
    ("imported", 90, "طبقات مستوردة", "Imported layers", "Couches importées"),
)


def add(apps: Any, _editor: Any) -> None:
    """Add the headings."""
    group = apps.get_model("layers", "Group")
    group.objects.bulk_create(
        group(slug=slug, order=order, title_ar=ar, title_en=en, title_fr=fr) for slug, order, ar, en, fr in GROUPS
    )


class Migration(migrations.Migration):
    """Add the headings before the triggers that watch them."""

    dependencies = [("layers", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
