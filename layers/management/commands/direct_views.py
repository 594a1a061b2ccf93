"""`manage.py direct_views`: let QGIS read PostGIS itself, within the rights of a role."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from layers import direct


class Command(BaseCommand):
    """Makes the views anew, as the rules are now; run with GISPORTAL_ROLE=worker, every night at least."""

    help = "Make the read-only views direct_<role>.<layer> anew, or take them all away."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--revoke", action="store_true", help="take all views away")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["revoke"]:
            for role in direct.ROLES:
                direct.revoke(role)
            self.stdout.write("no views are left")
            return
        for role, layers in direct.refresh():
            self.stdout.write(f"{role}: {', '.join(layers)}")
