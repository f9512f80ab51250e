"""The invented company on its first day: every state, every desk and every alarm has something to show."""

import hashlib
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from registry.errors import ConflictError
from registry.models import Copy, Document
from registry.rules.gate import Colour
from registry.rules.lifecycle import State
from registry.rules.words import CaseState, DestructionPart
from registry.views.conservation import conservation
from registry.views.copies import CopyFilter
from registry.views.documents import DocumentFilter
from registry.views.gates import EventFilter
from service import demo_accounts
from service.cli import main
from service.demo import company
from service.demo.cast import actor_of
from service.demo.leak import EARLIER, LATEST
from service.demo.seed import seed
from service.flows import (
    circulating,
    copies,
    destroying,
    drilling,
    gate,
    leaving,
    losses,
    recalling,
    registering,
    requesting,
    signing_in,
    stocktaking,
    tracing,
)
from service.flows.handlers import HANDLERS
from service.flows.preflight import preflight
from service.flows.signing_in import LoginRefused, SignedIn
from service.flows.verifying import verify_ledger
from service.jobs import Job, JobState
from service.runtime import Runtime
from service.worker import work_one


def named_copy(runtime: Runtime, case_id: int) -> tuple[str, int, int | None]:
    """Return title, copy number and page that a case names."""
    run = tracing.result(runtime, actor_of(runtime, "auditor"), case_id).run
    assert run is not None
    assert run.copy is not None
    assert run.best is not None
    return run.copy.title, run.copy.copy_no, run.best.page


def test_every_state_of_a_copys_life_is_there(demo):
    with demo.runtime.database.reading() as session:
        found = dict(session.execute(sa.select(Copy.state, sa.func.count()).group_by(Copy.state)).all())
    assert set(found) == {
        State.RESERVED,
        State.IN_STOCK,
        State.IN_TRANSIT,
        State.HELD,
        State.CLAIMED,
        State.OUTSIDE,
        State.SEALED,
        State.UNACCOUNTED,
        State.LOST,
        State.DESTROYED,
        State.VOID,
        State.SPOILED,
    }
    assert sum(found.values()) > 250


def test_every_number_of_every_document_is_accounted_for(demo):
    with demo.runtime.database.reading() as session:
        lines = conservation(session)
        documents = set(session.scalars(sa.select(Document.id)))
    # thirty papers and two more without a title; a compilation; two of the old register
    assert len(documents) == 35
    assert set(lines) == documents
    assert [line for line in lines.values() if not line.holds] == []
    assert sum(line.minted for line in lines.values()) > 250


def test_counts_a_recall_a_circulation_losses_with_their_clocks_and_a_leaver_are_there(demo):
    clerk = actor_of(demo.runtime, "clerk")
    counts = stocktaking.listing(demo.runtime, clerk)
    assert [(str(row.state), row.tally.missing == 0) for row in counts][-1] == ("CLOSED", True)
    assert str(counts[0].state) == "COUNTING"
    assert counts[0].tally.unknown == 1
    (recall,) = recalling.listing(demo.runtime, clerk)
    assert recall.balance.missed > 0
    (circulation,) = circulating.listing(demo.runtime, clerk)
    assert [str(line.turn) for line in circulation.readers] == ["RETURNED", "SKIPPED", "READING", "WAITING"]
    reported = {str(row.copy.state): row.report is not None for row in losses.listing(demo.runtime, clerk)}
    assert reported == {"LOST": True, "UNACCOUNTED": False}
    assert len(leaving.listing(demo.runtime, clerk)) == 1


def test_the_ledger_verifies_and_tells_the_same_states_as_the_tables(demo):
    findings = verify_ledger(demo.runtime)
    with demo.runtime.database.reading() as session:
        tables = {code: str(state) for code, state in session.execute(sa.select(Copy.code, Copy.state))}
    assert findings.faults == ()
    assert findings.tail == 0
    assert dict(findings.states) == tables


def test_one_loan_is_overdue(demo):
    overdue = CopyFilter(overdue_at=demo.runtime.now())
    page = copies.listing(demo.runtime, actor_of(demo.runtime, "clerk"), overdue)
    assert [(row.copy.title, row.holder.zh) for row in page.rows] == [("融资方案比选", "周文博")]


def test_one_destruction_waits_for_its_witness(demo):
    clerk = actor_of(demo.runtime, "clerk")
    waiting = [row for row in destroying.lists(demo.runtime, clerk) if row.state == "SUBMITTED"]
    assert [(row.planned, row.presented) for row in waiting] == [(6, 6)]
    view = destroying.get_list(demo.runtime, clerk, waiting[0].id)
    assert [(seen.part, seen.person.zh) for seen in view.attestations] == [
        (DestructionPart.OPERATOR, "赵文清")
    ]


def test_the_gates_have_let_through_and_stopped(demo):
    guard = actor_of(demo.runtime, "guard")
    colours = {
        colour: gate.list_events(demo.runtime, guard, EventFilter(colour=colour)).total for colour in Colour
    }
    assert colours[Colour.GREEN] > 0
    assert colours[Colour.RED] > 0


