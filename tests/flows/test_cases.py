"""Cases of several pictures: added up, judged with all carriers, confirmed by a second auditor, taken away."""

import io
import json
import math
import subprocess
import sys
import zipfile
from datetime import timedelta

import numpy as np
import pypdfium2
import pytest

from bench import paper
from registry.acts.tracing import OwnFinding, PictureTwice, TraceRunOpen
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import Person, TraceReference
from registry.rules.codes import human_code
from registry.rules.tracing import CaseFinding, Grade
from registry.rules.words import CaseState, DrillOutcome
from registry.views.leaks import Way
from service.flows import drilling, evidence, making, printing, tracing
from service.flows.evidence import NothingToTake
from service.flows.handlers import HANDLERS
from service.flows.tracing import NoSuchPicture, NoSuchRun, Offered
from service.sandbox import SandboxExceeded
from service.tokens import ForgedToken
from service.worker import work_one
from tests.fixtures.papers import draw_pdf
from watermark import TraceGrade


def blank(shade=255):
    return paper.png(np.full((320, 240), shade, np.uint8))


def work(world):
    """Have the worker do what is due."""
    while work_one(world.runtime, HANDLERS, "test:1:x"):
        continue


def opened(world, *pictures, **changed):
    """Open a case over pictures, have it worked, and return its id."""
    offered = [Offered(picture, f"IMG_{number}.png") for number, picture in enumerate(pictures, 1)]
    facts = {"note": "found in a chat", "leak_at": None} | changed
    case_id = tracing.open_case(world.runtime, world.auditor, offered, **facts)
    work(world)
    return case_id


def told(world, case_id, **window):
    return tracing.result(world.runtime, world.auditor, case_id, **window)


def test_pictures_in_which_nothing_else_is_read_name_the_copy_by_their_registered_marks(world, reader, held):
    story = told(world, opened(world, blank(), blank(250)))

    assert (story.case.state, story.run.best) == (
        CaseState.NAMED,
        CaseFinding(CaseState.NAMED, Grade.CERTAIN, held[1], (2,), -21.5),
    )
    assert [(page.picture, page.picture_page) for page in story.run.pages] == [(1, 1), (2, 1)]
    assert reader.asked == [(2, 2, {"1": sorted(reader.asked[0][2]["1"], key=reader.asked[0][2]["1"].index)})]
    assert len(reader.asked[0][2]["1"]) == 3
    assert story.run.compared.decoys_log10 == (-3.0, -2.5, -2.0, -1.0, 0.5)


def test_the_parameters_are_in_the_ledger_before_the_run_and_what_was_tried_after_it(world, held):
    case_id = tracing.open_case(
        world.runtime, world.auditor, [Offered(blank(), "a.png")], note="", leak_at=None
    )
    with world.runtime.database.reading() as session:
        entries = list(log.read(session, subject=f"case:{case_id}"))
    fixed = entries[-1].facts["parameters"]
    assert entries[-1].kind == "case.run-ordered"
    assert (fixed["certain_log10"], fixed["strong_log10"]) == ("-9.0", "-4.0")
    assert (fixed["documents"], fixed["pages"], fixed["copies"]) == ("1", "2", "3")
    work(world)
    compared = told(world, case_id).run.compared
    assert (compared.pictures, compared.pages, compared.copies) == (1, 2, 3)


def test_registered_pages_are_made_ready_once(world, reader, held):
    opened(world, blank())
    with world.runtime.database.reading() as session:
        (kept,) = session.query(TraceReference).all()
        assert len(kept.pages) == 2
        made_at = kept.made_at
    world.later(days=1)
    opened(world, blank())
    with world.runtime.database.reading() as session:
        assert session.query(TraceReference).one().made_at == made_at


def test_marks_that_point_at_another_copy_than_the_dots_are_a_conflict_and_name_nobody(
    world, reader, held, monkeypatch
):
    reader.candidates = [(held[0], (2,), -30.0)]
    claim = world.runtime.tokens.qr_text(held[1], 2)
    story = told(world, opened(world, qr_picture(claim)))
    assert (story.case.state, story.run.best, story.run.copy, story.window) == (
        CaseState.CONFLICT,
        None,
        None,
        None,
    )


def test_a_qr_on_a_page_of_another_document_is_a_conflict(world, reader, held):
    reader.candidates, reader.document = [], "99"
    story = told(world, opened(world, qr_picture(world.runtime.tokens.qr_text(held[1], 2))))
    assert (story.case.state, story.run.findings[0].grade) == (CaseState.CONFLICT, Grade.CONFLICT)


