"""Tables of others are looked at first, taken in whole or not at all, and undone while nothing depends on them."""

import os
import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from registry.acts import imports
from registry.acts.imports import ImportHasProblems, ImportInUse
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import (
    Account,
    Copy,
    Document,
    ImportBatch,
    Loss,
    Meeting,
    MeetingAttendee,
    Movement,
    Person,
    Unit,
)
from registry.rows import UnknownRow
from registry.rules.imports import ExportKind, ImportKind, ImpossibleImportStep
from registry.rules.lifecycle import State
from registry.rules.roles import Role
from registry.rules.takeover import DocumentWithoutFile
from registry.rules.words import Custodian, HandOverKind
from registry.views.conservation import conservation
from service.app import create_app
from service.exchange.offered import read
from service.exchange.workbook import read_workbook
from service.flows import (
    auditing,
    exporting,
    importing,
    lending,
    meetings,
    people,
    referencing,
    registering,
    requesting,
    rooms,
    upkeep,
)
from service.jobs import Job
from service.store import FileStore
from tests.fixtures.papers import draw_pdf

pytestmark = pytest.mark.usefixtures("tables_at_once")

HEAD = "文号,发文单位,标题,密级,保密期限,页数,份号,状态,领用人,领用日期,应还日期,备注\n"
REGISTER = HEAD + (
    "财字7,FIN,旧文件,机密,10年,12,1,在库,,,,2 号柜\n"
    "财字7,FIN,,,,,2,借出,S012,2025/3/4,2027-01-01,\n"
    "财字7,FIN,,,,11,3,已销毁,,2025年1月1日,,\n"
    "财字7,FIN,,,,,4,丢失,S012,2025-01-05,,在途中丢失\n"
    "财字7,FIN,,,,,5,作废,,,,\n"
)


@pytest.fixture
def database_backend():
    return "sqlite"


def offered(world, who, kind, text, encoding="gbk"):
    return importing.offer(world.runtime, who, kind, text.encode(encoding), name="table.csv")


def problems(world, who, import_id):
    """Return what is wrong with an import: row, column, code."""
    found = importing.get_import(world.runtime, who, import_id).row.problems
    return [(each["row"], each["column"], each["code"]) for each in found]


def taken_in(world, who, kind, text):
    import_id = offered(world, who, kind, text)
    assert problems(world, who, import_id) == []
    importing.apply(world.runtime, who, import_id)
    return import_id


def count(world, model):
    with world.runtime.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model))


def kinds(world):
    with world.runtime.database.reading() as session:
        return [entry.kind for entry in log.read(session)]


def test_units_come_in_whatever_order_and_people_of_them_with_locked_accounts(world):
    taken_in(
        world,
        world.administrator,
        ImportKind.UNITS,
        "部门编号,部门名称,上级\nF-1-1,一科,F-1\nF-1,财务一处,FIN\n",
    )
    taken_in(
        world,
        world.administrator,
        ImportKind.PEOPLE,
        "人员名册,,,\n工号,姓名,部门,登录名\n007,王芳,一科,WangFang\n008,李强,F-1,\n",
    )
    with world.runtime.database.reading() as session:
        found = session.scalar(sa.select(Person).where(Person.staff_no == "007"))
        account = session.scalar(sa.select(Account).where(Account.person_id == found.id))
        assert (found.name_zh, found.name_en, found.unit.code, account.login) == (
            "王芳",
            "王芳",
            "F-1-1",
            "wangfang",
        )
        assert [held.role for held in account.roles] == [Role.HOLDER]
    people.set_password(world.runtime, world.administrator, "wangfang", "correct horse battery")


def test_every_problem_is_told_by_row_and_column_and_nothing_of_the_table_is_taken_in(world):
    before = (count(world, Person), count(world, Unit))
    import_id = offered(
        world,
        world.administrator,
        ImportKind.PEOPLE,
        "工号,姓名,部门,登录名\nX1,王芳,FIN,\n,缺号,NOPE,\nX1,重复,FIN,\nX2,,FIN,\nX3,占用,FIN,clerk\n",
    )
    assert problems(world, world.administrator, import_id) == [
        (3, "staff_no", "missing-text"),
        (3, "unit", "unit-unknown"),
        (4, "staff_no", "staff-number-taken"),
        (5, "name_zh", "missing-text"),
        (6, "login", "login-taken"),
    ]
    with pytest.raises(ImportHasProblems):
        importing.apply(world.runtime, world.administrator, import_id)
    assert (count(world, Person), count(world, Unit)) == before
    entries = kinds(world)
    assert "person.added" not in entries
    assert entries[-2:] == ["import.offered", "deed.denied"]


