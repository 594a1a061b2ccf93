"""The small town that the demo's own tests look at, as the register and as a survey from the air."""

from tests.demo.conftest import town

__all__ = ["town"]
