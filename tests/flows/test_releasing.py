"""A run leaves as a file or to a printer, goes on after a jam, and every sheet is accounted for."""

import hashlib
import io
from dataclasses import replace

import pikepdf
import pytest
import sqlalchemy as sa
import zxingcpp
from PIL import Image

import watermark
from registry.acts import attempts
from registry.acts.attempts import SheetOutOfRange, SheetsUnwitnessed
from registry.consent import LessTraceableThanAgreed
from registry.errors import ConflictError
from registry.ledger import log
from registry.models import Copy, PrintBatch
from registry.rows import UnknownRow, move
from registry.rules.attempts import AttemptState
from registry.rules.batches import AlreadyReleased
from registry.rules.lifecycle import State
from registry.rules.sheets import Arrangement, Layout
from registry.rules.words import BatchState, Custodian, HandOverKind, MovementKind
from registry.views.attempts import AttemptOpen, MadeByOlderRelease, NothingLeftToPrint
from registry.views.batches import batch_state, batch_work, get_batch
from registry.views.conservation import conservation
from service.config import Printer
from service.flows import (
    equipment,
    lending,
    making,
    printing,
    registering,
    releasing,
    stacks,
    verifying,
)
from service.flows.making import CopyNotMade
from service.flows.proving import PinRefused
from service.flows.registering import MarkedCopyOffered
from service.flows.releasing import Witness
from service.flows.stacks import Task
from service.printers import JobPlace, PrintProgramMissing, UnknownPrinter
from service.store import FileDamaged
from tests.fixtures.papers import draw_pdf

QR_ONLY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
"""Text and dots on a page can look like a bar code of another kind."""

ROOM = Printer(name="机要室 Registry", destination="registry-1", dots="3/8")
SAFE = Printer(name="safe", destination="ipps://print.example/printers/floor-3")
COARSE = Printer(name="coarse", destination="coarse-1", dots="4/10")
FAR = Printer(name="far", destination="ipp://print.example:631/printers/floor-2")


@pytest.fixture
def world(world):
    """The office with four printers."""
    settings = world.runtime.settings.model_copy(
        update={"printers": (ROOM, FAR, SAFE, COARSE), "printer_timeout_s": 2}
    )
    world.runtime = replace(world.runtime, settings=settings)
    return world


def made(world, *, copies=3, pages=3, recipients=None):
    """Return the id of a print run that is ready to leave."""
    request_id = world.approved(world.register(draw_pdf(pages)), copies=copies)
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, recipients or [None] * copies)
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    return batch_id


def released(world, layout=None, **wanted):
    """Return the id of a print run that has left as a file, and the file."""
    batch_id = made(world, **wanted)
    return batch_id, b"".join(releasing.release(world.runtime, world.clerk, batch_id, layout).chunks)


def stop(world, batch_id, last_good, spoiled=1, number=1):
    releasing.stop(
        world.runtime,
        world.clerk,
        batch_id,
        number,
        last_good=str(last_good),
        spoiled=spoiled,
        reason="paper jam",
    )


def latest(world, batch_id):
    return releasing.attempts_of(world.runtime, world.clerk, batch_id)[0]


def codes(world, batch_id):
    with world.runtime.database.reading() as session:
        return [copy.code for copy in batch_work(session, batch_id).copies]


def seen(world, pdf):
    """Return for each page of a print file the copy and page that its mark names; None without a mark."""
    found = []
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        pages = len(opened.pages)
    for page in range(1, pages + 1):
        marks = zxingcpp.read_barcodes(watermark.render_page(pdf, page, dpi=110), formats=QR_ONLY)
        proven = [world.runtime.tokens.verify_qr(mark.text) for mark in marks]
        found.append((proven[0].code, proven[0].page) if proven else None)
    return found


def test_the_ledger_holds_the_hash_of_exactly_what_left(world):
    _, file = released(world)
    with world.runtime.database.reading() as session:
        (entry,) = log.read(session, kind="batch.released")
    assert entry.facts["output"] == hashlib.sha256(file).hexdigest()


