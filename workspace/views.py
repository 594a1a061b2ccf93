"""The staff workspace."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show the staff map with what this person's roles can do."""
    return render(request, "workspace/home.html")