def test_the_returned_file_says_beside_each_row_what_is_wrong(world):
    import_id = offered(
        world, world.administrator, ImportKind.PEOPLE, "工号,姓名,部门\nX1,王芳,NOPE\nX2,李强,FIN\n"
    )
    content = importing.returned(
        world.runtime, world.administrator, import_id, lambda problem: f"!{problem['code']}"
    )
    rows = [cells for _, cells in read_workbook(content).rows]
    assert rows[0][-1] == importing.PROBLEM_HEAD
    assert rows[1:] == [("X1", "王芳", "NOPE", "单位 Unit: !unit-unknown"), ("X2", "李强", "FIN")]


def test_a_table_that_was_in_order_and_is_not_any_more_leaves_nothing(world):
    import_id = offered(world, world.administrator, ImportKind.UNITS, "代码,名称\nA1,甲\nA2,乙\n")
    people.add_unit(world.runtime, world.administrator, "A2", "占", "Taken")
    before = count(world, Unit)
    with pytest.raises(ImportHasProblems):
        importing.apply(world.runtime, world.administrator, import_id)
    assert count(world, Unit) == before
    assert importing.check(world.runtime, world.administrator, import_id) == 1
    with pytest.raises(ImportHasProblems):
        importing.apply(world.runtime, world.administrator, import_id)


def test_a_paper_register_is_taken_over_with_numbers_states_holders_and_clocks(world):
    import_id = taken_in(world, world.clerk, ImportKind.COPIES, REGISTER)
    with world.runtime.database.reading() as session:
        copies = session.scalars(sa.select(Copy).order_by(Copy.copy_no)).all()
        document = copies[0].document
        assert [(copy.copy_no, copy.state, copy.pages) for copy in copies] == [
            (1, State.IN_STOCK, 12),
            (2, State.HELD, 12),
            (3, State.DESTROYED, 11),
            (4, State.LOST, 12),
            (5, State.VOID, 12),
        ]
        assert len({copy.code for copy in copies}) == 5
        assert all(copy.batch_id is None and copy.stamped_sha256 is None for copy in copies)
        assert conservation(session)[document.id].holds
        held = session.scalars(
            sa.select(Movement).where(Movement.copy_id == copies[1].id).order_by(Movement.seq)
        ).all()
        assert [move.custodian for move in held] == [Custodian.REGISTRY, Custodian.PERSON]
        assert held[1].person_id == world.holder.person_id
        assert held[1].moved_at == datetime(2025, 3, 3, 16, tzinfo=UTC)  # midnight in Shanghai
        lost = session.scalars(sa.select(Loss)).one()
        assert (lost.copy_id, lost.holder_id, lost.how) == (
            copies[3].id,
            world.holder.person_id,
            "在途中丢失",
        )
    assert importing.labels(world.runtime, world.clerk, import_id).startswith(b"%PDF-")
    entries = kinds(world)
    assert entries.count("copy.taken-over") == 5
    assert entries[-1] == "import.applied"


def test_an_old_copy_is_returned_and_handed_out_like_any_other_but_its_document_is_not_printed(world):
    taken_in(world, world.clerk, ImportKind.COPIES, REGISTER)
    with world.runtime.database.reading() as session:
        copies = session.scalars(sa.select(Copy).order_by(Copy.copy_no)).all()
        document_id, codes = copies[0].document_id, [copy.code for copy in copies]
    scans = [world.runtime.tokens.qr_text(code, 1) for code in codes]
    lending.take_back(world.runtime, world.clerk, [scans[1]], world.holder.person_id)
    given = lending.give(world.runtime, world.clerk, scans[:2], HandOverKind.ISSUE, world.holder.person_id)
    lending.confirm_by_pin(world.runtime, world.clerk, given, world.pin)
    with pytest.raises(DocumentWithoutFile):
        requesting.ask(world.runtime, world.handler, world.wish(document_id, copies=1))
    with pytest.raises(DocumentWithoutFile):
        registering.look(world.runtime, world.clerk, document_id)


def test_a_document_that_was_taken_over_gets_its_file_and_counts_on_after_its_old_copies(world):
    taken_in(world, world.clerk, ImportKind.COPIES, REGISTER)
    stated = {"doc_number": "财字7", "title": "旧文件"}
    document_id = world.register(draw_pdf(2), **stated)
    with world.runtime.database.reading() as session:
        document = session.get_one(Document, document_id)
        assert (count(world, Document), document.pages, document.last_copy_no) == (1, 2, 5)
        assert document.cleaned_sha256 != ""
    assert world.register(draw_pdf(2), **stated) == document_id
    assert world.approved(document_id, copies=1)