def test_a_copy_is_kept_as_what_is_its_own_and_comes_back_whole(world):
    batch_id = made(world, copies=2, pages=6)
    (code, _) = codes(world, batch_id)
    whole = making.copy_file(world.runtime, code)
    with world.runtime.database.reading() as session:
        copy = session.scalars(sa.select(Copy).where(Copy.code == code)).one()
        assert hashlib.sha256(whole).hexdigest() == copy.stamped_sha256
        assert not world.runtime.store.has(copy.stamped_sha256)
        assert len(world.runtime.store.get(copy.delta_sha256)) < len(whole) / 2
    assert seen(world, whole) == [(code, page) for page in range(1, 7)]


def test_a_marked_copy_is_not_registered_as_a_document(world):
    whole = making.copy_file(world.runtime, codes(world, made(world))[0])
    with pytest.raises(MarkedCopyOffered) as refused:
        world.register(whole, doc_number="another")
    assert refused.value.code == "marked-copy-offered"
    with world.runtime.database.reading() as session:
        (entry,) = log.read(session, kind="deed.denied")
    assert entry.facts["error"] == "marked-copy-offered"


def test_a_scan_of_a_marked_copy_whose_code_was_cut_away_is_no_document_either(world):
    code = codes(world, made(world, pages=1))[0]
    page = watermark.render_page(making.copy_file(world.runtime, code), 1, 300, gray=True).copy()
    (mark,) = zxingcpp.read_barcodes(page, formats=QR_ONLY)
    corners = (mark.position.top_left, mark.position.bottom_right)
    (left, top), (right, bottom) = ((corner.x, corner.y) for corner in corners)
    page[top - 40 : bottom + 40, left - 40 : right + 40] = 255
    target = io.BytesIO()
    Image.fromarray(page).save(target, "PDF", resolution=300, quality=90)
    with pytest.raises(MarkedCopyOffered) as refused:
        world.register(target.getvalue(), doc_number="another")
    assert refused.value.copy == code
    with world.runtime.database.reading() as session:
        (entry,) = log.read(session, kind="deed.denied")
    assert entry.facts["error"] == "marked-copy-offered"


def test_after_a_jam_the_rest_comes_from_the_sheet_after_the_last_good_one(world):
    batch_id, whole = released(world)
    one, two, three = codes(world, batch_id)
    assert seen(world, whole)[3::4] == [None] * 3  # the blank backs
    stop(world, batch_id, last_good=3)
    rest = b"".join(releasing.resume(world.runtime, world.clerk, batch_id).chunks)

    assert seen(world, rest) == [(two, 3), None, (three, 1), (three, 2), (three, 3), None]
    first, second = reversed(releasing.attempts_of(world.runtime, world.clerk, batch_id))
    assert (first.state, second.state) == (AttemptState.SPOILED, AttemptState.SENT)
    assert (second.first_sheet, second.last_sheet) == (4, 6)
    (waste,) = releasing.waste(world.runtime, world.clerk)
    assert (waste.code, waste.pages, waste.sheet) == (two, "3", 4)
    assert one not in {each.code for each in second.stretches}
    assert verifying.verify_ledger(world.runtime).exit_code == 0


def test_the_last_good_sheet_is_told_by_scanning_it(world):
    batch_id, _ = released(world)
    second = codes(world, batch_id)[1]
    stop(world, batch_id, world.runtime.tokens.qr_text(second, 2))
    assert latest(world, batch_id).last_good_sheet == 3


def test_a_scan_from_another_run_is_no_sheet_of_this_one(world):
    batch_id, _ = released(world, copies=1)
    request_id = world.approved(world.register(draw_pdf(1), doc_number="财字〔2026〕8号"), copies=1)
    other = printing.order_batch(world.runtime, world.clerk, request_id, [None])
    making.make_batch(world.runtime, other, lambda _done, _total: None)
    with pytest.raises(SheetOutOfRange):
        stop(world, batch_id, world.runtime.tokens.qr_text(codes(world, other)[0], 1))


def test_face_sheets_stand_before_each_copy_and_bear_no_title(world):
    batch_id = made(world, copies=2, pages=2, recipients=[world.holder.person_id, None])
    layout = Layout(duplex=False, faces=True)
    file = b"".join(releasing.release(world.runtime, world.clerk, batch_id, layout).chunks)
    first, second = codes(world, batch_id)

    assert seen(world, file) == [None, (first, 1), (first, 2), None, (second, 1), (second, 2)]
    title = world.facts().title.encode("utf-16-be")
    with pikepdf.open(io.BytesIO(file)) as pdf:
        face = pdf.pages[0].Contents.read_bytes()
        assert len(pdf.pages) == 6
        assert face
        assert title not in face


