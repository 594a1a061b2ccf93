"""What the pages of several layers show: each part, its form, its outlines, what came of it."""

from typing import Any

from layers.importing import messages, several, showing
from layers.importing.models import ImportRun, ImportState
from layers.importing.partforms import PartForms


def parts(run: ImportRun) -> list[dict[str, Any]]:
    """Return the parts of an import of several layers with what there is to say of each."""
    if not run.is_several:
        return []
    return [
        {
            "run": one,
            "shapes": showing.shapes(one.layer),
            "name": one.layer["name"],
            "report": showing.report(one),
            "mistakes": [messages.say(messages.MISTAKES, code) for code in one.layer["crs"]["mistakes"]],
        }
        for one in several.parts(run)
    ]


def context(run: ImportRun, forms: PartForms | None = None) -> dict[str, Any]:
    """Return what the pages of several layers need: parts, their forms, their outlines by system."""
    forms = forms or PartForms(several.open_parts(run))
    by_part = {form.part.pk: form for form in forms.forms}
    shown = [{**one, "form": by_part.get(one["run"].pk)} for one in parts(run)]
    outlines = {
        form.add_prefix("srid"): {
            str(one["srid"]): one["footprint"]
            for one in form.part.layer["crs"]["candidates"]
            if one["footprint"]
        }
        for form in forms.forms
    }
    ready = sum(one["run"].state == ImportState.REHEARSED for one in shown)
    return {"parts": shown, "forms": forms, "outlines": outlines, "ready": ready}
