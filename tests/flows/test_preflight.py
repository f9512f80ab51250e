"""Registering tells whether each page can be traced; below the level's demand agreeing means accepting that by name."""

import io
from dataclasses import replace
from importlib import resources

import pytest
from reportlab.pdfgen import canvas

from registry.consent import (
    LessTraceableThanAgreed,
    ProofChanged,
    UntraceableNotAccepted,
    VisibleLinesChanged,
)
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import PrintBatch
from registry.rows import UnknownRow
from registry.rules.approval import Act
from registry.rules.words import BatchState, RequestState
from registry.views.batches import batch_state
from service.config import Settings
from service.flows import making, printing, registering, requesting
from service.flows.handlers import HANDLERS
from service.flows.preflight import preflight
from service.runtime import open_runtime
from service.worker import work_one
from tests.fixtures.papers import draw_pdf, with_dark_page
from watermark import Base, Channel, Grade, MarkPlan
from watermark.errors import PageTooSmallError

SHORT = ("scan 2", "phone 2", "photocopy 2")


@pytest.fixture
def dark(world):
    """A document whose second page is black from edge to edge."""
    return world.register(with_dark_page(draw_pdf(1)))


def shown(world, document_id):
    view = registering.get_document(world.runtime, world.clerk, document_id)
    return preflight(view, world.runtime.settings.mark_rules)


def ask(world, document_id):
    return requesting.ask(world.runtime, world.handler, world.wish(document_id))


def decide(world, request_id, *, accepting=False, agreed=True):
    view = requesting.get_request(world.runtime, world.leader, request_id)
    return requesting.decide(
        world.runtime,
        world.leader,
        request_id,
        agreed=agreed,
        shown_hash=view.order_hash,
        accepted_hash=view.traceability.shown_hash if accepting else "",
    )


def test_a_text_can_be_traced_and_nothing_has_to_be_accepted(world):
    found = shown(world, world.register())
    assert found.traceability.is_measured
    assert found.traceability.shortfalls == ()
    assert [page.number for page in found.pages] == [1, 2]
    assert found.short_pages == ()
    assert all(score.grade is Grade.CERTAIN for page in found.pages for score in page.scores)
    assert decide(world, ask(world, 1)) is RequestState.APPROVED


def test_a_dark_page_is_named_with_what_it_lacks(world, dark):
    found = shown(world, dark)
    (page,) = found.short_pages
    assert (page.number, page.poorest, page.is_short) == (2, 0, True)
    assert found.poorest_page == page
    assert {"no-free-paper", "no-live-text", "code-over-content"} <= set(page.obstacles)
    assert {score.channel for score in page.scores if score.is_short} == set(Channel) - {Channel.CROP}
    codes = [found["code"] for found in registering.get_document(world.runtime, world.clerk, dark).findings]
    assert set(codes) == {"mark-over-content"}


def test_agreeing_without_accepting_is_refused_and_on_record(world, dark):
    request_id = ask(world, dark)
    with pytest.raises(UntraceableNotAccepted) as refused:
        decide(world, request_id)
    assert refused.value.shortfalls == SHORT
    with world.runtime.database.reading() as session:
        (denied,) = log.read(session, kind="deed.denied")
    assert denied.facts["error"] == "untraceable-not-accepted"


def test_accepted_by_name_it_is_printed(world, dark):
    request_id = ask(world, dark)
    assert decide(world, request_id, accepting=True) is RequestState.APPROVED
    (decision,) = requesting.get_request(world.runtime, world.clerk, request_id).decisions
    assert (decision.person.id, decision.accepted) == (world.leader.person_id, SHORT)
    assert printing.order_batch(world.runtime, world.clerk, request_id, [None])


def test_one_who_refuses_need_not_accept(world, dark):
    assert decide(world, ask(world, dark), agreed=False) is RequestState.REJECTED


def test_a_page_on_which_no_mark_fits_is_refused_while_the_clerk_is_there(world):
    target = io.BytesIO()
    paper = canvas.Canvas(target, pagesize=(40, 40))
    paper.showPage()
    paper.save()
    with pytest.raises(PageTooSmallError):
        world.register(target.getvalue())
    with world.runtime.database.reading() as session:
        assert list(log.read(session, kind="document.registered")) == []


@pytest.fixture
def with_rules(world, tmp_path):
    """Open the same installation with other rules for marks."""
    opened = []

    def changed(before, after):
        text = (resources.files("registry.rules") / "data" / "marks-1.toml").read_text(encoding="utf-8")
        assert before in text
        own = tmp_path / "marks.toml"
        own.write_text(text.replace(before, after), encoding="utf-8")
        known = world.runtime.settings
        settings = Settings(
            environment="test", data_dir=known.data_dir, database_url=known.database_url, marks_file=own
        )
        opened.append(open_runtime(settings, clock=lambda: world.now))
        return opened[-1]

    yield changed
    for runtime in opened:
        runtime.database.close()


