"""What writing a feature refuses."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Forbidden, PreconditionFailed, Unprocessable
from layers.collections import Collection


class StaleFeature(PreconditionFailed):
    """The feature changed since it was read; `current` is what it is now (`reading.single`)."""

    def __init__(self, current: Mapping[str, Any]) -> None:
        super().__init__(
            _("The feature has changed since you read it."),
            detail=_("Somebody saved another change. Look at the present feature and decide again."),
        )
        self.current = current


class EditedElsewhere(Forbidden):
    """The layer is a register with rules of its own; its rows change where those rules are asked."""

    def __init__(self, collection: Collection) -> None:
        where = collection.workbench or _("its own part of the portal")
        super().__init__(
            _("This layer is not changed here."),
            detail=_("“%(layer)s” is changed in %(where)s, whose rules a plain edit would pass by.")
            % {"layer": collection.title, "where": where},
        )


class NotAsDeclared(Unprocessable):
    """Values or a shape that the layer's fields do not take; `fields` says why, by name."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        super().__init__(
            _("The feature does not fit its layer."),
            detail=" ".join(f"{name}: {why}" for name, why in fields.items()),
            fields=fields,
        )