def test_an_earlier_leak_is_traced_to_the_copy_it_was_made_from(demo):
    auditor = actor_of(demo.runtime, "auditor")
    states = {row.id: row.state for row in tracing.listing(demo.runtime, auditor).rows}
    assert sorted(states.values()) == [CaseState.NAMED, CaseState.RUNNING]
    traced = next(case_id for case_id, state in states.items() if state is CaseState.NAMED)
    assert named_copy(demo.runtime, traced) == (EARLIER.title, EARLIER.copy_index + 1, EARLIER.page)


def test_the_earlier_finding_was_confirmed_by_the_other_auditor(demo):
    auditor = actor_of(demo.runtime, "auditor")
    (traced,) = [row for row in tracing.listing(demo.runtime, auditor).rows if row.copy]
    run = tracing.result(demo.runtime, auditor, traced.id).run
    assert traced.is_confirmed
    assert (run.review.decided_by.zh, traced.opened_by.zh) == ("何审之", "Margaret Oyelaran")


def test_the_waiting_leak_is_traced_by_its_hidden_marks_once_a_worker_runs(changeable):
    picture = (changeable.settings.data_dir / company.LEAK_FILE).read_bytes()
    auditor = actor_of(changeable, "auditor")
    waiting = [row for row in tracing.listing(changeable, auditor).rows if row.state is CaseState.RUNNING]
    assert [row.pictures[0].sha256 for row in waiting] == [hashlib.sha256(picture).hexdigest()]

    assert work_one(changeable, HANDLERS, "test")

    assert named_copy(changeable, waiting[0].id) == (LATEST.title, LATEST.copy_index + 1, LATEST.page)
    run = tracing.result(changeable, auditor, waiting[0].id).run
    assert [page.qr for page in run.pages] == [()]


def test_only_the_leak_and_the_drill_wait_for_the_first_worker(demo):
    with demo.runtime.database.reading() as session:
        queued = session.scalars(sa.select(Job.kind).where(Job.state != JobState.DONE, Job.failure.is_(None)))
        assert list(queued) == [tracing.JOB_KIND, drilling.JOB_KIND, drilling.JOB_KIND]


def test_a_login_is_written_down_for_each_role_and_each_opens(demo):
    accounts = demo_accounts.read(demo.settings)
    assert [account.login for account in accounts] == [
        "clerk",
        "clerk2",
        "handler",
        "manager",
        "leader",
        "guard",
        "supervisor",
        "holder",
        "auditor",
        "officer",
        "admin",
    ]
    assert len({account.role for account in accounts}) == 10
    for account in accounts:
        assert account.role in actor_of(demo.runtime, account.login).roles


def test_a_password_that_is_written_down_logs_in_and_another_one_does_not(changeable):
    account = demo_accounts.read(changeable.settings)[0]
    opened = signing_in.sign_in(changeable, account.login, account.password, address="192.0.2.7")
    refused = signing_in.sign_in(changeable, account.login, account.password + "x", address="192.0.2.7")
    assert isinstance(opened, SignedIn)
    assert isinstance(refused, LoginRefused)


def test_data_that_exist_are_served_and_not_made_again(demo, changeable):
    before = snapshot(changeable.settings.data_dir)
    done = CliRunner().invoke(main, ["demo", "--only-seed", "--data", str(changeable.settings.data_dir)])
    assert (done.exit_code, done.output) == (0, "")
    assert snapshot(changeable.settings.data_dir) == before


def test_a_company_cannot_be_founded_twice(changeable):
    with pytest.raises(ConflictError):
        seed(changeable, lambda _what: None)


def test_a_folder_that_holds_no_demonstration_is_not_deleted(tmp_path):
    (tmp_path / "letters.txt").write_text("mine")
    done = CliRunner().invoke(main, ["demo", "--reset", "--only-seed", "--data", str(tmp_path)])
    assert done.exit_code == 1
    assert "nothing was deleted" in done.output
    assert (tmp_path / "letters.txt").read_text() == "mine"


def snapshot(folder: Path) -> dict[str, str]:
    """Return the digest of every file in a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_one_paper_has_a_page_that_cannot_be_traced_and_its_approver_has_accepted_that(demo):
    clerk = actor_of(demo.runtime, "clerk")
    paper = next(paper for paper in company.PAPERS if paper.photograph)
    (row,) = registering.list_documents(demo.runtime, clerk, DocumentFilter(search=paper.title)).rows
    found = preflight(registering.get_document(demo.runtime, clerk, row.id), demo.runtime.settings.mark_rules)
    assert [page.number for page in found.short_pages] == [row.pages]
    (asked,) = requesting.list_document_requests(demo.runtime, clerk, row.id)
    (decision,) = requesting.get_request(demo.runtime, clerk, asked.id).decisions
    assert decision.person.id == actor_of(demo.runtime, company.MANAGERS[paper.unit]).person_id
    assert decision.accepted == tuple(f"{name} {row.pages}" for name in ("scan", "phone", "photocopy"))


def test_every_other_paper_reaches_the_demand_of_its_level(demo):
    clerk = actor_of(demo.runtime, "clerk")
    rows = registering.list_documents(demo.runtime, clerk, DocumentFilter()).rows
    views = [registering.get_document(demo.runtime, clerk, row.id) for row in rows]
    short = [
        view.row.title
        for view in views
        if view.cleaned_sha256  # an older register brings no file, of which nothing can be printed
        and preflight(view, demo.runtime.settings.mark_rules).traceability.shortfalls
    ]
    assert short == [paper.title for paper in company.PAPERS if paper.photograph]
