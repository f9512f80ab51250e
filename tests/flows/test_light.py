"""A document is kept light: a code name, content that goes when it is printed, and comes back from the same file."""

import os

import numpy as np
import pytest
import sqlalchemy as sa

from bench import paper
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import LightDocument
from registry.rows import UnknownRow
from registry.rules.codenames import SHOWN_AS, CodeNameTaken, TitleLikeCodeName, TitleNotKept
from registry.rules.light import (
    AnotherFile,
    ContentHere,
    ContentInUse,
    ContentRemoved,
    NoSuchOriginal,
    OnlyLight,
)
from registry.rules.words import BatchState, CaseState, Content, RemovedFor
from registry.views.batches import batch_state
from registry.views.light import find_standing
from service.flows import light, making, printing, referencing, registering, releasing, rooms, tracing, upkeep
from service.flows.handlers import HANDLERS
from service.flows.light import Originals
from service.flows.recognising import Recognised, Same, recognise
from service.flows.registering import MarkedCopyOffered
from service.flows.tracing import Offered
from service.worker import work_one
from tests.fixtures.papers import draw_pdf, with_script
from watermark import render_page
from watermark.errors import NotAPdfError

NAME = "银杏 Ginkgo 417"


def keep_light(world, pdf=None, **changed):
    return world.register(pdf, **({"title": "", "code_name": NAME} | changed))


def standing(world, document_id):
    with world.runtime.database.reading() as session:
        return find_standing(session, document_id, now=world.now)


def order(world, document_id, *, copies=2, of=None):
    """Order a run of an approved request and have it made; return its id."""
    request_id = world.approved(document_id, copies=of or copies)
    return make(world, request_id, copies)


def make(world, request_id, copies):
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None] * copies)
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    return batch_id


def release(world, batch_id):
    return b"".join(releasing.release(world.runtime, world.clerk, batch_id).chunks)


def printed(world, document_id, **wanted):
    """Have copies printed and seen; return the run."""
    batch_id = order(world, document_id, **wanted)
    release(world, batch_id)
    releasing.finish(world.runtime, world.clerk, batch_id, 1)
    return batch_id


def work(world):
    while work_one(world.runtime, HANDLERS, "here:1:test"):
        pass


def remove_due(world):
    ordered = light.order_due(world.runtime)
    work(world)
    return ordered


def entries(world, kind):
    with world.runtime.database.reading() as session:
        return [entry.facts for entry in log.read(session, kind=kind)]


def files(world):
    return [path for path in (world.runtime.settings.data_dir / "files").rglob("*") if path.is_file()]


def test_a_code_name_stands_where_the_title_would_and_says_so(world):
    document_id = keep_light(world)
    view = registering.get_document(world.runtime, world.clerk, document_id)
    assert (view.row.title, view.row.code_name) == (SHOWN_AS + NAME, NAME)
    assert view.light.content is Content.KEPT
    assert view.light.may_print


def test_a_proposed_name_is_free_and_two_documents_never_have_the_same(world):
    name = light.propose_name(world.runtime, world.clerk)
    keep_light(world, code_name=name)
    with pytest.raises(CodeNameTaken):
        keep_light(world, code_name=name, doc_number="8")
    assert len(world.runtime.store.rooms()) == 1


def test_a_title_beside_a_code_name_is_refused_before_the_file_is_opened(world):
    with pytest.raises(TitleNotKept):
        keep_light(world, b"no pdf", title="预算草案")
    assert files(world) == []


def test_no_title_can_be_taken_for_a_code_name(world):
    with pytest.raises(TitleLikeCodeName):
        world.register(title=SHOWN_AS + "银杏")


def test_an_installation_that_keeps_everything_light_takes_no_title(world):
    world.runtime.settings.__dict__["light_only"] = True
    try:
        with pytest.raises(OnlyLight):
            world.register()
        assert keep_light(world)
    finally:
        world.runtime.settings.__dict__["light_only"] = False


def test_all_content_lies_in_one_room_and_nothing_of_it_beside(world):
    document_id = keep_light(world)
    order(world, document_id)
    referencing.make(world.runtime, document_id)
    (room,) = world.runtime.store.rooms()
    assert {path for path in files(world) if f"/.rooms/{room}/" not in str(path)} == set()
    assert len(files(world)) >= 8


