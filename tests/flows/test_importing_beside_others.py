"""A table is taken in while others work: nobody waits for whom waits for them (PostgreSQL; on SQLite writers queue)."""

import threading
import time
from functools import partial

import pytest
import sqlalchemy as sa

from registry.acts import takeover
from registry.errors import RegistryError
from registry.ledger import log
from registry.models import Copy, Document, Meeting, MeetingAttendee, Person
from registry.rows import get_row
from registry.rules.facts import MeetingFacts
from registry.rules.imports import ImportKind
from service.flows import auditing, importing, meetings

pytestmark = pytest.mark.usefixtures("tables_at_once")

WAITED_S = 20
HEAD = "文号,发文单位,标题,密级,保密期限,页数,份号,状态,领用人,领用日期,应还日期,备注\n"
OF_TWO = HEAD + (
    "旧1,FIN,旧文件一,机密,10年,12,1,在库,,,,\n旧2,FIN,旧文件二,机密,10年,12,1,借出,S012,2025/3/4,2027-01-01,\n"
)


@pytest.fixture(params=[pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_backend(request):
    return request.param


def record(world, session):
    log.append(session, "test.deed", "test:1", actor=world.clerk, now=world.now)


def beside(world, lock, work, deed=record):
    """Do ``work`` while another deed holds what ``lock`` locks, and is done when work waits or is done.

    Return the code of what refused the work.
    """
    failed = []

    def run():
        try:
            work()
        except RegistryError as refusal:
            failed.append(refusal.code)
        except sa.exc.OperationalError as error:
            failed.append(str(error.orig))

    thread = threading.Thread(target=run)
    with world.runtime.database.transaction() as session:
        lock(session)
        thread.start()
        _await_waiting(world, thread)
        deed(world, session)
    thread.join(WAITED_S)
    assert not thread.is_alive()
    return failed


def _await_waiting(world, thread):
    """Return once somebody waits for a lock in this database, or the thread has ended."""
    query = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + WAITED_S
    while thread.is_alive() and time.monotonic() < deadline:
        with world.runtime.database.engine.connect() as connection:
            if connection.scalar(query):
                return
        time.sleep(0.02)


def count(world, model):
    with world.runtime.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model))


def offered(world, who, kind, text):
    return importing.offer(world.runtime, who, kind, text.encode(), name="table.csv")


def locked(model, key):
    """Return what locks a row in a session, as the acts do."""
    return lambda session: get_row(session, model, key, lock=True)


def test_a_paper_register_comes_in_while_a_deed_holds_the_row_of_a_holder(world):
    import_id = offered(world, world.clerk, ImportKind.COPIES, OF_TWO)
    refused = beside(
        world,
        locked(Person, world.holder.person_id),
        partial(importing.apply, world.runtime, world.clerk, import_id),
    )
    assert refused == []
    assert count(world, Copy) == 2
    assert auditing.verify(world.runtime, world.auditor).faults == ()


def test_a_table_is_looked_at_while_a_deed_holds_the_row_of_a_holder(world):
    refused = beside(
        world,
        locked(Person, world.holder.person_id),
        partial(offered, world, world.clerk, ImportKind.COPIES, OF_TWO),
    )
    assert refused == []
    assert count(world, Copy) == 0


def test_copies_are_added_while_a_deed_holds_their_document(world):
    first = offered(world, world.clerk, ImportKind.COPIES, OF_TWO)
    importing.apply(world.runtime, world.clerk, first)
    with world.runtime.database.reading() as session:
        later = session.scalar(sa.select(Document.id).where(Document.doc_number == "旧2"))
    more = HEAD + "旧1,FIN,,,,,2,在库,,,,\n旧2,FIN,,,,,2,在库,,,,\n"
    second = offered(world, world.clerk, ImportKind.COPIES, more)
    refused = beside(
        world, locked(Document, later), partial(importing.apply, world.runtime, world.clerk, second)
    )
    assert refused == []
    assert count(world, Copy) == 4


