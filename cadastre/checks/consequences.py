"""The rule about what follows: whatever can go one way or another has been chosen."""

from django.utils.translation import gettext_lazy as _

from cadastre import follow
from cadastre.checks.registry import LATE, Draft, Found, Severity, rule
from cadastre.succession import succession_of


@rule("choices", _("What follows is chosen"), Severity.BLOCKS, LATE)
def is_chosen(draft: Draft) -> Found:
    """Where a row can follow in more than one way, somebody has said which."""
    if draft.record is None:
        return
    parts = follow.foresee(succession_of(draft.record))
    for part, one in follow.undecided(parts, draft.record.choices):
        text = _("Choose what happens: %(part)s, %(subject)s.") % {
            "part": part.title, "subject": one.subject,
        }  # fmt: skip
        yield f"{part.code}:{one.code}", text, None, ()
