"""A person's own tokens for programs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import actions
from accounts.access import for_signed_in
from accounts.authentication import subject_of
from accounts.forms import TokenForm
from accounts.models import ApiToken


@never_cache
@for_signed_in
def my_tokens(request: HttpRequest) -> HttpResponse:
    """List one's tokens and make one; its text is shown in this answer and never again."""
    user_id = subject_of(request).user_id or 0
    form, text = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        _token, text = ApiToken.issue(
            user=request.user, name=values["name"], verbs=values["verbs"], expires_at=form.expires_at
        )
        form = TokenForm()
    tokens = ApiToken.objects.filter(user_id=user_id)
    status = 422 if form.errors else 200
    return render(
        request, "accounts/my_tokens.html", {"form": form, "tokens": tokens, "text": text}, status=status
    )


@require_POST
@for_signed_in
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own tokens."""
    actions.revoke_token(token=get_object_or_404(ApiToken, pk=pk, user_id=subject_of(request).user_id))
    return redirect("my_tokens")
