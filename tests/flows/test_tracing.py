"""A really stamped page is printed, scanned, damaged, and traced: named, claimed, contradicted or honestly nothing."""

from datetime import timedelta
from functools import lru_cache

import cv2
import numpy as np
import pytest
import sqlalchemy as sa

from bench import paper
from registry.acts.tracing import LeakInTheFuture, TraceRunOpen
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import TraceReference
from registry.rules.codes import human_code
from registry.rules.evidence import QrProof, Shown
from registry.rules.tracing import Grade
from registry.rules.words import CaseState, Custodian, HandOverKind
from registry.views.batches import batch_work
from service import jobs
from service.flows import comparing, lending, making, printing, tracing
from service.flows.handlers import HANDLERS
from service.flows.tracing import NoSuchPicture, Offered
from service.sandbox import SandboxExceeded
from service.tokens import ForgedToken
from service.worker import work_one
from tests.fixtures.handed import print_out
from tests.fixtures.papers import draw_pdf
from watermark import UnusableFileError, render_page
from watermark.trace.identification import Shown as ReaderShown


def stamped(world):
    """Have three copies made and released; return their codes and files."""
    request_id = world.approved(world.register(draw_pdf(2)), copies=3)
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None] * 3)
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    print_out(world, batch_id)
    with world.runtime.database.reading() as session:
        work = batch_work(session, batch_id)
    return [(copy.code, making.copy_file(world.runtime, copy.code)) for copy in work.copies]


def printed(pdf, page=2):
    """Return a page as printed, grey, 600 dpi."""
    return render_page(pdf, page, paper.PRINT_DPI, gray=True).copy()


def qr_box(page):
    """Return top, bottom, left, right of the QR code with its quiet zone."""
    from watermark import read_qr

    (found,) = read_qr(paper.png(page[::2, ::2]))
    left, top = (2 * np.array(found.corners).min(axis=0) - 40).astype(int)
    right, bottom = (2 * np.array(found.corners).max(axis=0) + 40).astype(int)
    return slice(max(top, 0), bottom), slice(max(left, 0), right)


def scanned(page, seed=21):
    """Return the page after an ordinary office scanner at 300 dpi."""
    return paper.png(paper.Scan.ordinary(seed).picture(page))


@lru_cache(maxsize=1)
def unmarked():
    return scanned(render_page(draw_pdf(1), 1, paper.PRINT_DPI, gray=True))


def work(world):
    """Have the worker do what is due."""
    while work_one(world.runtime, HANDLERS, "test:1:x"):
        continue


def traced(world, picture, **changed):
    """Open a case over a picture, have it worked, and return what it came to."""
    facts = {"note": "found in a chat", "leak_at": None} | changed
    case_id = tracing.open_case(world.runtime, world.auditor, [Offered(picture, "IMG_1.png")], **facts)
    work(world)
    return tracing.result(world.runtime, world.auditor, case_id)


def test_a_scan_with_its_qr_blacked_out_names_the_copy_and_who_had_it_when(world):
    copies = stamped(world)
    code, pdf = copies[1]
    printed_at = world.now
    given_at = world.later(hours=2)
    hand_over_id = lending.give(
        world.runtime, world.clerk, [human_code(code)], HandOverKind.ISSUE, world.holder.person_id
    )
    lending.confirm_by_pin(world.runtime, world.holder, hand_over_id, world.pin)
    leak_at = world.later(days=3)
    world.later(days=1)
    page = printed(pdf)
    page[qr_box(page)] = 0

    story = traced(world, scanned(page), leak_at=leak_at)

    assert story.case.state is CaseState.NAMED
    best = story.run.best
    assert (best.grade, best.code, best.page) == (Grade.CERTAIN, code, 2)
    assert best.log10_chance < -50
    assert story.run.copy.copy_no == 2
    assert story.run.pages[0].qr == ()
    assert story.run.pages[0].dots.dpi == pytest.approx(300, rel=0.01)
    assert story.at == leak_at
    assert (story.custody.person_id, story.custody.since_at) == (world.holder.person_id, given_at)
    assert [stretch.custodian for stretch in story.chain] == [Custodian.REGISTRY, Custodian.PERSON]
    assert [other.copy.copy_no for other in story.window.others] == [1, 3]
    earlier = tracing.result(world.runtime, world.auditor, story.case.id, given_at - timedelta(minutes=1))
    assert earlier.custody.custodian is Custodian.REGISTRY
    before = tracing.result(world.runtime, world.auditor, story.case.id, printed_at - timedelta(days=1))
    assert before.custody is None


