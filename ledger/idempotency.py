"""Doing a thing once, however often a program asks for it with the same key.

The answer is written in the same transaction as the work, under an advisory lock that ends with
it: after a crash there is neither, and the key is free again; nothing is ever stuck as running.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.faults import point
from ledger.errors import KeyReused, KeyRunning
from ledger.models import IdempotentAnswer

Answer = dict[str, Any]


def body_hash(body: Mapping[str, Any]) -> str:
    """Return a hash of a request that does not depend on the order of its fields."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()


@transaction.atomic
def once(scope: str, key: str, body: Mapping[str, Any], work: Callable[[], Answer]) -> Answer:
    """Return the answer to a request: that of the first time, or of doing it now.

    `scope` names who asks for what, so that keys of two programs never meet. Raises `KeyReused`
    (422) for another body under the same key, `KeyRunning` (409) while the first is being done.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 1))", [f"{scope}:{key}"])
        if not cursor.fetchone()[0]:
            raise KeyRunning(_("This request is being worked on. Ask again in a moment."))
    digest = body_hash(body)
    kept = IdempotentAnswer.objects.filter(scope=scope, key=key).first()
    if kept is not None:
        if kept.body_hash != digest:
            raise KeyReused(
                _("This key was used for another request"),
                fields={"Idempotency-Key": _("Choose a new key for a new request.")},
            )
        return dict(kept.answer)
    answer = work()
    point("once.worked")
    IdempotentAnswer.objects.create(scope=scope, key=key, body_hash=digest, answer=answer)
    return answer
