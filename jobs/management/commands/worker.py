"""Run background jobs until told to stop."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from jobs.stopping import GRACE_S
from jobs.worker import Worker


class Command(BaseCommand):
    help = "Run background jobs. SIGTERM or Ctrl-C: finish the running job, or hand it back, and leave."
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--until-idle", action="store_true", help="leave when nothing is due")
        parser.add_argument(
            "--grace",
            type=float,
            default=GRACE_S,
            metavar="SECONDS",
            help="how long a running job may still take",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        worker = Worker(grace_s=options["grace"])
        worker.listen_to_signals()
        self.stdout.write(f"Worker {worker.name} ready")
        self.stdout.flush()
        worker.run(until_idle=options["until_idle"])
        self.stdout.write("Worker stopped")
