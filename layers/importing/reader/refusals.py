"""Why a file is not read: a code and its parameters, put into words by `layers.importing.messages`."""

from typing import Any


class Refusal(Exception):
    """The file, or what was asked of it, is refused; `code` names the reason."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def as_dict(self) -> dict[str, Any]:
        """Return the refusal as it crosses the pipe."""
        return {"code": self.code, "params": self.params}
