"""Named points at which a test may end a process, to prove that nothing is lost or doubled."""

import os
import signal


def point(name: str) -> None:
    """Kill a process at once, like a power cut, if $GISPORTAL_DIE_AT names this point.

    It is this process, or the one whose id $GISPORTAL_DIE_WHO says (the database's), once.
    """
    if os.environ.get("GISPORTAL_DIE_AT") == name:
        del os.environ["GISPORTAL_DIE_AT"]
        os.kill(int(os.environ.get("GISPORTAL_DIE_WHO") or os.getpid()), signal.SIGKILL)