WRONG_ROWS = (
    ("旧1,FIN,标题,机密,10年,3,2,在库,,,,\n", [(2, "copy_no", "copy-numbers-missing")]),
    ("旧1,FIN,标题,机密,10年,3,1,带出,,,,\n", [(2, "state", "state-not-taken-over")]),
    ("旧1,FIN,标题,机密,10年,3,1,在持,,,,\n", [(2, "holder", "holder-wanted")]),
    ("旧1,FIN,标题,机密,10年,3,1,在库,S012,,,\n", [(2, "holder", "holder-not-wanted")]),
    ("旧1,FIN,标题,机密,10年,3,1,在库,,2099-01-01,,\n", [(2, "since", "in-the-future")]),
    (
        "旧1,FIN,标题,内部,十年,x,〇,坏,谁,改天,改天,\n",
        [
            (2, column, code)
            for column, code in (
                ("since", "cell-no-day"),
                ("due", "cell-no-day"),
                ("state", "cell-no-state"),
                ("copy_no", "invalid-copy-number"),
                ("holder", "person-unknown"),
                ("pages", "cell-no-number"),
                ("level", "cell-no-level"),
            )
        ],
    ),
    (
        "旧1,FIN,标题,机密,10年,3,1,在库,,,,\n旧1,FIN,另一标题,秘密,,,2,在库,,,,\n",
        [(3, "title", "document-differs"), (3, "level", "document-differs")],
    ),
    (
        "旧1,FIN,,,,,1,在库,,,,\n",
        [(2, column, "missing-text") for column in ("title", "level", "secrecy_period", "pages")],
    ),
)


def test_what_a_paper_register_gets_wrong_is_told_at_its_cell(world):
    for rows, told in WRONG_ROWS:
        import_id = offered(world, world.clerk, ImportKind.COPIES, HEAD + rows)
        assert problems(world, world.clerk, import_id) == told


def test_meetings_and_attendees_come_in_and_clearance_counts(world):
    until = world.now + timedelta(days=300)
    meetings.grant_clearance(
        world.runtime, world.officer, world.holder.person_id, scheme="company", level="SECRET", until=until
    )
    taken_in(
        world,
        world.handler,
        ImportKind.MEETINGS,
        "会议名称,密级,主办单位,地点,开始时间\n预算会,机密,财务部,一会议室,2026-04-01 09:00\n",
    )
    with world.runtime.database.reading() as session:
        meeting = session.scalars(sa.select(Meeting)).one()
        assert (meeting.level, meeting.starts_at) == ("SECRET", datetime(2026, 4, 1, 1, tzinfo=UTC))
    import_id = offered(
        world,
        world.handler,
        ImportKind.ATTENDEES,
        "会议,工号,姓名,座位\n预算会,S012,人12,A1\n预算会,S005,人5,A2\n预算会,S012,别人,A3\n无会,S012,,\n",
    )
    assert problems(world, world.handler, import_id) == [
        (3, "staff_no", "not-cleared"),
        (4, "name", "name-differs"),
        (5, "meeting", "meeting-unknown"),
    ]
    taken_in(world, world.handler, ImportKind.ATTENDEES, "会议,工号,座位\n预算会,S012,A1\n")
    assert count(world, MeetingAttendee) == 1
    other = offered(
        world,
        world.handler,
        ImportKind.MEETINGS,
        "会议名称,密级,主办单位,地点,开始时间\n别处,机密,REG,x,2026-04-01 09:00\n",
    )
    assert problems(world, world.handler, other) == [(2, "", "not-permitted")]


def test_an_import_is_undone_as_if_it_had_never_been_and_the_ledger_still_verifies(world):
    before = [count(world, model) for model in (Document, Copy, Movement, Loss)]
    import_id = taken_in(world, world.clerk, ImportKind.COPIES, REGISTER)
    assert importing.undo(world.runtime, world.clerk, import_id) == 5 + 1 + 5 + 2 + 1
    assert [count(world, model) for model in (Document, Copy, Movement, Loss)] == before
    assert kinds(world).count("copy.takeover-undone") == 5
    with pytest.raises(ImpossibleImportStep):
        importing.undo(world.runtime, world.clerk, import_id)
    taken_in(world, world.clerk, ImportKind.COPIES, REGISTER)  # the same numbers, corrected, once more
    assert auditing.verify(world.runtime, world.auditor).faults == ()