def test_copies_of_one_recipient_leave_together(world):
    holder = world.holder.person_id
    batch_id = made(world, copies=3, pages=1, recipients=[holder, None, holder])
    layout = Layout(duplex=False, arrangement=Arrangement.BY_RECIPIENT)
    file = b"".join(releasing.release(world.runtime, world.clerk, batch_id, layout).chunks)
    one, two, three = codes(world, batch_id)
    assert [page[0] for page in seen(world, file)] == [one, three, two]


def test_a_download_that_breaks_off_leaves_an_unknown_that_nothing_repeats(world):
    batch_id = made(world)
    download = releasing.release(world.runtime, world.clerk, batch_id)
    next(download.chunks)
    download.chunks.close()

    assert latest(world, batch_id).state is AttemptState.UNKNOWN
    with pytest.raises(AlreadyReleased):
        releasing.release(world.runtime, world.clerk, batch_id)
    with pytest.raises(AttemptOpen):
        releasing.resume(world.runtime, world.clerk, batch_id)
    assert releasing.to_resume(world.runtime, world.clerk, batch_id) is None


def test_a_stored_part_that_is_lost_while_the_file_leaves_is_a_recorded_doubt(world):
    batch_id = made(world)
    download = releasing.release(world.runtime, world.clerk, batch_id)
    next(download.chunks)
    with world.runtime.database.reading() as session:
        delta = batch_work(session, batch_id).copies[2].delta_sha256
    (world.runtime.settings.data_dir / "files" / delta[:2] / delta[2:4] / delta).unlink()
    with pytest.raises(Exception, match="no such file"):
        list(download.chunks)
    found = latest(world, batch_id)
    assert (found.state, found.failure) == (AttemptState.UNKNOWN, "file-missing")


def test_an_unknown_is_ended_by_who_has_looked(world):
    batch_id = made(world)
    releasing.release(world.runtime, world.clerk, batch_id).chunks.close()
    releasing.finish(world.runtime, world.clerk, batch_id, 1)
    found = latest(world, batch_id)
    assert (found.state, found.ended_by.id) == (AttemptState.PRINTED, world.clerk.person_id)
    with pytest.raises(NothingLeftToPrint):
        releasing.resume(world.runtime, world.clerk, batch_id)


def test_only_paper_that_somebody_has_seen_printed_is_handed_over(world):
    def give(number):
        scans = [world.runtime.tokens.qr_text(codes(world, batch_id)[number - 1], 1)]
        stack = stacks.lay_out(world.runtime, world.clerk, Task.GIVE, scans, every_page=False)
        try:
            lending.give(world.runtime, world.clerk, scans, HandOverKind.ISSUE, world.holder.person_id)
        except ConflictError as refused:
            assert not stack.fits
            return refused.code
        assert stack.fits
        return "given"

    batch_id = made(world)
    assert give(1) == "copy-not-printed"  # in stock, since its number is; no sheet has left
    download = releasing.release(world.runtime, world.clerk, batch_id)
    assert give(1) == "print-unsettled"  # unknown
    list(download.chunks)
    assert give(1) == "print-unsettled"  # sent
    stop(world, batch_id, last_good=3)  # copies have two sheets each
    assert [give(1), give(2), give(3)] == ["given", "copy-not-printed", "copy-not-printed"]
    list(releasing.resume(world.runtime, world.clerk, batch_id).chunks)
    assert give(2) == "print-unsettled"
    stop(world, batch_id, last_good=4, number=2)
    assert [give(2), give(3)] == ["given", "copy-not-printed"]
    list(releasing.resume(world.runtime, world.clerk, batch_id).chunks)
    releasing.finish(world.runtime, world.clerk, batch_id, 3)
    assert give(3) == "given"


