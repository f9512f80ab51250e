"""The organisation of the flow tests, here for processes that are killed."""

from tests.flows.conftest import world

__all__ = ["world"]