def test_numbers_that_were_added_to_a_document_are_given_back(world):
    first = taken_in(world, world.clerk, ImportKind.COPIES, REGISTER)
    second = taken_in(
        world, world.clerk, ImportKind.COPIES, "文号,发文单位,份号,状态\n财字7,FIN,6,在库\n财字7,FIN,7,在库\n"
    )
    with pytest.raises(ImportInUse) as refused:
        importing.undo(world.runtime, world.clerk, first)
    assert refused.value.facts["depends"] == "copy 2, document 1"
    importing.undo(world.runtime, world.clerk, second)
    with world.runtime.database.reading() as session:
        assert session.scalars(sa.select(Document.last_copy_no)).one() == 5
    importing.undo(world.runtime, world.clerk, first)


def test_what_depends_on_an_import_keeps_it_from_being_undone_and_is_named(world):
    units = taken_in(world, world.administrator, ImportKind.UNITS, "代码,名称\nA1,甲\n")
    persons = taken_in(world, world.administrator, ImportKind.PEOPLE, "工号,姓名,单位\nX1,王芳,A1\n")
    with pytest.raises(ImportInUse) as refused:
        importing.undo(world.runtime, world.administrator, units)
    assert refused.value.facts["depends"] == "person 1"
    found = people.get_by_staff_no(world.runtime, "X1")
    people.set_pin(world.runtime, world.administrator, found, "271828")
    with pytest.raises(ImportInUse) as refused:
        importing.undo(world.runtime, world.administrator, persons)
    assert refused.value.facts["depends"] == "person 1"  # it is no longer what was imported
    assert count(world, Unit) == 3


def test_what_is_exported_comes_back_the_same(world):
    import_id = taken_in(world, world.clerk, ImportKind.COPIES, REGISTER)
    seen = []
    for form in ("xlsx", "csv", "xlsx"):
        content = exporting.export(world.runtime, world.clerk, ExportKind.COPIES, form)
        seen.append([row[:-1] for _, row in read(content)[1]])  # the codes are new each time
        importing.undo(world.runtime, world.clerk, import_id)
        world.later(minutes=5)
        import_id = importing.offer(world.runtime, world.clerk, ImportKind.COPIES, content)
        assert problems(world, world.clerk, import_id) == []
        importing.apply(world.runtime, world.clerk, import_id)
    assert len(seen[0]) == 6
    assert "在途中丢失" in seen[0][4]
    assert seen[2] == seen[0]
    assert kinds(world).count("export.taken") == 3


def test_cells_that_look_like_formulas_leave_as_text_and_come_back_as_they_were(world):
    taken_in(world, world.administrator, ImportKind.UNITS, '代码,名称\nA1,"=HYPERLINK(""x"")"\n')
    for form in ("xlsx", "csv"):
        content = exporting.export(world.runtime, world.administrator, ExportKind.UNITS, form)
        if form == "csv":
            assert "'=HYPERLINK" in content.decode("utf-8-sig")
        again = importing.offer(world.runtime, world.administrator, ImportKind.UNITS, content)
        rows = importing.get_import(world.runtime, world.administrator, again).table.rows
        assert '=HYPERLINK("x")' in {row.text("name_zh") for row in rows}


def test_a_template_is_a_table_of_its_kind(world):
    for kind in ImportKind:
        content = importing.template(kind, [("a", "b")])
        who = world.administrator if kind in {ImportKind.UNITS, ImportKind.PEOPLE} else world.clerk
        import_id = importing.offer(world.runtime, who, kind, content)
        table = importing.get_import(world.runtime, who, import_id).table
        assert (len(table.rows), table.head.strange) == (1, ())


def test_who_may_not_do_it_by_hand_may_not_import_or_export_it(world):
    for who, kind in (
        (world.clerk, ImportKind.PEOPLE),
        (world.administrator, ImportKind.COPIES),
        (world.auditor, ImportKind.DOCUMENTS),
        (world.guard, ImportKind.MEETINGS),
    ):
        with pytest.raises(PermissionDenied):
            offered(world, who, kind, "a,b\n1,2\n")
    with pytest.raises(PermissionDenied):
        exporting.export(world.runtime, world.guard, ExportKind.COPIES, "csv")
    assert kinds(world)[-1] == "deed.denied"
    import_id = offered(world, world.clerk, ImportKind.COPIES, REGISTER)
    for who in (world.administrator, world.handler, world.auditor):
        with pytest.raises(UnknownRow):
            importing.apply(world.runtime, who, import_id)


def test_a_handler_takes_away_the_rows_of_the_own_unit_only(world):
    taken_in(world, world.clerk, ImportKind.COPIES, REGISTER + "机字1,REG,别家,秘密,1年,1,1,在库,,,,\n")
    content = exporting.export(world.runtime, world.handler, ExportKind.COPIES, "csv").decode("utf-8-sig")
    assert "财字7" in content
    assert "机字1" not in content