def test_what_a_holder_has_had_was_printed_whatever_is_said_of_the_printer(world):
    batch_id, _ = released(world, copies=1)
    with world.runtime.database.transaction() as session:
        copy = session.scalars(sa.select(Copy)).one()
        for custodian, person in ((Custodian.PERSON, world.holder.person_id), (Custodian.REGISTRY, None)):
            kind = MovementKind.ISSUE if person else MovementKind.RETURN
            move(session, copy, kind, custodian, person_id=person, actor=world.clerk, now=world.now)
    assert latest(world, batch_id).state is AttemptState.SENT
    scans = [world.runtime.tokens.qr_text(codes(world, batch_id)[0], 1)]
    assert lending.give(world.runtime, world.clerk, scans, HandOverKind.ISSUE, world.holder.person_id)


def test_nothing_is_left_when_the_rest_was_spoiled_as_a_whole(world):
    batch_id, _ = released(world, copies=1, pages=3)
    stop(world, batch_id, last_good=1)
    printing.spoil(world.runtime, world.clerk, codes(world, batch_id), "creased")
    with pytest.raises(NothingLeftToPrint):
        releasing.resume(world.runtime, world.clerk, batch_id)


def test_a_printer_gets_the_file_only_after_the_release_is_on_the_record(world, fake_printer, monkeypatch):
    batch_id = made(world)
    before = []
    hand_over = releasing.printers.hand_over

    def spy(*args, **named):
        with world.runtime.database.reading() as session:
            before.append(len(list(log.read(session, kind="batch.released"))))
        return hand_over(*args, **named)

    monkeypatch.setattr(releasing.printers, "hand_over", spy)
    attempt = releasing.release_to_printer(world.runtime, world.clerk, batch_id, ROOM.name)

    assert before == [1]
    assert (attempt.state, attempt.job, attempt.printer, attempt.dots) == (
        AttemptState.SENT,
        "registry-1-1",
        ROOM.name,
        "3/8",
    )
    (printed,) = fake_printer.jobs
    assert hashlib.sha256(printed).hexdigest() == attempt.output_sha256
    words = fake_printer.words(1)
    assert words[:4] == ["-d", "registry-1", "-t", f"Foliotrace {batch_id}-1"]
    assert {"sides=two-sided-long-edge", "print-scaling=none"} <= set(words)


def test_a_queue_of_another_machine_is_named_by_host_and_queue(world, fake_printer):
    batch_id = made(world, copies=1, pages=1)
    layout = Layout(duplex=False)
    releasing.release_to_printer(world.runtime, world.clerk, batch_id, FAR.name, layout)
    assert fake_printer.words(1)[:4] == ["-h", "print.example:631", "-d", "floor-2"]
    assert "sides=one-sided" in fake_printer.words(1)


def test_a_queue_that_is_named_as_encrypted_is_never_spoken_to_in_the_clear(world, fake_printer):
    batch_id = made(world, copies=1, pages=1)
    releasing.release_to_printer(world.runtime, world.clerk, batch_id, SAFE.name)
    assert fake_printer.words(1)[:5] == ["-E", "-h", "print.example", "-d", "floor-3"]


@pytest.mark.parametrize(
    ("mode", "failure"),
    [
        ("refuse", "printer-refused"),
        ("silent", "printer-unclear"),
        ("slow", "printer-unclear"),
        ("deaf", "printer-refused"),
        ("hung", "printer-unclear"),
        ("crash", "printer-unclear"),
    ],
)
def test_a_printer_that_does_not_say_yes_leaves_an_unknown(world, fake_printer, mode, failure):
    batch_id = made(world, copies=1, pages=12)  # more than a pipe holds
    fake_printer.behave(mode)
    attempt = releasing.release_to_printer(world.runtime, world.clerk, batch_id, ROOM.name)

    assert (attempt.state, attempt.failure, attempt.job) == (AttemptState.UNKNOWN, failure, None)
    with pytest.raises(AttemptOpen):
        releasing.resume_on_printer(world.runtime, world.clerk, batch_id, ROOM.name)
    fake_printer.behave("print")
    stop(world, batch_id, last_good=0, spoiled=0)
    again = releasing.resume_on_printer(world.runtime, world.clerk, batch_id, ROOM.name)
    assert (again.number, again.state) == (2, AttemptState.SENT)


def test_an_attempt_that_was_never_made_is_unknown_to_every_door(world):
    batch_id, _ = released(world, copies=1, pages=1)
    with pytest.raises(UnknownRow):
        releasing.finish(world.runtime, world.clerk, batch_id, 7)
    with pytest.raises(UnknownRow):
        stop(world, batch_id, last_good=0, number=7)
    with pytest.raises(UnknownRow):
        releasing.where_is(world.runtime, world.clerk, batch_id, 7)