def test_what_was_measured_with_other_marks_does_not_count_until_it_is_measured_again(world, with_rules):
    document_id = world.register()
    request_id = world.approved(document_id)
    runtime = with_rules(
        "dots = { side_px = 3, pitch_px = 8 }\nshifts = true",
        "dots = { side_px = 2, pitch_px = 8 }\nshifts = false",
    )
    view = registering.get_document(runtime, world.clerk, document_id)
    assert not preflight(view, runtime.settings.mark_rules).traceability.is_measured
    assert registering.assess(runtime, world.clerk, document_id)
    assert not registering.assess(runtime, world.clerk, document_id)
    found = preflight(
        registering.get_document(runtime, world.clerk, document_id), runtime.settings.mark_rules
    )
    assert [each.text for each in found.traceability.shortfalls] == ["photocopy 1-2"]
    with pytest.raises(ProofChanged):
        printing.order_batch(runtime, world.clerk, request_id, [None])


WITH_DOTS_AND_SHIFTS = "dots = { side_px = 3, pitch_px = 8 }\nshifts = true"
WITHOUT_SHIFTS = "dots = { side_px = 3, pitch_px = 8 }\nshifts = false"


def test_an_approval_prints_nothing_under_marks_that_were_not_measured_for_it(world, with_rules):
    document_id = world.register()
    request_id = world.approved(document_id)
    weaker = with_rules(WITH_DOTS_AND_SHIFTS, WITHOUT_SHIFTS)
    with pytest.raises(LessTraceableThanAgreed) as refused:
        printing.order_batch(weaker, world.clerk, request_id, [None])
    assert (refused.value.facts["is_measured"], refused.value.facts["shortfalls"]) == (
        False,
        ("phone 1-2", "photocopy 1-2", "scan 1-2"),
    )
    assert printing.order_batch(world.runtime, world.clerk, request_id, [None])


def test_copies_are_not_made_with_marks_that_changed_after_they_were_ordered(world, with_rules):
    request_id = world.approved(world.register())
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None])
    weaker = with_rules(WITH_DOTS_AND_SHIFTS, WITHOUT_SHIFTS)
    with pytest.raises(LessTraceableThanAgreed) as refused:
        making.make_batch(weaker, batch_id, lambda _done, _total: None)
    making.fail_batch(weaker, batch_id, refused.value.code)
    printing.retry(world.runtime, world.clerk, batch_id)
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    with world.runtime.database.reading() as session:
        assert batch_state(session, batch_id) is BatchState.READY


OTHER_WORDS = ('"Copy {copy_no}"', '"Issue {copy_no}"')


def test_visible_lines_that_say_something_else_are_agreed_to_anew(world, with_rules):
    document_id = world.register()
    request_id = world.approved(document_id, copies=2)
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None])
    other = with_rules(*OTHER_WORDS)
    with pytest.raises(VisibleLinesChanged):
        printing.order_batch(other, world.clerk, request_id, [None])
    with pytest.raises(VisibleLinesChanged) as refused:
        making.make_batch(other, batch_id, lambda _done, _total: None)
    assert refused.value.code == "visible-lines-changed"

    asked = requesting.ask(other, world.handler, world.wish(document_id, copies=3))
    shown = requesting.get_request(other, world.leader, asked)
    assert "Issue {copy_no}" in dict(shown.order.details)["visible_lines"]
    with pytest.raises(VisibleLinesChanged):  # the lines are changed back between question and answer
        world.approve(asked, "leader")
    requesting.decide(other, world.leader, asked, agreed=True, shown_hash=shown.order_hash)
    assert printing.order_batch(other, world.clerk, asked, [None])


def test_an_approval_given_before_lines_were_shown_is_still_good(world, with_rules):
    wish = world.wish(world.register())
    rules = world.runtime.settings.mark_rules
    with world.runtime.database.reading() as session:
        order = requesting.draw_up(session, world.handler, wish, marks=rules, now=world.now)
    without = tuple(detail for detail in order.details if detail[0] != "visible_lines")
    request_id = requesting.request(world.runtime, world.handler, replace(order, details=without))
    world.approve(request_id, "leader")
    assert printing.order_batch(with_rules(*OTHER_WORDS), world.clerk, request_id, [None])


def test_what_makes_no_paper_shows_no_lines(world):
    wish = world.wish(world.register(), act=Act.PRESS)
    rules = world.runtime.settings.mark_rules
    with world.runtime.database.reading() as session:
        order = requesting.draw_up(session, world.handler, wish, marks=rules, now=world.now)
    assert "visible_lines" not in dict(order.details)


def test_only_the_registry_measures_again_and_only_what_is_there(world):
    document_id = world.register()
    with pytest.raises(PermissionDenied):
        registering.assess(world.runtime, world.handler, document_id)
    with pytest.raises(UnknownRow):
        registering.assess(world.runtime, world.clerk, document_id + 1)


def test_copies_are_made_with_the_marks_of_their_level(world, with_rules):
    runtime = with_rules("shifts = true", "shifts = false")
    document_id = registering.register(runtime, world.clerk, world.facts(), draw_pdf(1))
    request_id = requesting.ask(runtime, world.handler, world.wish(document_id))
    asked = requesting.get_request(runtime, world.leader, request_id)
    requesting.decide(runtime, world.leader, request_id, agreed=True, shown_hash=asked.order_hash)
    batch_id = printing.order_batch(runtime, world.clerk, request_id, [None])
    work_one(runtime, HANDLERS, "test:1:marks")
    assert base_of(runtime, batch_id).plan == MarkPlan(shifts=False)


def base_of(runtime, batch_id):
    with runtime.database.reading() as session:
        return Base.from_bytes(runtime.store.get(session.get_one(PrintBatch, batch_id).base_sha256))