def test_content_goes_when_all_that_was_approved_is_on_paper_and_the_ledger_says_what(world):
    document_id = keep_light(world)
    before = registering.get_document(world.runtime, world.clerk, document_id)
    batch_id = order(world, document_id)
    assert remove_due(world) == 0
    release(world, batch_id)
    assert remove_due(world) == 0
    referencing.make(world.runtime, document_id)
    names = [path.name for path in files(world)]
    releasing.finish(world.runtime, world.clerk, batch_id, 1)
    assert remove_due(world) == 1
    assert files(world) == []
    assert len(world.runtime.pages) == 0
    after = standing(world, document_id)
    assert (after.content, after.removed_for) == (Content.REMOVED, RemovedFor.PRINTED)
    assert after.removed_files == len(names)
    (going,) = entries(world, "document.content-going")
    assert going["files"] == sorted(names)
    assert {before.original_sha256, before.cleaned_sha256} <= set(going["files"])
    assert entries(world, "document.content-removed") == [{"files": len(names)}]
    view = registering.get_document(world.runtime, world.clerk, document_id)
    assert (view.original_sha256, view.pictures) == (before.original_sha256, ())
    assert remove_due(world) == 0


def test_what_is_approved_and_not_printed_yet_is_waited_for(world):
    document_id = keep_light(world)
    batch_id = order(world, document_id, copies=1, of=2)
    release(world, batch_id)
    releasing.finish(world.runtime, world.clerk, batch_id, 1)
    assert standing(world, document_id).awaited == 1
    assert remove_due(world) == 0


def test_at_the_set_time_content_goes_whatever_waits_and_the_run_is_shown_as_failed(world):
    document_id = keep_light(world)
    batch_id = order(world, document_id)
    world.later(hours=world.runtime.settings.light_keep_hours, seconds=-1)
    assert remove_due(world) == 0
    world.later(seconds=1)
    assert remove_due(world) == 1
    assert standing(world, document_id).removed_for is RemovedFor.TIME
    with world.runtime.database.reading() as session:
        assert batch_state(session, batch_id) is BatchState.FAILED
    with pytest.raises(ContentRemoved):
        printing.retry(world.runtime, world.clerk, batch_id)


def test_without_content_nothing_can_be_looked_at_measured_or_printed(world):
    document_id = keep_light(world)
    look = registering.look(world.runtime, world.clerk, document_id)
    printed(world, document_id)
    remove_due(world)
    request_id = world.approved(document_id, copies=1, reason="one more")
    for refused in (
        lambda: registering.look(world.runtime, world.clerk, document_id),
        lambda: registering.get_picture(world.runtime, world.clerk, document_id, 1, look.token),
        lambda: registering.assess(world.runtime, world.clerk, document_id),
        lambda: printing.order_batch(world.runtime, world.clerk, request_id, [None]),
    ):
        with pytest.raises(ContentRemoved):
            refused()


def test_the_same_file_brings_the_content_back_for_more_copies_and_it_goes_again(world):
    pdf = draw_pdf(pages=2)
    document_id = keep_light(world, pdf)
    printed(world, document_id)
    remove_due(world)
    request_id = world.approved(document_id, copies=1, reason="one more")
    light.bring_back(world.runtime, world.clerk, document_id, pdf, name="secret title.pdf")
    assert remove_due(world) == 0
    batch_id = make(world, request_id, 1)
    assert release(world, batch_id).startswith(b"%PDF-")
    releasing.finish(world.runtime, world.clerk, batch_id, 1)
    assert remove_due(world) == 1
    assert files(world) == []
    assert len(entries(world, "document.content-returned")) == 1


def test_another_file_is_not_even_opened(world):
    document_id = keep_light(world)
    printed(world, document_id)
    remove_due(world)
    with pytest.raises(AnotherFile):
        light.bring_back(world.runtime, world.clerk, document_id, b"not even a pdf")
    assert files(world) == []
    (denied,) = entries(world, "deed.denied")
    assert (denied["action"], denied["error"]) == ("document.return-content", "another-file")


def test_content_that_is_here_is_not_brought_twice(world):
    pdf = draw_pdf()
    document_id = keep_light(world, pdf)
    with pytest.raises(ContentHere):
        light.bring_back(world.runtime, world.clerk, document_id, pdf)
    assert len(world.runtime.store.rooms()) == 1


