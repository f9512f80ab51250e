"""Print runs from an approval to paper: ordered, made, released, spoiled, given up."""

import io
from datetime import timedelta

import pikepdf
import pytest
import sqlalchemy as sa
import zxingcpp

import watermark
from registry.acts import batches, movements
from registry.acts.copies import NothingPrintedYet
from registry.acts.movements import PageCheck
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import Document, Person
from registry.rows import UnknownCopy
from registry.rules.approval import ApprovalExhausted
from registry.rules.batches import AlreadyReleased
from registry.rules.codes import human_code
from registry.rules.lifecycle import State
from registry.rules.roles import Actor
from registry.rules.words import BatchState, HandOverKind
from registry.views.batches import batch_state, batch_work, get_batch
from registry.views.conservation import conservation
from service import jobs
from service.flows import copies, lending, making, marks, printing, releasing, upkeep
from service.flows.handlers import HANDLERS
from service.flows.printing import NothingToLabel, UnprintableCharacters
from service.store import FileDamaged
from service.worker import work_one
from tests.fixtures.handed import print_out
from tests.fixtures.papers import draw_pdf

QR_ONLY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
"""Text and dots on a page can look like a bar code of another kind."""


def unwatched(_done, _total):
    """Make a run that nobody watches."""


@pytest.fixture
def request_id(world):
    """An approved request for five copies of a registered document."""
    return world.approved(world.register())


def ordered(world, request_id, quantity=5):
    """Return the id of a print run whose numbers are reserved."""
    return printing.order_batch(world.runtime, world.clerk, request_id, [None] * quantity)


def made(world, request_id, quantity=5):
    """Return the id of a print run whose file is ready."""
    batch_id = ordered(world, request_id, quantity)
    making.make_batch(world.runtime, batch_id, unwatched)
    return batch_id


def released(world, request_id, quantity=5):
    """Return the id of a print run whose file has left, and the file."""
    batch_id = made(world, request_id, quantity)
    return batch_id, b"".join(releasing.release(world.runtime, world.clerk, batch_id).chunks)


def rows(world, batch_id):
    """Return the copies of a print run as a clerk sees them."""
    return copies.batch_story(world.runtime, world.clerk, batch_id).copies.rows


def states(world):
    """Return how the numbers of the only document are spread, having checked that they add up."""
    with world.runtime.database.reading() as session:
        (line,) = conservation(session).values()
    assert line.holds
    return dict(line.by_state)


def test_a_print_run_makes_one_file_in_which_every_page_names_its_copy(world, request_id):
    batch_id, file = released(world, request_id)

    found = []
    for page in range(1, 11):
        scan = watermark.render_page(file, page, dpi=150)
        found += [
            world.runtime.tokens.verify_qr(code.text)
            for code in zxingcpp.read_barcodes(scan, formats=QR_ONLY)
        ]
    expected = [(row.copy.code, page) for row in rows(world, batch_id) for page in (1, 2)]
    assert [(mark.code, mark.page) for mark in found] == expected
    assert states(world) == {State.IN_STOCK: 5}


def test_each_copy_says_its_number_its_holder_and_its_level(world):
    holder = world.holder.person_id
    request_id = world.approved(world.register(), recipients=(holder,))
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [holder, None])
    with world.runtime.database.reading() as session:
        work = batch_work(session, batch_id)
        person = session.get_one(Person, holder)
        name_zh, name_en = person.name_zh, person.name_en
    first, second = marks.wordings(work, world.runtime.settings)

    assert first.head_left == "份号 000001"
    assert first.head_right == "机密★10年"
    assert first.lines[0].startswith(
        f"份号 000001 · 第 1 份/共 2 份 · 机密★10年 · {name_zh} · 财字〔2026〕7号 · "
    )
    assert first.lines[1].startswith(f"Copy 000001 · 1 of 2 · Secret, 10 years · {name_en} · ")
    assert name_zh not in second.lines[0]


def test_copies_that_begin_on_their_own_sheet_are_padded_to_even_pages(world):
    request_id = world.approved(world.register(draw_pdf(3)), copies=2)
    _, file = released(world, request_id, 2)

    with pikepdf.open(io.BytesIO(file)) as pdf:
        assert len(pdf.pages) == 8


