"""Fresh databases to measure on: a PostgreSQL server of our own where one is installed, and migrated tables."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from service.config import Settings
from service.database import Database


@contextmanager
def postgresql() -> Iterator[Any]:
    """Yield a PostgreSQL server of our own until the end; None where none is installed."""
    programs = importlib.import_module("tests.fixtures.machine").find_postgresql()
    if programs is None:
        yield None
        return
    cluster = importlib.import_module("tests.fixtures.databases").PostgresCluster(programs)
    try:
        yield cluster
    finally:
        cluster.stop()


def migrate(url: str, folder: Path) -> None:
    """Bring the tables of a database to the newest revision."""
    database = Database(Settings(environment="test", data_dir=folder, database_url=url))
    database.migrate()
    database.close()
