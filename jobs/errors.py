"""How a running job is made to stop."""


class Interrupted(BaseException):
    """A job must stop now; not an `Exception`, so that no job swallows it by mistake."""


class Cancelled(Interrupted):
    """Its owner cancelled the job: undo and stop."""


class HandedBack(Interrupted):
    """The worker is going away: undo and stop, another attempt follows and is not counted twice."""
