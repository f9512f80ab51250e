"""The engine, the declarative base and the one type for instants.

Laws: every instant is aware UTC; every constraint has a predictable name, so that a violated one can be mapped to
an error; a writing transaction on SQLite begins IMMEDIATE, so that a reader is never upgraded and two writers queue
instead of failing.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import ModuleType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry

READ_ONLY = "foliotrace_read_only"
"""Execution option of a connection whose transaction only reads: SQLite then takes no write lock."""

BUSY_TIMEOUT_MS = 10_000
"""How long an SQLite writer waits for the one before it: longer than any transaction, shorter than a web request."""

NAMING: Mapping[str, str] = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware UTC instant, also on databases that keep no time zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive instant, turn any other into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored instant as aware UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Root of all tables, those of the service included."""

    metadata = sa.MetaData(naming_convention=dict(NAMING))
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads a plain class attribute
        datetime: UtcDateTime(),
        dict[str, Any]: sa.JSON(),
        list[Any]: sa.JSON(),
    }


def words(kind: type[StrEnum]) -> sa.Enum:
    """Return the column type of a closed list of words, guarded by a check constraint."""
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def make_engine(url: str, *, echo: bool = False) -> sa.Engine:
    """Return an engine with the pragmas and the locking that the registry's laws need.

    Args:
        url: ``sqlite:///PATH`` or ``postgresql+psycopg://…``.
        echo: Whether statements are logged; never in production, they carry names.
    """
    if sa.make_url(url).get_backend_name() != "sqlite":
        return sa.create_engine(url, echo=echo, pool_pre_ping=True, hide_parameters=not echo)
    engine = sa.create_engine(
        url,
        echo=echo,
        hide_parameters=not echo,
        module=_sqlite_module(),
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _sqlite_module() -> ModuleType:
    """Return the newest SQLite at hand: the shipped wheel where there is one."""
    try:
        from pysqlite3 import dbapi2  # noqa: PLC0415 - an optional wheel, Linux only
    except ImportError:
        import sqlite3 as dbapi2  # noqa: PLC0415 - the fallback for other systems
    module: ModuleType = dbapi2
    return module


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # sqlite3's own: we emit BEGIN ourselves
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "mmap_size=0",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