def test_the_file_leaves_once_and_that_is_on_the_record_before_it_leaves(world, request_id):
    batch_id = made(world, request_id)
    download = releasing.release(world.runtime, world.clerk, batch_id)

    with world.runtime.database.reading() as session:
        assert len(list(log.read(session, kind="batch.released"))) == 1
    assert b"".join(download.chunks).startswith(b"%PDF-")
    with pytest.raises(AlreadyReleased):
        releasing.release(world.runtime, world.clerk, batch_id)


def test_a_refused_second_release_is_on_the_record(world, request_id):
    batch_id, _ = released(world, request_id)
    with pytest.raises(AlreadyReleased):
        releasing.release(world.runtime, world.clerk, batch_id)

    with world.runtime.database.reading() as session:
        (denial,) = log.read(session, kind="deed.denied")
    assert (denial.subject, denial.facts["error"]) == (f"batch:{batch_id}", "already-released")


def test_a_damaged_file_does_not_use_up_the_release(world, request_id):
    batch_id = made(world, request_id)
    with world.runtime.database.reading() as session:
        delta = batch_work(session, batch_id).copies[2].delta_sha256
    place = world.runtime.settings.data_dir / "files" / delta[:2] / delta[2:4] / delta
    whole = place.read_bytes()
    place.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))

    with pytest.raises(FileDamaged):
        releasing.release(world.runtime, world.clerk, batch_id)
    with world.runtime.database.reading() as session:
        row = get_batch(session, batch_id, world.clerk)
        assert (row.state, row.released_at) == (BatchState.FAILED, None)


def test_the_head_of_the_ledger_is_signed_when_a_file_leaves(world, request_id):
    released(world, request_id)
    with world.runtime.database.reading() as session:
        signed, (entry,) = log.last_checkpoint(session), log.read(session, kind="batch.released")
    assert signed is not None
    assert signed.size >= entry.seq


def test_a_name_that_cannot_be_printed_stops_the_run_before_a_number_is_used(world):
    document_id = world.register()
    request_id = world.approved(document_id)
    with world.runtime.database.transaction() as session:
        session.get_one(Person, world.holder.person_id).name_zh = "\U00020bb7野"

    with pytest.raises(UnprintableCharacters) as refusal:
        printing.order_batch(world.runtime, world.clerk, request_id, [world.holder.person_id])
    assert "U+20BB7" in refusal.value.facts["characters"]
    with world.runtime.database.reading() as session:
        assert session.get_one(Document, document_id).last_copy_no == 0


def test_making_a_run_again_makes_nothing_twice(world, request_id):
    batch_id = made(world, request_id)
    before = copies.batch_progress(world.runtime, world.clerk, batch_id)
    making.make_batch(world.runtime, batch_id, unwatched)

    assert copies.batch_progress(world.runtime, world.clerk, batch_id) == before
    assert states(world) == {State.IN_STOCK: 5}