def test_a_misprint_is_recorded_without_content_and_its_successor_waits_for_the_file(world):
    pdf = draw_pdf()
    document_id = keep_light(world, pdf)
    batch_id = printed(world, document_id, copies=1, of=1)
    with world.runtime.database.reading() as session:
        code = session.scalar(sa.text("SELECT code FROM copy"))
    remove_due(world)
    spoiling = printing.spoil(world.runtime, world.clerk, [code], "smeared")
    work(world)
    if spoiling.batch_id is None:
        pytest.fail("no successor was ordered")
    with world.runtime.database.reading() as session:
        assert batch_state(session, spoiling.batch_id) is BatchState.FAILED
    light.bring_back(world.runtime, world.clerk, document_id, pdf)
    printing.retry(world.runtime, world.clerk, spoiling.batch_id)
    work(world)
    assert release(world, spoiling.batch_id).startswith(b"%PDF-")
    assert batch_id != spoiling.batch_id


def test_a_person_can_have_content_removed_unless_a_run_needs_it(world):
    document_id = keep_light(world)
    batch_id = order(world, document_id)
    with pytest.raises(ContentInUse):
        light.remove_now(world.runtime, world.clerk, document_id)
    with pytest.raises(PermissionDenied):
        light.remove_now(world.runtime, world.leader, document_id)
    release(world, batch_id)
    releasing.finish(world.runtime, world.clerk, batch_id, 1)
    light.remove_now(world.runtime, world.clerk, document_id)
    with pytest.raises(ContentRemoved):
        registering.look(world.runtime, world.clerk, document_id)
    work(world)
    assert standing(world, document_id).removed_for is RemovedFor.ASKED