def test_a_qr_alone_is_a_claim(world):
    code, pdf = stamped(world)[0]
    whole = printed(pdf)
    alone = np.full_like(whole, 255)
    alone[qr_box(whole)] = whole[qr_box(whole)]

    story = traced(world, scanned(alone))

    assert story.case.state is CaseState.NAMED
    assert (story.run.best.grade, story.run.best.code, story.run.best.page) == (Grade.CLAIM, code, 2)
    assert story.run.best.log10_chance is None
    assert [seen.proof for seen in story.run.pages[0].qr] == [QrProof.PROVEN]


def test_a_qr_of_another_copy_glued_on_is_a_conflict_and_names_nobody(world):
    (first, pdf), (second, other) = stamped(world)[:2]
    page, donor = printed(pdf), printed(other)
    page[qr_box(page)] = donor[qr_box(donor)]

    story = traced(world, scanned(page))

    assert story.case.state is CaseState.CONFLICT
    assert (story.run.best, story.run.copy, story.custody) == (None, None, None)
    assert {seen.code for seen in story.run.pages[0].qr} == {second}
    assert story.run.pages[0].dots.code == first
    assert set(story.known) == {first, second}


def test_an_unmarked_page_names_nobody(world):
    stamped(world)
    story = traced(world, unmarked())

    assert story.case.state is CaseState.INCONCLUSIVE
    assert [finding.grade for finding in story.run.findings] == [Grade.INSUFFICIENT]
    assert [place.page for place in story.run.pages[0].placed] == [1]
    assert story.run.pages[0].notes
    assert (story.run.best, story.window, story.known) == (None, None, {})


def test_a_forged_qr_is_counted_and_names_nobody(world):
    from watermark import qr_modules

    text = world.runtime.tokens.qr_text("0123456789ABC", 1)
    forged = text[:-1] + ("A" if text[-1] != "A" else "B")
    modules = np.where(qr_modules(forged), 0, 255).astype(np.uint8).repeat(8, 0).repeat(8, 1)
    story = traced(world, paper.png(np.pad(modules, 80, constant_values=255)))

    assert story.case.state is CaseState.INCONCLUSIVE
    assert [seen.proof for seen in story.run.pages[0].qr] == [QrProof.FORGED]
    assert story.run.findings[0].grade is Grade.INSUFFICIENT


def small():
    return paper.png(np.full((300, 300), 255, np.uint8))


def opened(world, picture=None, *, name="a.png", actor=None, leak_at=None):
    """Open a case over a small picture, or another one, and return its id."""
    offered = [Offered(picture or small(), name)]
    return tracing.open_case(world.runtime, actor or world.auditor, offered, note="", leak_at=leak_at)


def test_every_step_of_a_case_is_on_the_record_and_every_run_is_kept(world):
    story = traced(world, small())
    tracing.run_again(world.runtime, world.auditor, story.case.id)
    with pytest.raises(TraceRunOpen):
        tracing.run_again(world.runtime, world.auditor, story.case.id)
    work(world)

    again = tracing.result(world.runtime, world.auditor, story.case.id)
    assert len(again.runs) == 2
    with world.runtime.database.reading() as session:
        kinds = [entry.kind for entry in log.read(session, subject=f"case:{story.case.id}")]
    assert kinds == [
        "case.opened",
        "case.picture-sealed",
        "case.run-ordered",
        "case.run-finished",
        "case.read",
        "case.run-ordered",
        "deed.denied",
        "case.run-finished",
        "case.read",
    ]


def test_the_name_of_the_picture_is_in_the_ledger_only_as_a_commitment(world):
    traced(world, small())
    with world.runtime.database.reading() as session:
        (entry,) = log.read(session, kind="case.picture-sealed")
        hidden = entry.facts["picture_name"]["private"]
        assert log.reveal(session, [hidden]) == {hidden: "IMG_1.png"}
    assert "IMG_1" not in str(entry)


def test_a_run_that_breaks_says_why_and_can_be_repeated(world, monkeypatch):
    def exceed(_runtime, *_arguments):
        raise SandboxExceeded("cpu")

    case_id = opened(world)
    with monkeypatch.context() as broken:
        broken.setattr(type(world.runtime), "parse", exceed)
        work(world)
    story = tracing.result(world.runtime, world.auditor, case_id)
    assert (story.case.state, story.run.error) == (CaseState.FAILED, "file-too-costly")

    tracing.run_again(world.runtime, world.auditor, case_id)
    work(world)
    assert tracing.standing(world.runtime, world.auditor, case_id).state is CaseState.INCONCLUSIVE


