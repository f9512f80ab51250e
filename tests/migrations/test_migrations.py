"""The migrations and the models say the same, on both databases, up and down."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError

from registry.db import Base, make_engine
from registry.models import ApprovalDecision, Document
from service import tables  # noqa: F401 - every table is known to the metadata
from service.config import Settings
from service.database import MIGRATIONS, Database

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
FIN = {"id": 1, "code": "FIN", "name_zh": "财务部", "name_en": "Finance"}
LI_MING = {"id": 1, "staff_no": "S1", "name_zh": "李明", "name_en": "Li Ming", "unit_id": 1, "active": True}
BUDGET = {
    "id": 1,
    "doc_number": "7",
    "title": "Budget",
    "issuing_unit_id": 1,
    "classifying_unit_id": 1,
    "scheme": "company",
    "level": "SECRET",
    "secrecy_period": "10年",
    "need_to_know": "",
    "no_copying": False,
    "pages": 1,
    "original_sha256": "a",
    "cleaned_sha256": "b",
    "pictures": [],
    "findings": [],
    "last_copy_no": 0,
    "registered_by_id": 1,
    "registered_at": NOW,
}
ASKED = {
    "id": 1,
    "act": "PRINT",
    "document_id": 1,
    "order": {},
    "order_hash": "h",
    "rule_id": "print-secret",
    "rule_version": 1,
    "requester_id": 1,
    "quantity": 1,
    "used": 0,
    "state": "OPEN",
    "requested_at": NOW,
    "valid_until_at": NOW,
}
DECIDED = {
    "id": 1,
    "request_id": 1,
    "person_id": 1,
    "roles": [],
    "agreed": True,
    "order_hash": "h",
    "remark": "",
    "decided_at": NOW,
}
EARLIER = {
    "unit": FIN,
    "person": LI_MING,
    "document": BUDGET,
    "approval_request": ASKED,
    "approval_decision": DECIDED,
}


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


def test_what_was_registered_and_decided_before_proofs_survives_and_has_none(database):
    database.migrate()
    _go(database, "0001")
    with database.engine.connect() as connection, connection.begin():
        for name, row in EARLIER.items():
            connection.execute(sa.Table(name, sa.MetaData(), autoload_with=connection).insert().values(row))
    database.migrate()
    with database.transaction() as session:
        document, decision = session.get_one(Document, 1), session.get_one(ApprovalDecision, 1)
        assert (document.title, document.proof) == ("Budget", None)
        assert (decision.agreed, decision.proof_hash, decision.accepted) == (True, "", [])
        document.proof = {"version": 1}
    _go(database, "0001")
    with database.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT title FROM document")) == "Budget"
        assert connection.scalar(sa.text("SELECT count(*) FROM approval_decision")) == 1