def test_a_register_that_was_taken_over_gives_the_worker_no_pages_to_draw(world):
    taken_in(world, world.clerk, ImportKind.COPIES, REGISTER)
    referencing.order_next(world.runtime)
    assert count(world, Job) == 0


def test_an_offer_that_nobody_takes_in_lapses_after_its_time_on_record(world):
    table = "代码,名称\nHR,人事部\n"
    old = offered(world, world.administrator, ImportKind.UNITS, table)
    applied = taken_in(world, world.administrator, ImportKind.UNITS, "代码,名称\nIT,信息部\n")
    world.later(days=14)
    young = offered(world, world.administrator, ImportKind.UNITS, table)
    assert upkeep.sweep_offers(world.runtime, world.now) == 0
    world.later(seconds=1)
    assert upkeep.run(world.runtime).swept == 1
    assert upkeep.run(world.runtime).swept == 0
    found = {row.id: str(row.state) for row in importing.list_imports(world.runtime, world.administrator)}
    assert found == {old: "LAPSED", applied: "APPLIED", young: "OFFERED"}
    with pytest.raises(ImpossibleImportStep):
        importing.apply(world.runtime, world.administrator, old)
    with world.runtime.database.reading() as session:
        (entry,) = log.read(session, kind="import.lapsed")
    assert (entry.subject, entry.actor) == (f"import:{old}", {"system": True})


def test_the_file_of_an_offer_that_lapses_is_dropped_and_the_same_file_of_another_stays(world):
    table = "代码,名称\nHR,人事部\n"
    who, kind = world.administrator, ImportKind.UNITS
    old = offered(world, who, kind, table)
    undone = taken_in(world, who, kind, "代码,名称\nIT,信息部\n")
    importing.undo(world.runtime, who, undone)
    world.later(days=15)
    young = offered(world, who, kind, table)
    (gone,) = {room_of(world, old)} - {room_of(world, young)}
    assert upkeep.sweep_offers(world.runtime, world.now) == 1
    assert set(world.runtime.store.rooms()) == {room_of(world, undone), room_of(world, young)}
    assert gone not in world.runtime.store.rooms()
    assert len(importing.get_import(world.runtime, who, young).table.rows) == 1
    assert len(importing.get_import(world.runtime, who, undone).table.rows) == 1
    over = importing.get_import(world.runtime, who, old)
    assert (over.table.rows, over.row.size) == ((), 1)
    for ask in (importing.check, importing.apply, lambda *what: importing.returned(*what, str)):
        with pytest.raises(ImpossibleImportStep):
            ask(world.runtime, who, old)
    visitor = create_app(world.runtime.settings, runtime=world.runtime).test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get("/login").text)[1]
    visitor.post("/login", data={"login": "administrator", "password": world.password, "csrf_token": token})
    assert "不再保存" in visitor.get(f"/exchange/imports/{old}").text
    assert "人事部" in visitor.get(f"/exchange/imports/{young}").text


def test_a_sweep_that_dies_between_row_and_file_leaves_no_file_for_good(world, monkeypatch):
    old = offered(world, world.administrator, ImportKind.UNITS, "代码,名称\nHR,人事部\n")
    (room,) = world.runtime.store.rooms()
    world.later(days=15)

    def dies(_store, _room):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(FileStore, "clear", dies)
        with pytest.raises(KeyboardInterrupt):
            upkeep.sweep_offers(world.runtime, world.now)
    assert str(importing.get_import(world.runtime, world.administrator, old).row.state) == "LAPSED"
    assert list(world.runtime.store.rooms()) == [room]
    long_ago = world.now.timestamp() - 2 * 3600
    os.utime(world.runtime.settings.data_dir / "files" / ".rooms" / room, (long_ago, long_ago))
    assert rooms.sweep(world.runtime) == 1
    assert list(world.runtime.store.rooms()) == []


def test_a_table_that_is_refused_when_it_is_recorded_leaves_no_file(world, monkeypatch):
    def refuses(*_what, **_how):
        raise PermissionDenied("got somebody who may not by now")

    monkeypatch.setattr(imports, "offer", refuses)
    with pytest.raises(PermissionDenied):
        offered(world, world.administrator, ImportKind.UNITS, "代码,名称\nHR,人事部\n")
    assert list(world.runtime.store.rooms()) == []


def room_of(world, import_id):
    with world.runtime.database.reading() as session:
        return session.get_one(ImportBatch, import_id).room
