"""These doors stand on flows that are proven on both databases; here SQLite is enough."""

import pytest


@pytest.fixture
def database_backend() -> str:
    """The backend of every test in this folder."""
    return "sqlite"
