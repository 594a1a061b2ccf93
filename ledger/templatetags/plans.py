"""What templates ask of an instalment plan."""

from django import template

from ledger.views.relieflists import broken_on

register = template.Library()
register.filter("broken_on", broken_on)
