"""The migrations and the models say the same, on both databases, up and down."""

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError

from registry.db import Base, make_engine
from service import tables  # noqa: F401 - every table is known to the metadata
from service.config import Settings
from service.database import MIGRATIONS, Database


@pytest.fixture
def database(empty_database_url, tmp_path):
    opened = Database(Settings(environment="test", data_dir=tmp_path, database_url=empty_database_url))
    yield opened
    opened.close()


def _go(database, target):
    engine = make_engine(str(database.engine.url.render_as_string(hide_password=False)))
    with engine.connect() as connection, connection.begin():
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        command.downgrade(config, target)
    engine.dispose()


def test_migrated_tables_are_those_of_the_models(database):
    database.migrate()
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert differences == []


def test_an_empty_database_is_not_current_and_a_migrated_one_is(database):
    assert not database.is_current()
    database.migrate()
    assert database.is_current()


def test_migrating_down_leaves_no_table_and_up_again_works(database):
    database.migrate()
    _go(database, "base")
    with database.engine.connect() as connection:
        assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version"}
    database.migrate()
    assert database.is_current()


def test_a_state_that_no_table_knows_is_refused_by_the_database_itself(database):
    database.migrate()
    with pytest.raises(DBAPIError), database.transaction() as session:
        session.execute(
            sa.text("INSERT INTO equipment (kind, name, place, active) VALUES ('TEAPOT', 'x', 'y', :yes)"),
            {"yes": True},
        )