def qr_picture(text):
    """Return a picture of a QR code."""
    from watermark import qr_modules

    modules = np.where(qr_modules(text), 0, 255).astype(np.uint8).repeat(8, 0).repeat(8, 1)
    return paper.png(np.pad(modules, 80, constant_values=255))


def test_a_copy_that_is_pointed_at_too_weakly_is_not_named(world, reader, held):
    reader.candidates = [(held[1], (2,), -6.0)]
    story = told(world, opened(world, blank()))
    assert (story.case.state, story.run.finding.grade, story.run.copy) == (
        CaseState.INCONCLUSIVE,
        Grade.STRONG,
        None,
    )
    assert story.run.compared.telling(story.run.finding).candidates == ()


def test_a_page_that_was_found_is_laid_flat_and_shown_to_whoever_reads_the_case(world, held):
    case_id = opened(world, blank(), blank(240))
    story = told(world, case_id)
    (place,) = story.run.pages[0].placed
    assert (place.page, place.words_read, place.cells_read) == (2, 812, 1340)
    assert place.outline[0] == (12.0, 16.0)
    assert story.run.pages[1].placed == ()
    flat = tracing.get_overlay(world.runtime, world.auditor, case_id, place.overlay, story.look)
    assert flat[:4] + flat[8:12] == b"RIFFWEBP"
    with pytest.raises(ForgedToken):
        tracing.get_overlay(world.runtime, world.clerk, case_id, place.overlay, story.look)
    with pytest.raises(NoSuchPicture):
        tracing.get_overlay(world.runtime, world.auditor, case_id, "f" * 64, story.look)


def test_a_picture_that_is_added_is_sealed_and_all_are_read_again(world, reader, held, checker):
    case_id = opened(world, blank())
    tracing.add_pictures(world.runtime, checker, case_id, [Offered(blank(240), "b.png")])
    with pytest.raises(TraceRunOpen):
        tracing.add_pictures(world.runtime, checker, case_id, [Offered(blank(230), "c.png")])
    work(world)
    story = told(world, case_id)
    assert [picture.name for picture in story.case.pictures] == ["IMG_1.png", "b.png"]
    assert (len(story.runs), len(story.run.pages)) == (2, 2)
    assert [asked[0] for asked in reader.asked] == [1, 2]
    with pytest.raises(PictureTwice):
        tracing.add_pictures(world.runtime, world.auditor, case_id, [Offered(blank(), "again.png")])


def test_the_page_that_waits_is_told_which_picture_is_read(world, held):
    case_id = tracing.open_case(
        world.runtime, world.auditor, [Offered(blank(), "a.png")], note="", leak_at=None
    )
    waiting = tracing.progress(world.runtime, world.auditor, case_id)
    assert (waiting.done, waiting.steps) == (None, 3)
    seen = []
    run_id = told(world, case_id).run.id
    tracing.make_run(world.runtime, run_id, lambda done, steps: seen.append((done, steps)))
    assert seen == [(0, 3), (1, 3), (2, 3)]


def test_the_window_of_a_leak_tells_holders_doubts_other_copies_and_who_knew(world, held):
    case_id = opened(world, blank(), leak_at=world.now - timedelta(days=1))
    window = told(world, case_id).window

    assert [stretch.person_id for stretch in window.stretches] == [None, world.holder.person_id]
    (doubt,) = window.doubts
    assert (doubt.kind, doubt.until_at - doubt.since_at) == ("copy.offered", timedelta(hours=1))
    assert [other.copy.copy_no for other in window.others] == [1, 3]
    ways = {one.person.id: one.ways for one in window.knew}
    assert ways[world.holder.person_id] == (Way.HELD,)
    assert Way.PRINTED in ways[world.clerk.person_id]
    assert ways[world.handler.person_id] == (Way.ASKED,)
    assert ways[world.leader.person_id] == (Way.DECIDED,)

    later = told(world, case_id, since=world.now - timedelta(days=2)).window
    assert [stretch.person_id for stretch in later.stretches] == [world.holder.person_id]
    assert later.doubts == ()