def dots_of(world, batch_id):
    with world.runtime.database.reading() as session:
        work = batch_work(session, batch_id)
        base = watermark.Base.from_bytes(world.runtime.store.get(work.base_sha256))
        return base.plan.dots, get_batch(session, batch_id, world.clerk).dots


def made_for(world, printer, *, document_id=None, copies=1):
    request_id = world.approved(document_id or world.register(draw_pdf(2)), copies=copies)
    recipients = [None] * copies
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, recipients, printer=printer)
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    return batch_id


def test_copies_get_the_dots_of_the_printer_that_was_named_for_them(world, fake_printer):
    batch_id = made_for(world, COARSE.name)
    assert dots_of(world, batch_id) == (watermark.DotStyle(4, 10), "4/10")
    assert dots_of(world, made_for(world, None, document_id=1)) == (watermark.DotStyle(3, 8), "3/8")

    with world.runtime.database.reading() as session:
        row = get_batch(session, batch_id, world.clerk)
    assert releasing.printers_for(world.runtime, row) == (
        (ROOM.name, True),
        (FAR.name, True),
        (SAFE.name, True),
        (COARSE.name, False),
    )
    attempt = releasing.release_to_printer(world.runtime, world.clerk, batch_id, COARSE.name)
    assert (attempt.dots, attempt.copies_dots, attempt.dots_differ) == ("4/10", "4/10", False)
    with world.runtime.database.reading() as session:
        (ordered, *_) = log.read(session, kind="batch.ordered")
    assert ordered.facts["printer"] == COARSE.name


def test_a_printer_that_prints_other_dots_is_warned_about_and_not_refused(world, fake_printer):
    for printer, differs in ((COARSE, True), (ROOM, False), (FAR, False)):
        batch_id = made_for(world, None, document_id=None if printer is COARSE else 1)
        attempt = releasing.release_to_printer(world.runtime, world.clerk, batch_id, printer.name)
        assert (attempt.state, attempt.dots_differ) == (AttemptState.SENT, differs)


def test_what_replaces_a_misprint_is_made_for_the_same_printer(world, fake_printer):
    batch_id = made_for(world, COARSE.name)
    releasing.release_to_printer(world.runtime, world.clerk, batch_id, COARSE.name)
    again = printing.spoil(world.runtime, world.clerk, codes(world, batch_id), "creased").batch_id
    making.make_batch(world.runtime, again, lambda _done, _total: None)
    assert dots_of(world, again) == (watermark.DotStyle(4, 10), "4/10")


def test_a_printer_of_another_name_is_refused_before_a_number_is_used(world):
    with pytest.raises(UnknownPrinter):
        made_for(world, "no such printer")
    assert releasing.unsettled(world.runtime, world.clerk) == ()
    with world.runtime.database.reading() as session:
        assert session.scalars(sa.select(Copy)).all() == []
        assert [entry.facts["error"] for entry in log.read(session, kind="deed.denied")] == [
            "unknown-printer"
        ]


def test_dots_that_trace_less_than_was_agreed_are_refused_before_a_number_is_used(world, monkeypatch):
    document_id = world.register(draw_pdf(2))
    measured = registering.measure

    def poor(*args, **named):
        proof = measured(*args, **named)
        return proof | {
            "pages": [page | {"decades": dict.fromkeys(page["decades"], 1)} for page in proof["pages"]]
        }

    monkeypatch.setattr(registering, "measure", poor)
    with pytest.raises(LessTraceableThanAgreed):
        made_for(world, COARSE.name, document_id=document_id)
    assert made_for(world, ROOM.name, document_id=document_id)  # its dots are those of the level


def test_without_a_print_system_nothing_is_used_up(world, monkeypatch, tmp_path):
    batch_id = made(world, copies=1, pages=1)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PrintProgramMissing):
        releasing.release_to_printer(world.runtime, world.clerk, batch_id, ROOM.name)
    with pytest.raises(UnknownPrinter):
        releasing.release_to_printer(world.runtime, world.clerk, batch_id, "no such printer")
    with world.runtime.database.reading() as session:
        assert batch_state(session, batch_id) is BatchState.READY