def test_a_worker_killed_while_it_removes_is_followed_by_one_that_ends_it(world, monkeypatch):
    document_id = keep_light(world)
    printed(world, document_id)
    light.order_due(world.runtime)
    removed = 0
    unlink = os.unlink

    def die(*args, **kwargs):
        nonlocal removed
        if removed == 3:
            raise KeyboardInterrupt
        removed += 1
        return unlink(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", die)
        with pytest.raises(KeyboardInterrupt):
            light.clear(world.runtime, document_id)
    assert files(world)
    assert standing(world, document_id).content is Content.REMOVING
    light.clear(world.runtime, document_id)
    light.clear(world.runtime, document_id)
    assert files(world) == []
    assert len(entries(world, "document.content-removed")) == 1


def test_a_removal_whose_job_failed_is_ordered_again(world):
    document_id = keep_light(world)
    printed(world, document_id)
    light.order_due(world.runtime)
    with world.runtime.database.transaction() as session:
        session.execute(sa.text("UPDATE job SET state = 'FAILED'"))
    light.order_due(world.runtime)
    work(world)
    assert standing(world, document_id).content is Content.REMOVED


@pytest.mark.parametrize(
    ("pdf", "refusal"), [(b"no pdf", NotAPdfError), (draw_pdf(), CodeNameTaken)], ids=["file", "name"]
)
def test_a_refused_registration_leaves_nothing_in_the_store(world, pdf, refusal):
    keep_light(world)
    before = files(world)
    with pytest.raises(refusal):
        keep_light(world, pdf, doc_number="another")
    assert files(world) == before


def test_a_copy_made_here_is_refused_and_leaves_nothing(world):
    batch_id = order(world, keep_light(world))
    before = files(world)
    copy = release(world, batch_id)
    with pytest.raises(MarkedCopyOffered):
        keep_light(world, copy, doc_number="another", code_name="other")
    assert files(world) == before


def test_what_a_crash_left_between_storing_and_recording_is_swept_away(world):
    lost = world.runtime.store.room("0" * 32)
    lost.put(b"content that nobody recorded")
    document_id = keep_light(world)
    assert rooms.sweep(world.runtime) == 0
    for room in world.runtime.store.rooms():
        old = world.now.timestamp() - 2 * 3600
        os.utime(world.runtime.settings.data_dir / "files" / ".rooms" / room, (old, old))
    assert rooms.sweep(world.runtime) == 1
    registering.look(world.runtime, world.clerk, document_id)
    assert registering.get_document(world.runtime, world.clerk, document_id).light.may_print


def test_the_same_registration_sent_twice_is_one_and_leaves_one_room(world):
    assert keep_light(world) == keep_light(world)
    assert len(world.runtime.store.rooms()) == 1
    with world.runtime.database.reading() as session:
        assert session.query(LightDocument).count() == 1


def test_names_inside_the_file_are_not_kept_in_its_findings(world):

    view = registering.get_document(world.runtime, world.clerk, keep_light(world, with_script(draw_pdf())))
    assert [found["code"] for found in view.findings] == ["javascript-removed"]
    for found in view.findings:
        assert all(not isinstance(fact, str) or fact == "…" for fact in found["facts"].values())


def test_the_upkeep_voids_what_failed_for_want_of_content(world):
    document_id = keep_light(world)
    batch_id = order(world, document_id)
    world.later(hours=world.runtime.settings.light_keep_hours)
    remove_due(world)
    world.later(hours=world.runtime.settings.failed_batch_hours + 1)
    upkeep.run(world.runtime)
    with world.runtime.database.reading() as session:
        assert batch_state(session, batch_id) is BatchState.FAILED


def opened(world):
    """Open a case over a picture in which nothing is read blind, have it worked, and return its id."""
    picture = Offered(paper.png(np.full((320, 240), 255, np.uint8)), "leak.png")
    case_id = tracing.open_case(world.runtime, world.auditor, [picture], note="chat", leak_at=None)
    work(world)
    return case_id


def test_a_case_compares_no_page_without_content_until_the_auditor_brings_the_same_file(world, reader):
    pdf = draw_pdf(pages=2)
    document_id = keep_light(world, pdf)
    printed(world, document_id)
    remove_due(world)
    case_id = opened(world)
    assert reader.asked == []
    assert light.originals_of(world.runtime, case_id) == Originals(missing=1, brought=0)
    with pytest.raises(NoSuchOriginal):
        light.bring_for_case(world.runtime, world.auditor, case_id, draw_pdf(pages=3))

    assert light.bring_for_case(world.runtime, world.auditor, case_id, pdf) == 1
    work(world)
    ((pictures, pages, _),) = reader.asked
    assert (pictures, pages) == (1, 2)
    assert light.originals_of(world.runtime, case_id) == Originals(missing=0, brought=1)
    with pytest.raises(ContentRemoved):
        registering.look(world.runtime, world.clerk, document_id)
    with pytest.raises(PermissionDenied):
        light.remove_now(world.runtime, world.clerk, document_id)

    light.end_case_content(world.runtime, world.auditor, case_id)
    work(world)
    assert standing(world, document_id).content is Content.REMOVED
    assert len(world.runtime.store.rooms()) == 0
    tracing.run_again(world.runtime, world.auditor, case_id)
    work(world)
    assert len(reader.asked) == 1


def test_what_was_brought_for_a_case_goes_at_the_set_time(world, reader):
    pdf = draw_pdf()
    document_id = keep_light(world, pdf)
    printed(world, document_id)
    remove_due(world)
    light.bring_for_case(world.runtime, world.auditor, opened(world), pdf)
    work(world)
    assert remove_due(world) == 0
    world.later(hours=world.runtime.settings.light_keep_hours)
    assert remove_due(world) == 1
    assert standing(world, document_id).removed_for is RemovedFor.TIME


def test_the_dots_of_a_copy_are_read_without_content(world):
    document_id = keep_light(world, draw_pdf(pages=2))
    batch_id = order(world, document_id)
    copies = release(world, batch_id)
    releasing.finish(world.runtime, world.clerk, batch_id, 1)
    remove_due(world)
    picture = Offered(paper.png(np.asarray(render_page(copies, 2, dpi=300))), "scan.png")
    case_id = tracing.open_case(world.runtime, world.auditor, [picture], note="", leak_at=None)
    work(world)
    run = tracing.result(world.runtime, world.auditor, case_id).run
    assert run.state is CaseState.NAMED
    assert (run.copy.copy_no, run.best.page) == (1, 2)
    assert run.compared is None


def test_a_presented_file_is_recognised_by_its_hash_when_the_content_is_gone(world):
    pdf = draw_pdf()
    document_id = keep_light(world, pdf)
    batch_id = order(world, document_id)
    with world.runtime.database.reading() as session:
        code = session.scalar(sa.text("SELECT code FROM copy WHERE copy_no = 2"))
    second = making.copy_file(world.runtime, code)
    release(world, batch_id)
    releasing.finish(world.runtime, world.clerk, batch_id, 1)
    remove_due(world)
    told = [recognise(world.runtime, world.auditor, document_id, one) for one in (pdf, second, draw_pdf(3))]
    assert told == [Recognised(Same.ORIGINAL), Recognised(Same.COPY, 2), Recognised(Same.NONE)]
    with pytest.raises(UnknownRow):
        recognise(world.runtime, world.guard, document_id, pdf)
    with pytest.raises(ContentRemoved):
        making.copy_file(world.runtime, code)
