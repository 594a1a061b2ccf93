"""Rows of one register with rules of its own, as one person may write them: rights here, rules in its writer."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.policy import Subject, Verb
from core.errors import Forbidden, PreconditionFailed, Unprocessable
from layers.access import view
from layers.collections import Collection
from layers.features import reading
from layers.writing.declaring import AS_IT_WAS, Writer, Written
from layers.writing.errors import NotAsDeclared, StaleFeature


class Register:
    """A register that a person may write; refuses, at once, who may not."""

    def __init__(self, collection: Collection, writer: Writer, by: Subject) -> None:
        self.view = view(by, collection)
        policy.require(by, Verb.EDIT, collection)
        self.collection, self.writer, self.by = collection, writer, by

    def create(self, properties: Mapping[str, Any], geometry: Any, srid: int) -> Written:
        """Enter a row; what is left empty is as the register has it by itself."""
        given = {name: value for name, value in properties.items() if value not in (None, "")}
        self._refuse_guarded(given)
        shape = AS_IT_WAS if geometry is None else geometry
        return self._write(key=None, version=None, properties=given, geometry=shape, srid=srid)

    def change(
        self, key: int, version: int | None, properties: Mapping[str, Any], geometry: Any, srid: int, *, whole: bool
    ) -> Written:  # fmt: skip
        """Change the fields that are given, or with `whole` all that this person may change."""
        self._refuse_guarded(properties)
        if whole:
            properties = {**dict.fromkeys(self._own()), **properties}
        return self._write(key=key, version=version, properties=properties, geometry=geometry, srid=srid)

    def retire(self, key: int, version: int | None) -> None:
        """End a row."""
        self._held(key, lambda: self.writer.retire(by=self.by, key=key, version=version))

    def _write(self, *, key: int | None, **content: Any) -> Written:
        written: Written = self._held(key, lambda: self.writer.write(by=self.by, key=key, **content))
        return written

    def _held(self, key: int | None, act: Any) -> Any:
        """Do it, and say what is refused as every layer says it."""
        try:
            return act()
        except PreconditionFailed as stale:
            raise StaleFeature(reading.single(self.view, key or 0) or {}) from stale
        except Unprocessable as unfit:
            raise (NotAsDeclared(unfit.fields) if unfit.fields else unfit) from unfit

    def _own(self) -> list[str]:
        """Return the fields of the writer that this person may change."""
        return [name for name in sorted(self.writer.fields) if self._may(name)]

    def _may(self, name: str) -> bool:
        return self.view.field(name) is not None and bool(
            policy.decide(self.by, Verb.EDIT, self.collection, field=name)
        )

    def _refuse_guarded(self, properties: Mapping[str, Any]) -> None:
        known = {one.name for one in self.collection.fields} & (self.writer.fields | self.writer.new)
        guarded = sorted(name for name in properties if name in known and not self._may(name))
        if guarded:
            raise Forbidden(
                _("You may not change these fields."),
                detail=", ".join(guarded),
                fields={name: _("You may not change this field.") for name in guarded},
            )