def test_the_print_system_is_asked_and_only_believed_as_a_hint(world, fake_printer):
    batch_id = made(world, copies=1, pages=1)
    releasing.release_to_printer(world.runtime, world.clerk, batch_id, ROOM.name)

    def ask():
        return releasing.where_is(world.runtime, world.clerk, batch_id, 1)

    assert ask() is JobPlace.NOBODY_KNOWS
    fake_printer.tell("completed", "registry-1-1  clerk  1024  Mon 02 Mar 2026")
    assert ask() is JobPlace.ENDED
    fake_printer.tell("not-completed", "registry-1-1  clerk  1024  Mon 02 Mar 2026")
    assert ask() is JobPlace.WAITING
    assert latest(world, batch_id).state is AttemptState.SENT


def test_a_printer_that_took_the_job_though_nobody_could_write_that_down_is_unknown(
    world, fake_printer, monkeypatch
):
    batch_id = made(world, copies=1, pages=1)

    def broken(*_args, **_named):
        raise AlreadyReleased("the database said no")

    monkeypatch.setattr(attempts, "send", broken)
    attempt = releasing.release_to_printer(world.runtime, world.clerk, batch_id, ROOM.name)
    assert attempt.state is AttemptState.UNKNOWN
    assert len(fake_printer.jobs) == 1


def test_spoiled_sheets_are_destroyed_before_a_witness_who_proves_themselves(world):
    batch_id, _ = released(world, copies=2)
    stop(world, batch_id, last_good=1, spoiled=2)
    sheets = [one.id for one in releasing.waste(world.runtime, world.clerk)]
    device = equipment.add_shredder(world.runtime, world.administrator, "粉碎机 Shredder", "B1", "P-6")

    def destroy(person, pin):
        releasing.destroy_sheets(world.runtime, world.clerk, sheets, device, [Witness(person.person_id, pin)])

    with pytest.raises(PinRefused):
        destroy(world.manager, "000000")
    with pytest.raises(SheetsUnwitnessed):
        destroy(world.handler, world.pin)
    destroy(world.manager, world.pin)
    assert releasing.waste(world.runtime, world.clerk) == ()
    assert {one.destroyed_at for one in latest(world, batch_id).spoiled} == {world.now}


def test_what_an_older_release_made_still_leaves_once_and_cannot_be_divided(world):
    batch_id = made(world, copies=2, pages=3)
    wholes = [making.copy_file(world.runtime, code) for code in codes(world, batch_id)]
    joined = world.runtime.store.put(b"%PDF-1.7 as an older release has joined it")
    with world.runtime.database.transaction() as session:
        session.get_one(PrintBatch, batch_id).output_sha256 = joined
        for copy, whole in zip(session.scalars(sa.select(Copy).order_by(Copy.copy_no)), wholes, strict=True):
            copy.delta_sha256 = None
            assert copy.stamped_sha256 == world.runtime.store.put(whole)

    assert [making.copy_file(world.runtime, code) for code in codes(world, batch_id)] == wholes
    layout = Layout(duplex=False, faces=True)
    file = b"".join(releasing.release(world.runtime, world.clerk, batch_id, layout).chunks)
    assert hashlib.sha256(file).hexdigest() == joined
    assert latest(world, batch_id).layout == Layout()
    stop(world, batch_id, last_good=1)
    with pytest.raises(MadeByOlderRelease):
        releasing.resume(world.runtime, world.clerk, batch_id)


def test_a_copy_that_an_older_release_made_of_an_unfinished_run_is_made_anew(world):
    request_id = world.approved(world.register(draw_pdf(1)), copies=3)
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None] * 3)

    def stop_at_third(done, _total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        making.make_batch(world.runtime, batch_id, stop_at_third)
    work = codes(world, batch_id)
    with world.runtime.database.transaction() as session:
        session.get_one(PrintBatch, batch_id).base_sha256 = None
        session.scalars(sa.select(Copy).where(Copy.code == work[0])).one().delta_sha256 = None
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)

    with world.runtime.database.reading() as session:
        assert len(list(log.read(session, kind="copy.remade"))) == 1
        assert len(list(log.read(session, kind="copy.issued"))) == 3
    file = b"".join(releasing.release(world.runtime, world.clerk, batch_id, Layout(duplex=False)).chunks)
    assert seen(world, file) == [(code, 1) for code in work]


