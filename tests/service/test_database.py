"""Returning commits, raising rolls back; a reading session cannot write; a database that forgets is refused."""

import sqlite3
import threading
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from registry.db import Base
from registry.models import Unit
from service.config import Settings
from service.database import Database, refuse_forgetful_postgresql, refuse_old_sqlite
from service.faults import DatabaseUnfit
from service.tables import jobs


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_backend(request):
    return request.param


@pytest.fixture
def database(settings):
    opened = Database(settings)
    yield opened
    opened.close()


def unit(code: str = "HQ") -> Unit:
    return Unit(code=code, name_zh="总部", name_en="Headquarters")


def count_units(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Unit)) or 0


def test_returning_commits(database):
    with database.transaction() as session:
        session.add(unit())
    assert count_units(database) == 1


@pytest.mark.parametrize("raised", [ValueError, KeyboardInterrupt])
def test_raising_rolls_back(database, raised):
    def fail() -> None:
        with database.transaction() as session:
            session.add(unit())
            session.flush()
            raise raised

    with pytest.raises(raised):
        fail()
    assert count_units(database) == 0


def test_a_reading_session_cannot_write(database):
    with pytest.raises(DBAPIError, match=r"readonly|read-only|query_only"), database.reading() as session:
        session.execute(sa.insert(Unit).values(code="HQ", name_zh="总部", name_en="Headquarters"))
    with pytest.raises(RuntimeError, match="would be lost"), database.reading() as session:
        session.add(unit())
    with database.transaction() as session:  # the same connection is writable again
        session.add(unit())
    assert count_units(database) == 1


def test_readers_do_not_wait_for_a_writer(database):
    with database.transaction() as session:
        session.add(unit())
        session.flush()
        assert count_units(database) == 0
    assert count_units(database) == 1


def test_writers_queue_instead_of_failing(database):
    failures = []

    def write(number: int) -> None:
        try:
            with database.transaction() as session:
                session.scalar(sa.select(sa.func.count()).select_from(Unit))
                session.add(unit(f"U{number}"))
        except DBAPIError as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert count_units(database) == 12


def test_an_empty_database_is_migrated_to_every_table(empty_database_url, tmp_path):
    settings = Settings(environment="test", data_dir=tmp_path / "data", database_url=empty_database_url)
    database = Database(settings)
    assert not database.is_current()
    assert database.is_unused()
    database.migrate()
    assert database.is_current()
    assert database.is_unused()
    present = set(sa.inspect(database.engine).get_table_names())
    assert set(Base.metadata.tables) <= present
    assert jobs.Job.__tablename__ in present
    database.migrate()
    database.close()


def test_foreign_keys_hold_after_a_migration(database):
    database.migrate()
    with pytest.raises(DBAPIError), database.transaction() as session:
        session.execute(
            sa.text(
                "INSERT INTO person (staff_no, name_zh, name_en, unit_id, active) VALUES ('1', 'a', 'a', 99, true)"
            )
        )


def test_an_sqlite_that_can_damage_its_log_is_refused():
    old = SimpleNamespace(
        dialect=SimpleNamespace(loaded_dbapi=SimpleNamespace(sqlite_version_info=(3, 51, 2)))
    )
    with pytest.raises(
        DatabaseUnfit, match=r"3\.51\.2, at least 3\.51\.3 is needed.*install the package pysqlite3"
    ):
        refuse_old_sqlite(old)
    refuse_old_sqlite(
        SimpleNamespace(dialect=SimpleNamespace(loaded_dbapi=SimpleNamespace(sqlite_version_info=(3, 51, 3))))
    )


@pytest.mark.parametrize("database_backend", ["sqlite"])
def test_sqlite_runs_with_the_safe_pragmas(database):
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "mmap_size": 0}
    with database.reading() as session:
        assert {name: session.execute(sa.text(f"PRAGMA {name}")).scalar() for name in wanted} == wanted
    assert database.engine.dialect.loaded_dbapi.sqlite_version_info >= sqlite3.sqlite_version_info


@pytest.mark.parametrize("database_backend", [pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_a_postgresql_that_forgets_is_refused_in_production(database):
    with pytest.raises(DatabaseUnfit, match="fsync=off"):
        refuse_forgetful_postgresql(database.engine)
    with pytest.raises(DatabaseUnfit, match="fsync=off"):
        Database(Settings(environment="production", database_url=str(database._url)))