def test_attendees_come_in_whatever_order_their_meetings_are_named_in(world):
    for person in (world.holder, world.handler):
        meetings.grant_clearance(
            world.runtime,
            world.officer,
            person.person_id,
            scheme="company",
            level="SECRET",
            until=world.now.replace(year=2027),
        )
    facts = [
        MeetingFacts(title, "company", "SECRET", world.units["FIN"], "room", world.now.replace(month=6))
        for title in ("first", "second")
    ]
    first, second = (meetings.plan(world.runtime, world.handler, each) for each in facts)
    import_id = offered(
        world, world.handler, ImportKind.ATTENDEES, f"会议,工号\n{second},S012\n{first},S012\n{second},S003\n"
    )
    refused = beside(
        world,
        locked(Meeting, first),
        partial(importing.apply, world.runtime, world.handler, import_id),
    )
    assert refused == []
    assert count(world, MeetingAttendee) == 3


def test_a_number_that_another_deed_registers_meanwhile_is_refused_and_nobody_waits_for_ever(world):
    facts = MeetingFacts("first", "company", "SECRET", world.units["FIN"], "room", world.now.replace(month=6))
    meeting_id = meetings.plan(world.runtime, world.handler, facts)
    head = "文号,标题,发文单位,密级,保密期限,页数,会议\n"
    table = f"{head}旧1,旧文件一,FIN,机密,10年,12,\n旧2,旧文件二,FIN,机密,10年,12,{meeting_id}\n"
    import_id = offered(world, world.clerk, ImportKind.DOCUMENTS, table)

    def register(world, session):
        facts = world.facts(doc_number="旧1", meeting_id=meeting_id)
        enabled = world.runtime.settings.enabled_schemes
        takeover.take_over_document(session, facts, 12, enabled=enabled, actor=world.clerk, now=world.now)

    refused = beside(
        world,
        locked(Meeting, meeting_id),
        partial(importing.apply, world.runtime, world.clerk, import_id),
        register,
    )
    assert refused == ["import-has-problems"]
    assert count(world, Document) == 1


def test_copies_come_in_while_a_deed_of_their_holder_names_their_document(world):
    """As whoever asks for approval does: the own row is locked, then a row is made that names the document."""
    first = offered(world, world.clerk, ImportKind.COPIES, OF_TWO)
    importing.apply(world.runtime, world.clerk, first)
    more = HEAD + "旧1,FIN,,,,,2,借出,S012,2025/3/4,2027-01-01,\n"
    second = offered(world, world.clerk, ImportKind.COPIES, more)

    def name_document(world, session):
        session.execute(sa.text("SELECT id FROM document FOR KEY SHARE"))  # what a foreign key does
        record(world, session)

    refused = beside(
        world,
        locked(Person, world.holder.person_id),
        partial(importing.apply, world.runtime, world.clerk, second),
        name_document,
    )
    assert refused == []
    assert count(world, Copy) == 3


def test_a_person_whom_another_deed_enters_meanwhile_is_waited_for_with_the_ledger_free(world):
    table = "工号,姓名,部门\nT1,人一,FIN\nT2,人二,FIN\n"
    import_id = offered(world, world.administrator, ImportKind.PEOPLE, table)

    def enter(session):
        session.add(Person(staff_no="T2", name_zh="人二", name_en="Two", unit_id=world.units["FIN"]))
        session.flush()

    apply = partial(importing.apply, world.runtime, world.administrator, import_id)
    assert beside(world, enter, apply) == ["import-has-problems"]


def test_two_tables_with_the_same_people_in_opposite_orders_come_in_one_after_the_other(world):
    rows = [f"T{number},人{number},FIN\n" for number in range(1, 60)]
    forth = offered(world, world.administrator, ImportKind.PEOPLE, "工号,姓名,部门\n" + "".join(rows))
    back = offered(world, world.administrator, ImportKind.PEOPLE, "工号,姓名,部门\n" + "".join(rows[::-1]))
    said = []

    def apply(import_id):
        try:
            importing.apply(world.runtime, world.administrator, import_id)
            said.append("taken in")
        except Exception as error:  # noqa: BLE001 - what it was is asserted below
            said.append(getattr(error, "code", type(error).__name__))

    threads = [threading.Thread(target=apply, args=(import_id,)) for import_id in (forth, back)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAITED_S)
    assert sorted(said) == ["import-has-problems", "taken in"]