def test_a_copy_that_is_not_what_was_recorded_of_it_does_not_leave(world):
    batch_id = made(world, copies=2, pages=1)
    with world.runtime.database.transaction() as session:
        one, two = session.scalars(sa.select(Copy).order_by(Copy.copy_no))
        one.delta_sha256, two.delta_sha256 = two.delta_sha256, one.delta_sha256
    with pytest.raises(FileDamaged):
        releasing.release(world.runtime, world.clerk, batch_id)
    with pytest.raises(FileDamaged):
        making.copy_file(world.runtime, codes(world, batch_id)[0])
    with world.runtime.database.reading() as session:
        assert batch_state(session, batch_id) is BatchState.FAILED


def damage(world, sha256):
    """Let the disk forget the last bytes of a stored file."""
    place = world.runtime.settings.data_dir / "files" / sha256[:2] / sha256[2:4] / sha256
    place.write_bytes(place.read_bytes()[:-3])


def found_damaged(world, what):
    """Return the id of a run of which something was damaged before a clerk wanted to release it."""
    batch_id = made(world, copies=3, pages=2)
    with world.runtime.database.reading() as session:
        work = batch_work(session, batch_id)
    damage(world, work.copies[1].delta_sha256 if what == "delta" else work.base_sha256)
    with pytest.raises(FileDamaged):
        releasing.release(world.runtime, world.clerk, batch_id)
    with world.runtime.database.reading() as session:
        row = get_batch(session, batch_id, world.clerk)
        assert (row.state, row.failure) == (BatchState.FAILED, "file-damaged")
        (line,) = conservation(session).values()
        assert (line.holds, line.by_state) == (True, {State.IN_STOCK: 3})
    return batch_id


@pytest.mark.parametrize("what", ["delta", "base"])
def test_a_run_that_is_found_damaged_is_made_anew_under_its_numbers(world, what):
    batch_id = found_damaged(world, what)
    before = codes(world, batch_id)
    printing.retry(world.runtime, world.clerk, batch_id)
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)

    file = b"".join(releasing.release(world.runtime, world.clerk, batch_id, Layout(duplex=False)).chunks)
    assert seen(world, file) == [(code, page) for code in before for page in (1, 2)]
    with world.runtime.database.reading() as session:
        remade = list(log.read(session, kind="copy.remade"))
    assert [entry.subject for entry in remade] == ([f"copy:{before[1]}"] if what == "delta" else [])
    assert verifying.verify_ledger(world.runtime).exit_code == 0


def test_a_run_that_is_found_damaged_can_be_given_up_whole(world):
    batch_id = found_damaged(world, "delta")
    assert printing.give_up(world.runtime, world.clerk, batch_id) == 3
    with world.runtime.database.reading() as session:
        row = get_batch(session, batch_id, world.clerk)
        assert (row.state, row.made, row.void) == (BatchState.VOID, 0, 3)
        (line,) = conservation(session).values()
        assert (line.holds, line.by_state) == (True, {State.VOID: 3})
    assert verifying.verify_ledger(world.runtime).exit_code == 0


def test_what_is_damaged_after_a_run_has_left_fails_nothing(world):
    batch_id, _ = released(world, copies=2, pages=2)
    with world.runtime.database.reading() as session:
        damage(world, batch_work(session, batch_id).copies[1].delta_sha256)
    stop(world, batch_id, last_good=0, spoiled=0)
    with pytest.raises(FileDamaged):
        releasing.resume(world.runtime, world.clerk, batch_id)
    with world.runtime.database.reading() as session:
        assert batch_state(session, batch_id) is BatchState.RELEASED


def test_a_copy_that_is_not_made_has_no_file(world):
    request_id = world.approved(world.register(draw_pdf(1)), copies=1)
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None])
    with pytest.raises(CopyNotMade):
        making.copy_file(world.runtime, codes(world, batch_id)[0])


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_sheets_are_counted_as_they_are_bound(pages):
    base = watermark.prepare(draw_pdf(pages), texts=["0"])
    for duplex in (False, True):
        for faces in (False, True):
            bound = watermark.sheets(base, duplex=duplex, face=faces)
            assert Layout(duplex, faces).sheets_per_copy(pages) == bound