def test_a_run_worked_twice_is_closed_once(world):
    case_id = opened(world)
    run = tracing.result(world.runtime, world.auditor, case_id).run
    tracing.make_run(world.runtime, run.id, lambda _done, _steps: None)
    work(world)
    tracing.fail_run(world.runtime, run.id, "worker-died")
    story = tracing.result(world.runtime, world.auditor, case_id)
    assert (len(story.runs), story.case.state) == (1, CaseState.INCONCLUSIVE)


def test_what_is_no_picture_opens_no_case(world):
    with pytest.raises(UnusableFileError):
        opened(world, b"MZ not a picture")
    with pytest.raises(LeakInTheFuture):
        opened(world, leak_at=world.now + timedelta(days=1))
    assert tracing.listing(world.runtime, world.auditor).total == 0
    with world.runtime.database.reading() as session:
        assert session.query(jobs.Job).count() == 0


@pytest.mark.parametrize("part", ["clerk", "administrator", "officer", "handler"])
def test_only_the_auditor_opens_reads_and_repeats_cases(world, part):
    case_id = opened(world)
    actor = world.actors[part]
    with pytest.raises(PermissionDenied):
        opened(world, actor=actor)
    with pytest.raises(PermissionDenied):
        tracing.result(world.runtime, actor, case_id)
    with pytest.raises(PermissionDenied):
        tracing.run_again(world.runtime, actor, case_id)
    with pytest.raises(PermissionDenied):
        tracing.listing(world.runtime, actor)
    with pytest.raises(PermissionDenied):
        tracing.standing(world.runtime, actor, case_id)


def test_the_picture_leaves_only_for_a_recorded_reading_by_the_same_person(world):
    case_id = opened(world)
    look = tracing.result(world.runtime, world.auditor, case_id).look

    shown = tracing.get_picture(world.runtime, world.auditor, case_id, 1, page=1, token=look)
    assert shown[:4] + shown[8:12] == b"RIFFWEBP"
    with pytest.raises(ForgedToken):
        tracing.get_picture(world.runtime, world.clerk, case_id, 1, page=1, token=look)
    with pytest.raises(NoSuchPicture):
        tracing.get_picture(world.runtime, world.auditor, case_id, 1, page=2, token=look)
    with pytest.raises(ForgedToken):
        tracing.get_picture(world.runtime, world.auditor, case_id + 1, 1, page=1, token=look)


def test_a_name_of_a_file_is_kept_without_its_folder_and_without_what_cannot_be_seen(world):
    name = "C:\\leaks\\\u200eIMG\u202e 7.png"
    case_id = opened(world, name=name)
    assert tracing.standing(world.runtime, world.auditor, case_id).name == "IMG 7.png"


@pytest.mark.parametrize("way", ["as it is", "in negative", "mirrored"])
def test_among_more_pages_than_can_be_compared_the_one_that_is_shown_is_found(world, monkeypatch, way):
    code, pdf = stamped(world)[0]
    later = world.approved(
        world.register(draw_pdf(2, words="another matter altogether"), doc_number="财字〔2026〕8号"), copies=1
    )
    batch_id = printing.order_batch(world.runtime, world.clerk, later, [None])
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    print_out(world, batch_id)
    monkeypatch.setattr(comparing, "MOST_PAGES", 3)
    page = printed(pdf)
    page[qr_box(page)] = 255
    # At 100 dpi no dot is read blind, so nothing but the page itself tells which document it is.
    scan = paper.Scan.ordinary(21).picture(page)
    coarse = cv2.resize(scan, None, fx=1 / 3, fy=1 / 3, interpolation=cv2.INTER_AREA)
    coarse = {"as it is": coarse, "in negative": 255 - coarse, "mirrored": coarse[:, ::-1].copy()}[way]

    story = traced(world, paper.png(coarse))

    assert story.run.pages[0].dots is None
    assert story.run.pages[0].qr == ()
    assert story.run.pages[0].placed[0].shown == {"as it is": "as-is", "in negative": "negative"}.get(
        way, way
    )
    assert story.case.state is CaseState.NAMED
    assert story.run.copy.copy_no == 1
    with world.runtime.database.reading() as session:
        assert {row.points_sha256 != "" for row in session.scalars(sa.select(TraceReference))} == {True}
        assert session.scalar(sa.select(sa.func.count(TraceReference.id))) == 2
    assert code == story.run.best.code


def test_the_registry_knows_every_way_in_which_a_picture_shows_paper():
    assert [way.value for way in Shown] == [way.value for way in ReaderShown]