def test_a_run_that_stopped_half_way_goes_on_where_it_stopped(world, request_id):
    batch_id = ordered(world, request_id)

    def stop_at_third(done, _total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        making.make_batch(world.runtime, batch_id, stop_at_third)
    assert states(world) == {State.IN_STOCK: 3, State.RESERVED: 2}
    first = [row.copy.code for row in rows(world, batch_id)]

    making.make_batch(world.runtime, batch_id, unwatched)
    assert states(world) == {State.IN_STOCK: 5}
    assert [row.copy.code for row in rows(world, batch_id)] == first


def test_two_workers_on_one_run_make_each_copy_once(world, request_id):
    batch_id = ordered(world, request_id)

    def let_the_other_finish(done, _total):
        if done == 2:
            making.make_batch(world.runtime, batch_id, unwatched)

    making.make_batch(world.runtime, batch_id, let_the_other_finish)
    assert states(world) == {State.IN_STOCK: 5}
    with world.runtime.database.reading() as session:
        assert len(list(log.read(session, kind="copy.issued"))) == 5
        assert len(list(log.read(session, kind="batch.finished"))) == 1


def test_the_worker_makes_what_was_ordered(world, request_id):
    batch_id = ordered(world, request_id)

    assert work_one(world.runtime, HANDLERS, "test:1:a") is True
    row = copies.batch_progress(world.runtime, world.clerk, batch_id)
    assert (row.state, row.made, row.size) == (BatchState.READY, 5, 5)


def test_a_run_that_cannot_be_made_says_why_and_can_be_tried_again(world, request_id):
    batch_id = ordered(world, request_id)
    with world.runtime.database.transaction() as session:
        cleaned = session.scalars(sa.select(Document)).one().cleaned_sha256
    place = world.runtime.settings.data_dir / "files" / cleaned[:2] / cleaned[2:4] / cleaned
    hidden = place.rename(place.with_suffix(".hidden"))
    work_one(world.runtime, HANDLERS, "test:1:a")
    failed = copies.batch_progress(world.runtime, world.clerk, batch_id)
    assert (failed.state, failed.failure) == (BatchState.FAILED, "file-missing")

    hidden.rename(place)
    printing.retry(world.runtime, world.clerk, batch_id)
    work_one(world.runtime, HANDLERS, "test:1:a")
    assert copies.batch_progress(world.runtime, world.clerk, batch_id).state is BatchState.READY


def test_a_misprint_is_replaced_under_a_new_number_in_a_run_of_its_own(world, request_id):
    batch_id, _ = released(world, request_id)
    spoiled = rows(world, batch_id)[1].copy
    found = printing.spoil(world.runtime, world.clerk, [spoiled.code], "paper jam")
    making.make_batch(world.runtime, found.batch_id, unwatched)

    (replacement,) = rows(world, found.batch_id)
    story = copies.story(world.runtime, world.clerk, replacement.copy.code)
    assert (replacement.copy.copy_no, replacement.copy.state) == (6, State.IN_STOCK)
    assert (story.view.number, story.view.size) == (2, 5)
    assert story.view.replaces.code == spoiled.code
    assert states(world) == {State.IN_STOCK: 5, State.SPOILED: 1}


def test_nothing_is_spoiled_before_it_was_printed(world, request_id):
    batch_id = made(world, request_id)
    with pytest.raises(NothingPrintedYet):
        printing.spoil(world.runtime, world.clerk, [rows(world, batch_id)[0].copy.code], "paper jam")
    assert states(world) == {State.IN_STOCK: 5}


def test_no_more_is_printed_than_was_approved_however_it_is_split(world, request_id):
    ordered(world, request_id, 3)
    with pytest.raises(ApprovalExhausted):
        ordered(world, request_id, 3)
    ordered(world, request_id, 2)
    assert states(world) == {State.RESERVED: 5}


def test_the_upkeep_shows_a_run_without_a_job_as_failed_and_voids_it_a_day_later(world, request_id):
    batch_id = ordered(world, request_id)
    with world.runtime.database.transaction() as session:
        session.execute(sa.delete(jobs.Job))
    assert upkeep.run(world.runtime).failed == 1
    world.later(hours=23)
    assert upkeep.run(world.runtime).voided == 0

    world.later(hours=2)
    assert upkeep.run(world.runtime).voided == 5
    assert states(world) == {State.VOID: 5}
    with world.runtime.database.reading() as session:
        assert batch_state(session, batch_id) is BatchState.VOID
        assert len(list(log.read(session, kind="copy.voided"))) == 5


def test_the_upkeep_leaves_a_run_alone_that_a_worker_has(world, request_id):
    ordered(world, request_id)
    assert upkeep.run(world.runtime) == upkeep.Round(failed=0, voided=0, lapsed=0, swept=0)


def test_giving_up_keeps_what_is_made_and_the_file_is_made_of_that(world, request_id):
    batch_id = ordered(world, request_id)

    def stop_at_third(done, _total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        making.make_batch(world.runtime, batch_id, stop_at_third)
    assert printing.give_up(world.runtime, world.clerk, batch_id) == 2
    making.make_batch(world.runtime, batch_id, unwatched)

    row = copies.batch_progress(world.runtime, world.clerk, batch_id)
    assert (row.state, row.made, row.void) == (BatchState.READY, 3, 2)
    assert states(world) == {State.IN_STOCK: 3, State.VOID: 2}


def test_a_code_is_found_by_scan_by_typing_and_by_its_plain_form(world, request_id):
    batch_id = made(world, request_id)
    code = rows(world, batch_id)[0].copy.code
    scan = world.runtime.tokens.qr_text(code, 2)
    typed = human_code(code).lower()

    assert [copies.find(world.runtime, world.clerk, text) for text in (scan, typed, code)] == [code] * 3


def test_no_label_is_printed_for_what_is_a_misprint_or_void(world, request_id, monkeypatch):
    batch_id, _ = released(world, request_id, 3)
    one, two, three = (row.copy.code for row in rows(world, batch_id))
    labelled = []
    monkeypatch.setattr(printing, "draw_labels", lambda found, **_: labelled.append(found) or b"%PDF")

    printing.labels(world.runtime, world.clerk, batch_id)
    printing.spoil(world.runtime, world.clerk, [two], "paper jam")
    printing.labels(world.runtime, world.clerk, batch_id)
    printing.spoil(world.runtime, world.clerk, [one, three], "paper jam")
    with pytest.raises(NothingToLabel):
        printing.labels(world.runtime, world.clerk, batch_id)
    given_up = ordered(world, request_id, 1)
    printing.give_up(world.runtime, world.clerk, given_up)
    with pytest.raises(NothingToLabel):
        printing.labels(world.runtime, world.clerk, given_up)

    assert [[label.code for label in found] for found in labelled] == [
        [human_code(one), human_code(two), human_code(three)],
        [human_code(one), human_code(three)],
    ]


def test_a_holder_knows_of_no_copy_that_others_answer_for(world, request_id):
    batch_id = made(world, request_id)
    code = rows(world, batch_id)[0].copy.code

    with pytest.raises(UnknownCopy):
        copies.story(world.runtime, world.holder, code)
    assert copies.listing(world.runtime, world.holder, copies.CopyFilter()).total == 0
    with pytest.raises(PermissionDenied):
        copies.mark_text(world.runtime, world.holder, code, 1)


def test_a_holder_is_told_their_own_part_and_not_who_had_the_copy_before(world, request_id):
    batch_id = made(world, request_id)
    print_out(world, batch_id)
    code = rows(world, batch_id)[0].copy.code
    for person in (world.manager, world.holder):
        hand_over = lending.give(
            world.runtime, world.clerk, [human_code(code)], HandOverKind.ISSUE, person.person_id
        )
        lending.confirm_by_pin(world.runtime, world.clerk, hand_over, world.pin)
        own = copies.story(world.runtime, person, code)
        if person is world.manager:
            with world.runtime.deed(world.clerk, "copy.return", f"copy:{code}") as session:
                movements.take_back(
                    session, {code: PageCheck(2)}, person.person_id, actor=world.clerk, now=world.now
                )

    assert {stretch.person_id for stretch in own.chain} == {world.holder.person_id}
    assert [event.kind for event in own.events] == ["copy.confirmed", "copy.offered"]
    full = copies.story(world.runtime, world.clerk, code)
    assert world.manager.person_id in {stretch.person_id for stretch in full.chain}
    assert len(full.events) == 7


def test_the_story_of_a_copy_is_told_by_the_ledger(world, request_id):
    batch_id = made(world, request_id)
    story = copies.story(world.runtime, world.clerk, rows(world, batch_id)[0].copy.code)

    assert [event.kind for event in story.events] == ["copy.issued", "copy.reserved"]
    assert story.events[1].by.id == world.clerk.person_id
    assert story.events[0].by is None
    assert world.runtime.now() - story.events[0].at < timedelta(seconds=1)


def test_a_worker_left_behind_does_not_call_a_run_made_that_another_makes_on_another_base(
    world, request_id, monkeypatch
):
    batch_id = ordered(world, request_id, 2)
    with monkeypatch.context() as held:
        held.setattr(making, "_finish", lambda *_: None)
        making.make_batch(world.runtime, batch_id, unwatched)

    def overtake(done, _total):
        if done == 0:
            printing.retry(world.runtime, world.clerk, batch_id)
            with world.runtime.database.transaction() as session:
                batches.start(session, batch_id, "9" * 64, actor=Actor.system(), now=world.now)

    making.make_batch(world.runtime, batch_id, overtake)
    with world.runtime.database.reading() as session:
        assert batch_state(session, batch_id) is BatchState.STAMPING
