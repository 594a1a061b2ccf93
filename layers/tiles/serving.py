"""Who asks for which tile, and what is answered: the permission is asked for every single one.

One statement reads the policy epoch, the catalogue's version and the version of this part of the
table. While the first two are those that this process decided under, its decision holds; while the
third is that of the kept tile, the kept tile holds. Otherwise both are made again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.policy import ANYBODY, Subject
from core.errors import NotFound
from layers import registry
from layers.access import View, view
from layers.collections import Collection
from layers.registry import Catalogue
from layers.tiles import cache
from layers.tiles.drawing import UNSETTLED, Drawn, Plan, draw
from layers.tiles.grid import Tile
from layers.tiles.statements import CHECK

# Given the policy epoch that was just read (None at first), who is asking by it.
Asker = Callable[[int | None], Subject]
_plans: dict[tuple[Any, ...], Plan | None] = {}
_PLANS_AT_MOST = 2_000
_epoch_seen = ANYBODY.at(0)


@dataclass(frozen=True)
class Answer:
    """A tile as it leaves; `etag` is empty for one that may not be kept."""

    body: bytes
    etag: str
    is_public: bool

    def is_held(self, if_none_match: str) -> bool:
        """Say whether a client that sends this header has the tile already."""
        return bool(self.etag) and self.etag in if_none_match

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Return what the answer says beside its body."""
        # Kept by anybody, but asked again each time: a right taken away holds from the next request on.
        audience = "public" if self.is_public else "private"
        found = [("Cache-Control", f"{audience}, no-cache"), ("Vary", "Cookie, Authorization")]
        return [("ETag", self.etag), *found] if self.etag else found


def anybody(epoch: int | None) -> Subject:
    """Return the public: it brings no session and no token, so there is nothing to read."""
    global _epoch_seen
    if epoch is not None:
        _epoch_seen = ANYBODY.at(epoch)
    return _epoch_seen


def serve(asker: Asker, collection_id: str, tile: Tile, at: datetime | None = None) -> Answer:
    """Return the tile as the asker may see it, now or at an instant; `NotFound` where it may see none."""
    held = registry.held_catalogue()
    subject = asker(None)
    while True:
        plan = _plan(held, subject, collection_id)
        found = _now() if plan is None else _drawn(plan.as_of(at), tile)
        if found.epoch != subject.epoch:
            subject = asker(found.epoch)
        elif found.catalogue != held.version:
            held = registry.reload(found.catalogue)
        elif plan is None:
            raise registry.unknown()
        else:
            return _answer(plan.as_of(at), tile, found)


def _plan(held: Catalogue, subject: Subject, collection_id: str) -> Plan | None:
    if held.version == UNSETTLED:
        return _decide(held, subject, collection_id)
    key = (held.version, subject.epoch, collection_id, subject.rights_key)
    if key not in _plans:
        if len(_plans) >= _PLANS_AT_MOST:
            _plans.clear()
        _plans[key] = _decide(held, subject, collection_id)
    return _plans[key]


def _decide(held: Catalogue, subject: Subject, collection_id: str) -> Plan | None:
    collection = held.collections.get(collection_id)
    if collection is None or not collection.has_geometry:
        return None
    seen = _view(subject, collection)
    if seen is None:
        return None
    open_to_all = _view(ANYBODY.at(subject.epoch or 0), collection)
    return Plan(seen, is_public=open_to_all is not None and open_to_all.digest == seen.digest)


def _view(subject: Subject, collection: Collection) -> View | None:
    try:
        return view(subject, collection)
    except NotFound:
        return None


def _now() -> Drawn:
    epoch, catalogue, _version = CHECK.one("", 0, 0, 0)
    return Drawn(epoch or 0, catalogue, UNSETTLED, b"", is_kept=False)


def _drawn(plan: Plan, tile: Tile) -> Drawn:
    return _kept(plan, tile) or draw(plan, tile)


def _keeps(plan: Plan, tile: Tile) -> bool:
    # Days past are looked at too seldom, and are too many, to keep tiles of each.
    return cache.keeps(tile) and not plan.then


def _kept(plan: Plan, tile: Tile) -> Drawn | None:
    """Return the kept tile if it is of the present version."""
    if not _keeps(plan, tile):
        return None
    kept = cache.read(cache.path_of(plan.view.collection.id, plan.variant, tile))
    if kept is None:
        return None
    epoch, catalogue, version = CHECK.one(plan.view.collection.relation, tile.z, tile.x, tile.y)
    return Drawn(epoch or 0, catalogue, version, kept[1], is_kept=True) if version == kept[0] else None


def _answer(plan: Plan, tile: Tile, found: Drawn) -> Answer:
    if found.version == UNSETTLED:
        return Answer(found.body, "", is_public=False)
    if found.body and not found.is_kept and _keeps(plan, tile):
        cache.write(cache.path_of(plan.view.collection.id, plan.variant, tile), found.version, found.body)
    then = "".join(f"-{at:%Y%m%d%H%M%S%f%z}" for at in plan.then)
    etag = f'"{found.version:x}-{plan.variant[:12]}-{tile.z}.{tile.x}.{tile.y}{then}"'
    return Answer(found.body, etag, plan.is_public)
