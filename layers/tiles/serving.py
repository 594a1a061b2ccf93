"""Who asks for which tile, and what is answered: the permission is asked for every single one.

One statement reads the policy epoch, the catalogue's version and the version of this part of the
table. While the first two are those that this process decided under, its decision holds; while the
third is that of the kept tile, the kept tile holds. Otherwise both are made again.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.authentication import bearer_token, forget_subject
from accounts.policy import ANYBODY, Subject, subject_of
from core.errors import NotFound
from layers import registry
from layers.access import View, view
from layers.collections import Collection
from layers.registry import Catalogue
from layers.tiles import cache
from layers.tiles.drawing import UNSETTLED, Drawn, Plan, draw
from layers.tiles.grid import Tile
from layers.tiles.statements import CHECK

_plans: dict[tuple[Any, ...], Plan | None] = {}
_PLANS_AT_MOST = 2_000
_epoch_seen = 0


@dataclass(frozen=True)
class Answer:
    """A tile as it leaves: no body where the client has it already."""

    body: bytes | None
    etag: str
    is_public: bool


def serve(request: HttpRequest, collection_id: str, tile: Tile) -> Answer:
    """Return the tile as the request's subject may see it; `NotFound` where it may see none."""
    held = registry.held_catalogue()
    subject = _subject(request)
    while True:
        plan = _plan(held, subject, collection_id)
        if plan is None:
            epoch, catalogue = _now()
        else:
            found = _kept(plan, tile) or draw(plan, tile)
            epoch, catalogue = found.epoch, found.catalogue
        if epoch != subject.epoch:
            subject = _subject_again(request, epoch)
        elif catalogue != held.version:
            held = registry.reload(catalogue)
        elif plan is None:
            raise registry.unknown()
        else:
            return _answer(request, plan, tile, found)


def _subject(request: HttpRequest) -> Subject:
    """Return who asks. The public, who bring no session and no token, need no reading at all."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES or bearer_token(request) is not None:
        return subject_of(request)
    return ANYBODY.at(_epoch_seen)


def _subject_again(request: HttpRequest, epoch: int) -> Subject:
    global _epoch_seen
    _epoch_seen = epoch
    forget_subject(request)
    return _subject(request)


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


def _now() -> tuple[int, int]:
    epoch, catalogue, _version = CHECK.one("", 0, 0, 0)
    return epoch or 0, catalogue


def _kept(plan: Plan, tile: Tile) -> Drawn | None:
    """Return the kept tile if it is of the present version."""
    if not cache.keeps(tile):
        return None
    kept = cache.read(cache.path_of(plan.view.collection.id, plan.variant, tile))
    if kept is None:
        return None
    epoch, catalogue, version = CHECK.one(plan.view.collection.relation, tile.z, tile.x, tile.y)
    return Drawn(epoch or 0, catalogue, version, kept[1], UNSETTLED) if version == kept[0] else None


def _answer(request: HttpRequest, plan: Plan, tile: Tile, found: Drawn) -> Answer:
    if found.version == UNSETTLED:
        return Answer(found.body, "", is_public=False)
    if found.features > 0 and cache.keeps(tile):
        cache.write(cache.path_of(plan.view.collection.id, plan.variant, tile), found.version, found.body)
    etag = f'"{found.version:x}-{plan.variant[:12]}-{tile.z}.{tile.x}.{tile.y}"'
    held_by_client = request.headers.get("If-None-Match", "")
    return Answer(None if etag in held_by_client else found.body, etag, plan.is_public)