def text_of(pdf):
    """Return the text of a PDF without its line breaks."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [document[number].get_textpage().get_text_range() for number in range(len(document))]
    return "".join("".join(pages).split())


def test_no_holder_is_named_in_what_leaves_until_a_second_auditor_has_confirmed(world, held, checker):
    case_id = opened(world, blank())
    run_id = told(world, case_id).run.id
    with world.runtime.database.reading() as session:
        holder = session.get_one(Person, world.holder.person_id)
        names = (holder.name_zh, holder.name_en, holder.staff_no)

    before = text_of(evidence.report(world.runtime, world.auditor, case_id))
    assert "人员Aperson" in before
    assert not any("".join(name.split()) in before for name in names[1:])
    assert "identified,nottheperson" in before

    with pytest.raises(OwnFinding):
        tracing.review(world.runtime, world.auditor, case_id, run_id, agreed=True, reason="")
    assert told(world, case_id).may_confirm is False
    assert tracing.result(world.runtime, checker, case_id).may_confirm is True
    tracing.review(world.runtime, checker, case_id, run_id, agreed=True, reason="")

    after = text_of(evidence.report(world.runtime, world.auditor, case_id))
    assert "".join(names[1].split()) in after
    assert told(world, case_id).case.is_confirmed
    with world.runtime.database.reading() as session:
        taken = [entry.facts for entry in log.read(session, kind="case.taken")]
    assert [(facts["what"], facts["named"]) for facts in taken] == [("report", False), ("report", True)]
    assert all(len(facts["file"]) == 64 for facts in taken)


def test_a_refused_finding_stays_without_names(world, held, checker):
    case_id = opened(world, blank())
    run_id = told(world, case_id).run.id
    tracing.review(world.runtime, checker, case_id, run_id, agreed=False, reason="the page is a copy")
    assert not told(world, case_id).case.is_confirmed
    assert "人员Aperson" in text_of(evidence.report(world.runtime, world.auditor, case_id))


def test_a_run_of_another_case_cannot_be_confirmed_under_this_one(world, held, checker):
    first, second = opened(world, blank()), opened(world, blank())
    with pytest.raises(NoSuchRun):
        tracing.review(world.runtime, checker, first, told(world, second).run.id, agreed=True, reason="")


def test_the_archive_holds_the_sealed_pictures_and_is_checked_without_us(world, held, tmp_path):
    first, second = blank(), blank(240)
    case_id = opened(world, first, second)
    packed = b"".join(evidence.archive(world.runtime, world.auditor, case_id))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(tmp_path)
        names = set(archive.namelist())
    assert names == {
        "report.pdf",
        "pictures/01.png",
        "pictures/02.png",
        "pages/01.webp",
        "case.json",
        "ledger.jsonl",
        "verifier.py",
        "README.txt",
        "SHA256SUMS",
    }
    assert (tmp_path / "pictures/01.png").read_bytes() == first
    summed = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True, check=False)
    assert summed.returncode == 0
    head = (tmp_path / "README.txt").read_text(encoding="utf-8").split('--head "')[1].split('"')[0]
    verified = subprocess.run(
        [sys.executable, "-I", "verifier.py", "ledger.jsonl", "--head", head],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert verified.returncode == 0, verified.stdout
    said = json.loads((tmp_path / "case.json").read_text(encoding="utf-8"))
    assert (said["run"]["finding"]["code"], said["run"]["confirmed"]) == (held[1], False)
    assert all("person_id" not in stretch for stretch in said["custody"])
    assert [entry["kind"] for entry in said["ledger_entries"]][:3] == [
        "case.opened",
        "case.picture-sealed",
        "case.picture-sealed",
    ]
    assert [entry["kind"] for entry in said["ledger_entries"]][-1] == "case.taken"


def test_nothing_is_taken_of_a_case_without_a_result(world, reader):
    case_id = tracing.open_case(
        world.runtime, world.auditor, [Offered(blank(), "a.png")], note="", leak_at=None
    )
    with pytest.raises(NothingToTake):
        evidence.report(world.runtime, world.auditor, case_id)
    with pytest.raises(PermissionDenied):
        evidence.archive(world.runtime, world.clerk, case_id)


def test_a_case_that_names_nobody_has_a_report_that_says_so(world, reader):
    case_id = opened(world, blank())
    said = text_of(evidence.report(world.runtime, world.auditor, case_id))
    assert "inconclusive,nocopyisnamed" in said


def test_a_drill_counts_what_is_named_rightly_wrongly_and_not_at_all(world, reader, held):
    pictures = [Offered(blank(shade), f"{shade}.png") for shade in (255, 250)] + [Offered(b"MZ", "x.png")]
    drill_id = drilling.open_drill(world.runtime, world.auditor, human_code(held[1]), "copier", pictures)
    other = drilling.open_drill(
        world.runtime, world.auditor, human_code(held[0]), "copier", [Offered(blank(), "y.png")]
    )
    work(world)

    shots = drilling.get(world.runtime, world.auditor, drill_id).shots
    assert [shot.outcome for shot in shots] == [
        DrillOutcome.NAMED,
        DrillOutcome.NAMED,
        DrillOutcome.UNREADABLE,
    ]
    assert [shot.outcome for shot in drilling.get(world.runtime, world.auditor, other).shots] == [
        DrillOutcome.WRONG
    ]
    (curve,), _ = drilling.listing(world.runtime, world.auditor)
    assert (curve.tally.trials, curve.tally.named, curve.tally.wrong, curve.tally.unreadable) == (4, 2, 1, 1)
    assert curve.named == (pytest.approx(0.0676, abs=1e-4), 0.5, pytest.approx(0.9324, abs=1e-4))
    with world.runtime.database.reading() as session:
        kinds = [entry.kind for entry in log.read(session, subject=f"drill:{drill_id}")]
    assert kinds == ["drill.opened", "drill.finished"]

    case_id = opened(world, blank(200))
    said = text_of(evidence.report(world.runtime, world.auditor, case_id))
    assert "Thisorganisation'sownleakdrills" in said
    assert "50%(7%–93%)" in said


def test_a_drill_that_a_worker_left_half_read_is_finished_by_the_next(world, reader, held):
    pictures = [Offered(blank(shade), f"{shade}.png") for shade in (255, 250)]
    drill_id = drilling.open_drill(world.runtime, world.auditor, human_code(held[1]), "copier", pictures)

    def die(done, _total):
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drilling.make_drill(world.runtime, drill_id, die)
    assert drilling.get(world.runtime, world.auditor, drill_id).done == 1
    work(world)
    assert drilling.get(world.runtime, world.auditor, drill_id).done == 2
    assert len(reader.asked) == 2


def test_only_an_auditor_drills(world, held):
    with pytest.raises(PermissionDenied):
        drilling.open_drill(world.runtime, world.clerk, human_code(held[0]), "copier", [])
    with pytest.raises(PermissionDenied):
        drilling.listing(world.runtime, world.clerk)


def test_pages_of_the_document_that_a_mark_claims_are_compared_first_and_alone_if_they_suffice(
    world, reader, held
):
    other = world.register(draw_pdf(1), doc_number="财字〔2026〕8号")
    print_one(world, other)
    reader.document = "1"
    opened(world, qr_picture(world.runtime.tokens.qr_text(held[1], 2)))
    assert [asked[1] for asked in reader.asked] == [2]

    reader.asked.clear()
    reader.placed = []
    story = told(world, opened(world, qr_picture(world.runtime.tokens.qr_text(held[1], 2))))
    assert [asked[1] for asked in reader.asked] == [2, 3]
    assert story.run.best.log10_chance == pytest.approx(-21.5 + math.log10(2), abs=0.01)


def print_one(world, document_id):
    """Have one copy of a document made."""
    request_id = world.approved(document_id, copies=1)
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None])
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)


def test_a_comparison_that_costs_too_much_leaves_what_was_read(world, reader, held, monkeypatch):
    def exceed(*_arguments):
        raise SandboxExceeded("memory")

    monkeypatch.setattr(reader, "compare", exceed)
    story = told(world, opened(world, qr_picture(world.runtime.tokens.qr_text(held[1], 2))))
    assert (story.run.best.grade, story.run.best.code, story.run.compared) == (Grade.CLAIM, held[1], None)


def test_every_page_that_the_reader_laid_on_a_picture_is_told_wherever_it_lies(world, reader, held):
    reader.candidates, reader.placed = [(held[1], (1, 2), -21.5)], [(0, 1), (0, 2)]
    story = told(world, opened(world, blank()))
    assert [place.page for place in story.run.pages[0].placed] == [1, 2]
    assert story.run.best.pages == (1, 2)


def test_words_and_dots_that_name_different_copies_are_a_conflict(world, reader, held):
    reader.grade = TraceGrade.CONFLICT
    story = told(world, opened(world, blank()))
    assert (story.case.state, story.run.copy) == (CaseState.CONFLICT, None)
    assert story.run.compared.is_contradicted
