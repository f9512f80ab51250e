"""The database: who opens a transaction, and the only place that ends one.

Laws: returning commits, raising rolls back; a reading session cannot write; a database that could lose what
was acknowledged is refused at start, in words.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session

from registry.db import READ_ONLY, make_engine
from registry.errors import InvalidError
from registry.models import LedgerEntry
from service.config import PROJECT_ROOT, Settings
from service.faults import DatabaseUnfit, StorageFull

OLDEST_SQLITE: Final = (3, 51, 3)
"""Before it, connections that write and checkpoint at once can damage the WAL (sqlite.org/wal.html)."""

NO_ROOM: Final = ("database or disk is full", "disk I/O error", "No space left on device")
"""How SQLite (SQLITE_FULL, SQLITE_IOERR) and PostgreSQL (class 53100) say that nothing can be written."""

MIGRATIONS = PROJECT_ROOT / "migrations"


class ValueUnfit(InvalidError):
    """A number is too large for any register, or a text has characters that none can hold."""

    code = "value-unfit"


class Database:
    """One engine and the two ways to use it."""

    def __init__(self, settings: Settings) -> None:
        """Open the engine.

        Raises:
            DatabaseUnfit: the database could lose what was acknowledged.
        """
        self._url = settings.database_url
        self.engine = make_engine(self._url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        try:
            if self.is_sqlite:
                refuse_old_sqlite(self.engine)
            elif settings.environment == "production":
                refuse_forgetful_postgresql(self.engine)
        except DatabaseUnfit:
            self.close()
            raise
        self._reader = self.engine.execution_options(**{READ_ONLY: True}, postgresql_readonly=True)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session; returning commits, raising rolls back."""
        with _unfit_refused(), Session(self.engine) as session:
            session.begin()
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that takes no lock and that cannot write."""
        with _unfit_refused(), Session(self._reader, autoflush=False) as session:
            if self.is_sqlite:
                session.execute(sa.text("PRAGMA query_only=ON"))
            try:
                yield session
                if session.new or session.dirty or session.deleted:
                    raise RuntimeError("a reading session holds changes; they would be lost")
            finally:
                if self.is_sqlite:
                    session.execute(sa.text("PRAGMA query_only=OFF"))
                session.rollback()

    def migrate(self) -> None:
        """Bring the tables to the newest revision, in one transaction.

        Raises:
            DatabaseUnfit: a revision left references that lead nowhere.
        """
        with self.engine.connect() as connection:
            self._guard_references(connection, on=False)
            try:
                with connection.begin():
                    command.upgrade(_alembic(connection), "head")
                    if self.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                        raise DatabaseUnfit(
                            "a migration left references that lead nowhere; nothing was changed"
                        )
            finally:
                self._guard_references(connection, on=True)

    def is_current(self) -> bool:
        """Tell whether the tables are at the newest revision."""
        with self.engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_heads()
            return set(found) == set(ScriptDirectory.from_config(_alembic(connection)).get_heads())

    def is_unused(self) -> bool:
        """Tell whether nothing was ever recorded here, so that fresh keys can do no harm."""
        with self.engine.connect() as connection:
            if not sa.inspect(connection).has_table(LedgerEntry.__tablename__):
                return True
            return connection.execute(sa.select(LedgerEntry.seq).limit(1)).first() is None

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    def _guard_references(self, connection: sa.Connection, *, on: bool) -> None:
        """Switch the foreign keys of SQLite, where altering rebuilds the table; not within a transaction."""
        if self.is_sqlite:
            cursor = connection.connection.cursor()
            cursor.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")
            cursor.close()


@contextmanager
def _unfit_refused() -> Iterator[None]:
    """Turn what a database says of values or amounts that it cannot hold into a refusal, the same on both."""
    try:
        yield
    except sa.exc.OperationalError as error:
        if not any(words in str(error.orig) for words in NO_ROOM):
            raise
        raise StorageFull("the database has no room to write") from error
    except sa.exc.DataError as error:
        raise ValueUnfit("got a value that the database cannot hold") from error
    except UnicodeEncodeError as error:
        raise ValueUnfit("got a text with half a character") from error
    except OverflowError as error:
        if "SQLite" not in str(error):
            raise
        raise ValueUnfit("got a number that the database cannot hold") from error


def _alembic(connection: sa.Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def refuse_old_sqlite(engine: sa.Engine) -> None:
    """Refuse an SQLite library that can damage its own log.

    Raises:
        DatabaseUnfit: the library is older than ``OLDEST_SQLITE``.
    """
    dbapi = engine.dialect.loaded_dbapi
    found: tuple[int, ...] = dbapi.sqlite_version_info
    if found < OLDEST_SQLITE:
        wanted = ".".join(map(str, OLDEST_SQLITE))
        got = ".".join(map(str, found))
        raise DatabaseUnfit(
            f"the SQLite library is {got}, at least {wanted} is needed because older ones can damage the"
            " database when two processes write; install the package pysqlite3, or use PostgreSQL"
        )


def refuse_forgetful_postgresql(engine: sa.Engine) -> None:
    """Refuse a PostgreSQL server that acknowledges before it has written.

    Raises:
        DatabaseUnfit: ``fsync`` or ``synchronous_commit`` is off.
    """
    with engine.connect() as connection:
        for setting in ("fsync", "synchronous_commit"):
            value = connection.execute(
                sa.text("SELECT current_setting(:name)"), {"name": setting}
            ).scalar_one()
            if value == "off":
                raise DatabaseUnfit(
                    f"PostgreSQL runs with {setting}=off; a crash would lose acknowledged deeds; set it to on"
                )
