"""Entry point of `./run` and `./test`."""

import errno
import sys
from collections.abc import Callable, Sequence

from scripts.launch import checking, running, say
from scripts.launch.shell import clean_environment

COMMANDS: dict[str, Callable[[Sequence[str]], int | None]] = {
    "run": running.run,
    "test": checking.test,
    # For deploy/: the packages alone, as root; the cluster's server, for systemd.
    "packages": running.install_packages,
    "postgres": running.serve_postgres,
}


def main(arguments: Sequence[str]) -> int:
    """Run a command; say in one sentence why it could not."""
    clean_environment()
    try:
        return COMMANDS[arguments[0]](arguments[1:]) or 0
    except say.Refusal as refusal:
        say.refuse(refusal)
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        say.refuse(f"the disk is full ({error.filename}): free some space, then start again.")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
