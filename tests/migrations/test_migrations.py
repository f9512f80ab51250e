"""The migrations and the models say the same, on both databases, up and down."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError, IntegrityError

from registry.db import Base, make_engine
from registry.ledger import log
from registry.models import (
    ApprovalDecision,
    Circulation,
    DestructionList,
    Document,
    Equipment,
    ImportBatch,
    Loss,
    Meeting,
    Person,
    Plant,
    TracePicture,
    TraceRun,
    Unit,
)
from registry.rules.attempts import AttemptState
from registry.rules.imports import ImportKind, ImportState
from registry.rules.rejudging import GateDifference
from registry.rules.roles import Actor, Role
from registry.rules.words import DestructionState, EquipmentKind, MeetingState
from registry.views.attempts import unsettled
from registry.views.gatereplay import gate_replay
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


def _go(database, target, way=command.downgrade):
    engine = make_engine(str(database.engine.url.render_as_string(hide_password=False)))
    try:
        with engine.connect() as connection:
            database._guard_references(
                connection, on=False
            )  # as ``Database.migrate`` does, for tables made anew
            connection.begin()
            config = Config(attributes={"connection": connection})
            config.set_main_option("script_location", str(MIGRATIONS))
            way(config, target)
            connection.commit()
    finally:
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


def _older_rows(database):
    """Fill the tables of the first revision with a run that has left, one that is ready, and their copies."""
    rows = (
        "INSERT INTO unit (id, code, name_zh, name_en) VALUES (1, 'U', 'u', 'u')",
        "INSERT INTO person (id, staff_no, name_zh, name_en, unit_id, active) VALUES (1, 's', 'n', 'n', 1, :yes)",
        (
            "INSERT INTO document (id, doc_number, title, issuing_unit_id, classifying_unit_id, scheme, level,"
            " secrecy_period, pages, original_sha256, cleaned_sha256, pictures, findings, registered_by_id,"
            " registered_at, need_to_know, no_copying, last_copy_no)"
            " VALUES (1, 'd', 't', 1, 1, 'company', 'SECRET', '10年', 3, 'o', 'c', '[]', '[]', 1, :at, '', :no, 5)"
        ),
        (
            "INSERT INTO approval_request (id, act, requester_id, document_id, quantity, used, rule_id,"
            ' rule_version, order_hash, "order", state, requested_at, valid_until_at)'
            " VALUES (1, 'PRINT', 1, 1, 5, 5, 'r', 1, 'h', '{}', 'CONSUMED', :at, :at)"
        ),
        (
            "INSERT INTO print_batch (id, request_id, document_id, ordered_by_id, state, size, output_sha256,"
            " ordered_at, released_at, released_by_id) VALUES (1, 1, 1, 1, 'RELEASED', 3, 'f1', :at, :at, 1),"
            " (2, 1, 1, 1, 'READY', 2, 'f2', :at, NULL, NULL)"
        ),
        (
            "INSERT INTO copy (id, code, document_id, copy_no, batch_id, state, pages, stamped_sha256, minted_at)"
            " VALUES (1, 'a', 1, 1, 1, 'IN_STOCK', 3, 's1', :at), (2, 'b', 1, 2, 1, 'VOID', 3, NULL, :at),"
            " (3, 'c', 1, 3, 1, 'IN_STOCK', 3, 's3', :at), (4, 'd', 1, 4, 2, 'IN_STOCK', 3, 's4', :at),"
            " (5, 'e', 1, 5, 2, 'IN_STOCK', 3, 's5', :at)"
        ),
    )
    with database.transaction() as session:
        for row in rows:
            session.execute(sa.text(row), {"yes": True, "no": False, "at": "2026-03-02 08:30:00"})


def test_what_an_older_release_printed_becomes_the_one_attempt_that_it_was(database):
    _go(database, "0001", command.upgrade)
    _older_rows(database)
    database.migrate()
    with database.reading() as session:
        (attempt,) = session.execute(
            sa.text("SELECT batch_id, number, state, route, output_sha256, duplex, faces FROM print_attempt")
        )
        assert (*attempt[:5], bool(attempt[5]), bool(attempt[6])) == (1, 1, "SENT", "FILE", "f1", True, False)
        sheets = session.execute(
            sa.text("SELECT copy_id, first_sheet, last_sheet FROM attempt_copy ORDER BY first_sheet")
        ).all()
        assert sheets == [(1, 1, 2), (3, 3, 4)]
        clerk = Actor(1, 1, 1, frozenset({Role.CLERK}))
        (listed,) = unsettled(session, clerk)
        assert (listed.batch_id, listed.number, listed.state, listed.copies) == (1, 1, AttemptState.SENT, 2)
        kept = session.execute(sa.text("SELECT stamped_sha256, delta_sha256 FROM copy ORDER BY id")).all()
        assert kept == [("s1", None), (None, None), ("s3", None), ("s4", None), ("s5", None)]
    _go(database, "0001")
    with database.reading() as session:
        assert session.execute(sa.text("SELECT count(*) FROM copy")).scalar_one() == 5
    database.migrate()
    assert database.is_current()


def test_an_older_release_is_not_given_copies_that_it_cannot_read(database):
    database.migrate()
    _go(database, "0001")
    _older_rows(database)
    database.migrate()
    with database.transaction() as session:
        session.execute(sa.text("UPDATE copy SET delta_sha256 = 'x' WHERE id = 4"))
    with pytest.raises(RuntimeError, match="1 copies are stored as what is their own"):
        _go(database, "0001")
    assert database.is_current()


def test_devices_and_meetings_of_an_older_release_go_on_as_they_were(database):
    _go(database, "0003", command.upgrade)
    with database.transaction() as session:
        for row in (
            "INSERT INTO unit (id, code, name_zh, name_en) VALUES (1, 'U', 'u', 'u')",
            (
                "INSERT INTO equipment (id, kind, name, place, shred_level, active)"
                " VALUES (1, 'SHREDDER', 'a', 'b', 'P-6', :yes), (2, 'PRINTER', 'c', 'd', NULL, :no)"
            ),
            (
                "INSERT INTO meeting (id, title, scheme, level, unit_id, place, starts_at, state)"
                " VALUES (1, 't', 'company', 'SECRET', 1, 'p', :at, 'PLANNED')"
            ),
        ):
            session.execute(sa.text(row), {"yes": True, "no": False, "at": "2026-03-02 08:30:00"})
    database.migrate()
    with database.transaction() as session:
        devices = session.scalars(sa.select(Equipment).order_by(Equipment.id)).all()
        assert [(str(one.state), one.level, one.custodian_id) for one in devices] == [
            ("IN_USE", None, None),
            ("RETIRED", None, None),
        ]
        assert session.get_one(Meeting, 1).plan_version is None
        devices[1].kind = EquipmentKind.FAX
    with pytest.raises(RuntimeError, match="1 devices are of kinds"):
        _go(database, "0003")
    with database.transaction() as session:
        session.get_one(Equipment, 2).kind = EquipmentKind.PRINTER
        session.get_one(Meeting, 1).state = MeetingState.ENDED
    with pytest.raises(RuntimeError, match="1 meetings are in states"):
        _go(database, "0003")
    with database.transaction() as session:
        session.get_one(Meeting, 1).state = MeetingState.READY
    _go(database, "0003")
    with database.engine.connect() as connection:
        kept = connection.execute(sa.text("SELECT kind, name FROM equipment ORDER BY id")).all()
        assert [tuple(row) for row in kept] == [("SHREDDER", "a"), ("PRINTER", "c")]
        assert connection.scalar(sa.text("SELECT state FROM meeting")) == "READY"


def test_what_an_older_release_missed_gets_its_loss_with_the_time_of_the_ledger(database):
    _go(database, "0001", command.upgrade)
    _older_rows(database)
    with database.transaction() as session:
        session.execute(sa.text("UPDATE copy SET state = 'UNACCOUNTED', state_reason = 'gone' WHERE id = 3"))
        session.execute(sa.text("UPDATE copy SET state = 'LOST' WHERE id = 4"))
        missed_at = datetime(2026, 4, 1, 10, tzinfo=UTC)
        log.append(session, "copy.missed", "copy:c", actor=Actor.system(), now=missed_at, state="UNACCOUNTED")
    database.migrate()
    with database.reading() as session:
        rows = session.scalars(sa.select(Loss).order_by(Loss.copy_id)).all()
        assert [(row.copy_id, row.how, row.missed_at, row.found_at) for row in rows] == [
            (3, "gone", missed_at, None),
            (4, "", NOW, None),
        ]


OLDER_CASE = (
    (
        "INSERT INTO trace_case (id, note, picture_name, picture_sha256, pictures, state, opened_by_id,"
        " opened_at) VALUES (1, 'n', 'a.png', 'p', '[\"s1\", \"s2\"]', 'NAMED', 1, :at)"
    ),
    (
        "INSERT INTO trace_run (id, case_id, state, parameters, result, started_at)"
        " VALUES (1, 1, 'NAMED', '{}', '{}', :at)"
    ),
)


def _older_case(database):
    """Leave the database as the third revision, with a case that was opened and run by person 1."""
    database.migrate()
    _go(database, "0003")
    with database.transaction() as session:
        for row in (
            "INSERT INTO unit (id, code, name_zh, name_en) VALUES (1, 'U', 'u', 'u')",
            (
                "INSERT INTO person (id, staff_no, name_zh, name_en, unit_id, active)"
                " VALUES (1, 's', 'n', 'n', 1, :yes)"
            ),
            *OLDER_CASE,
        ):
            bound = {"yes": True} if ":yes" in row else {"at": NOW} if ":at" in row else {}
            session.execute(sa.text(row), bound)


def test_the_picture_of_an_older_case_becomes_its_first_and_comes_back(database):
    _older_case(database)
    database.migrate()
    with database.reading() as session:
        (picture,) = session.scalars(sa.select(TracePicture))
        assert (picture.case_id, picture.number, picture.name, picture.sha256) == (1, 1, "a.png", "p")
        assert (picture.shown, picture.added_by_id) == (["s1", "s2"], 1)
        assert session.get_one(TraceRun, 1).ordered_by_id == 1
    _go(database, "0003")
    with database.reading() as session:
        row = session.execute(sa.text("SELECT picture_name, picture_sha256, pictures FROM trace_case")).one()
    assert (row[0], row[1]) == ("a.png", "p")


def test_an_older_release_is_not_given_a_case_of_two_pictures(database):
    _older_case(database)
    database.migrate()
    with database.transaction() as session:
        session.add(
            TracePicture(case_id=1, number=2, name="b.png", sha256="q", shown=[], added_by_id=1, added_at=NOW)
        )
    with pytest.raises(RuntimeError, match="1 cases have more than one picture"):
        _go(database, "0003")
    assert database.is_current()


def test_an_older_release_is_not_given_requests_under_rules_that_it_does_not_have(database):
    database.migrate()
    _go(database, "0001")
    with database.engine.connect() as connection, connection.begin():
        for name, row in EARLIER.items():
            connection.execute(sa.Table(name, sa.MetaData(), autoload_with=connection).insert().values(row))
    database.migrate()
    with database.transaction() as session:
        decision = session.get_one(ApprovalDecision, 1)
        assert (decision.in_place_of_id, decision.delegation_id) == (None, None)
        assert (decision.request.rule_version, decision.request.rule_set) == (1, None)
        decision.request.rule_version = 2
    with pytest.raises(RuntimeError, match="under the organisation's own rules"):
        _go(database, "0007")
    assert database.is_current()


SEEN = {
    "id": 1,
    "attempt_id": "a",
    "gate_id": 1,
    "guard_id": 1,
    "device_id": "d",
    "direction": "EXIT",
    "source": "GUN",
    "raw_code": "x",
    "colour": "RED",
    "reason": "not-genuine",
    "facts": {"shown": {"carriers": [], "refused": False, "pages": None}, "proof": "foreign"},
    "offline": False,
    "happened_at": NOW,
}
EAST = {"id": 1, "name_zh": "东门", "name_en": "East", "active": True}


def test_an_attempt_of_an_older_release_survives_and_keeps_no_situation(database):
    database.migrate()
    _go(database, "0010")
    with database.engine.connect() as connection, connection.begin():
        for name, row in {"unit": FIN, "person": LI_MING, "gate": EAST, "gate_event": SEEN}.items():
            connection.execute(sa.Table(name, sa.MetaData(), autoload_with=connection).insert().values(row))
    database.migrate()
    with database.reading() as session:
        again = gate_replay(session, 1).again
        assert again.differences == (GateDifference.NO_ENTRY, GateDifference.NOT_KEPT)
    _go(database, "0010")
    with database.reading() as session:
        assert session.scalar(sa.text("SELECT reason FROM gate_event")) == "not-genuine"


def test_a_list_of_an_older_release_goes_on_at_its_shredder(database):
    _go(database, "0010", command.upgrade)
    metadata = sa.MetaData()
    with database.transaction() as session:
        metadata.reflect(session.connection(), only=["unit", "person", "equipment", "destruction_list"])
        rows = {
            "unit": FIN,
            "person": LI_MING,
            "equipment": {
                "id": 1,
                "kind": "SHREDDER",
                "name": "s",
                "place": "B1",
                "shred_level": "P-6",
                "active": True,
                "state": "IN_USE",
                "serial": "",
                "is_cipher": False,
            },
            "destruction_list": {
                "id": 1,
                "state": "SUBMITTED",
                "reason": "over",
                "requester_id": 1,
                "equipment_id": 1,
                "created_at": NOW,
            },
        }
        for name, row in rows.items():
            session.execute(sa.insert(metadata.tables[name]), row)
    database.migrate()
    route = sa.text("SELECT state, equipment_id, plant_id FROM destruction_list")
    with database.reading() as session:
        assert session.execute(route).all() == [("SUBMITTED", 1, None)]
    with pytest.raises(DBAPIError), database.transaction() as session:
        session.execute(sa.text("UPDATE destruction_list SET equipment_id = NULL"))
    _go(database, "0010")
    with database.reading() as session:
        assert session.execute(sa.text("SELECT state, equipment_id FROM destruction_list")).all() == [
            ("SUBMITTED", 1)
        ]


def test_the_ledger_tells_who_scanned_a_copy_in_an_older_release(database):
    _go(database, "0001", command.upgrade)
    _older_rows(database)
    _go(database, "0015", command.upgrade)
    clerk = Actor(1, 1, 1, frozenset({Role.CLERK}))
    with database.transaction() as session:
        session.add(Plant(id=1, name="plant", place="north", active=True))
        session.flush()
        session.add(
            DestructionList(
                id=1,
                state=DestructionState.SUBMITTED,
                reason="over",
                requester_id=1,
                plant_id=1,
                created_at=NOW,
            )
        )
        session.flush()
        item = sa.text(
            "INSERT INTO destruction_item (list_id, copy_id, listed_at, presented_at)"
            " VALUES (1, :copy, :at, :seen)"
        )
        for copy_id, seen in ((1, NOW), (3, NOW), (4, None)):
            session.execute(item, {"copy": copy_id, "at": NOW, "seen": seen})
        log.append(session, "destruction.presented", "destruction:1", actor=clerk, now=NOW, copy="a")
        log.append(session, "destruction.presented", "destruction:2", actor=clerk, now=NOW, copy="c")
    database.migrate()
    with database.reading() as session:
        told = session.execute(sa.text("SELECT copy_id, presented_by_id FROM destruction_item")).all()
    assert sorted(told) == [(1, 1), (3, None), (4, None)]
    _go(database, "0015")
    with database.reading() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM destruction_item")) == 3


def test_circulations_over_copies_that_were_gone_already_end_when_the_copy_went(database):
    _go(database, "0001", command.upgrade)
    _older_rows(database)
    _go(database, "0015", command.upgrade)
    missed_at = datetime(2026, 4, 1, 10, tzinfo=UTC)
    begun = sa.text(
        "INSERT INTO circulation (id, copy_id, state, reason, days, opened_by_id, opened_at)"
        " VALUES (:id, :copy, 'RUNNING', 'news', 2, 1, :at)"
    )
    with database.transaction() as session:
        session.execute(sa.text("UPDATE copy SET state = 'LOST' WHERE id = 3"))
        for number, copy_id in ((1, 1), (2, 3)):
            session.execute(begun, {"id": number, "copy": copy_id, "at": NOW})
        log.append(session, "copy.missed", "copy:c", actor=Actor.system(), now=missed_at)
    database.migrate()
    with database.transaction() as session:
        rows = session.scalars(sa.select(Circulation).order_by(Circulation.id)).all()
        assert [(str(row.state), row.ending and str(row.ending), row.ended_at) for row in rows] == [
            ("RUNNING", None, None),
            ("ENDED", "GONE", missed_at),
        ]
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(begun, {"id": 3, "copy": 1, "at": NOW})
        session.execute(begun, {"id": 3, "copy": 3, "at": NOW})
    with pytest.raises(RuntimeError, match="circulations ended with their copy"):
        _go(database, "0015")
    assert database.is_current()


def test_an_older_release_is_not_given_tables_whose_rooms_it_would_clear(database):
    database.migrate()
    with database.transaction() as session:
        session.execute(sa.insert(Unit.__table__), FIN)
        session.execute(sa.insert(Person.__table__), LI_MING)
        session.add(
            ImportBatch(
                kind=ImportKind.UNITS,
                state=ImportState.APPLIED,
                name="units.csv",
                sha256="a" * 64,
                table_sha256="b" * 64,
                room="c" * 32,
                size=1,
                problems=[],
                offered_by_id=1,
                offered_at=NOW,
            )
        )
    with pytest.raises(RuntimeError, match="rooms that the older release clears"):
        _go(database, "0015")
    assert database.is_current()


def test_an_older_release_is_not_given_lists_for_a_plant(database):
    database.migrate()
    with database.transaction() as session:
        session.execute(sa.insert(Unit.__table__), FIN)
        session.execute(sa.insert(Person.__table__), LI_MING)
        session.add(Plant(id=1, name="plant", place="north", active=True))
        session.flush()
        session.add(
            DestructionList(
                state=DestructionState.DRAFT, reason="over", requester_id=1, plant_id=1, created_at=NOW
            )
        )
    with pytest.raises(RuntimeError, match="papers were listed for a plant"):
        _go(database, "0010")
    assert database.is_current()
