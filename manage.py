#!/usr/bin/env python3
"""Run a management command against the instance in $GISPORTAL_DATA."""

import os
import sys

# Commands that change the schema or the whole database speak to it as its owner;
# everything else gets by with the narrower role that the background worker has.
OWNER_COMMANDS = {"migrate", "sqlmigrate", "restore", "backup", "create_demo", "flush", "test"}


def main() -> None:
    """Hand the command line to Django, connected with the least role that it needs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisportal.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    os.environ.setdefault("GISPORTAL_ROLE", "owner" if command in OWNER_COMMANDS else "worker")
    from django.core.management import execute_from_command_line

    from core.instance import data_dir
    from scripts.launch.cluster import running_for

    with running_for(data_dir()):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
