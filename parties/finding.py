"""Finding persons and organisations by what people know of them."""

from core.text import search_key
from parties.models import Party

MOST = 30


def named(words: str) -> list[Party]:
    """Return parties of this ID number, then those whose name has every word, in either spelling; at most 30."""
    folded = search_key(words)
    tokens = folded.split()
    if not tokens:
        return []
    exact = list(Party.objects.filter(id_number__in={words.strip(), folded})[:MOST])
    candidates = Party.objects.extra(  # noqa: S610 - a literal; the words are bound
        where=["core_search_key(approved_name) LIKE %s"] * len(tokens),
        params=[f"%{token}%" for token in tokens],
    ).order_by("approved_name")[:MOST]
    return [*exact, *(party for party in candidates if party not in exact)][:MOST]


def party_of(user_id: int | None) -> Party | None:
    """Return whose own record a user may see, if a counter has opened one to them."""
    return Party.objects.filter(online_accesses__user=user_id).first() if user_id else None
