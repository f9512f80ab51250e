"""A family from its first copy to its last new mark, with real papers: re-copies, an excerpt, a raise, notices."""

import io
import re
from dataclasses import replace
from datetime import timedelta

import pypdfium2
import pytest

from registry.errors import PermissionDenied
from registry.rows import UnknownRow
from registry.rules.codes import human_code
from registry.rules.family import Use
from registry.rules.regrading import CopyAwaitsMark, NotMarkedAnewHere
from registry.rules.words import HandOverKind
from registry.sources import SourceOfOtherDocument
from registry.views.desk import Stack
from service.flows import copies, desk, families, knowing, lending, making, printing, registering, regrading
from service.flows.families import CopyingWish
from service.flows.regrading import RegradingWish
from tests.fixtures.handed import hand_out, print_out
from tests.fixtures.papers import draw_pdf


@pytest.fixture
def database_backend():
    """One backend here; the acts are proven on both."""
    return "sqlite"


@pytest.fixture
def document(world):
    return world.register()


def ask_copying(world, document, use, **changed):
    wish = CopyingWish(
        document_id=document,
        use=use,
        reason="for the branch office",
        until=world.now + timedelta(days=30),
        **changed,
    )
    request_id = families.ask(world.runtime, world.handler, wish)
    world.approve(request_id, "leader")
    return request_id


def recopy(world, document, source, number=1):
    request_id = ask_copying(world, document, Use.RECOPY, copies=number, source=human_code(source))
    assert request_id in {row.id for row in printing.approved(world.runtime, world.clerk)}
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None] * number)
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    print_out(world, batch_id)
    return [row.copy.code for row in copies.batch_story(world.runtime, world.clerk, batch_id).copies.rows]


def excerpt_of(world, document):
    request_id = ask_copying(world, document, Use.EXCERPT, part="page 1")
    facts = replace(
        world.facts(doc_number="财字〔2026〕7号摘"), derived_as=Use.EXCERPT, sources=(request_id,)
    )
    return registering.register(world.runtime, world.clerk, facts, draw_pdf(1))


def regrade(world, document, **wanted):
    wish = RegradingWish(
        document_id=document,
        reason="it tells more than was thought",
        until=world.now + timedelta(days=7),
        **{"level": "TOP_SECRET", "secrecy_period": "20年"} | wanted,
    )
    request_id = regrading.ask(world.runtime, world.handler, wish)
    world.approve(request_id, "manager", "officer")
    return regrading.regrade(world.runtime, world.clerk, request_id, world.now + timedelta(days=14))


def text_of(pdf):
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as paper:
        return re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in paper))


def stack(world, which):
    piles = desk.lay_out(world.runtime, world.clerk).piles
    return next(pile for pile in piles if pile.stack is which)


def test_a_re_copy_bears_a_number_of_its_own_and_the_copying_unit(world, document):
    (source,) = hand_out(world, document)
    (code,) = recopy(world, document, source)
    view = copies.story(world.runtime, world.clerk, code).view
    assert (view.copy.copy_no, view.made_after.code) == (2, source)
    assert [line.code for line in copies.story(world.runtime, world.clerk, source).view.recopies] == [code]
    printed = text_of(making.copy_file(world.runtime, code))
    assert "复制单位财务部" in printed
    assert "机密★10年" in printed
    assert "复制单位" not in text_of(making.copy_file(world.runtime, source))


def test_re_copies_name_a_copy_of_the_document_they_are_of(world, document):
    (source,) = hand_out(world, world.register(draw_pdf(2), doc_number="财字〔2026〕8号"))
    with pytest.raises(SourceOfOtherDocument):
        ask_copying(world, document, Use.RECOPY, source=human_code(source))


def test_a_family_is_shown_and_known_and_regraded_to_the_last_copy(world, document):
    held, other = hand_out(world, document, count=2)
    (code,) = recopy(world, document, held)
    excerpt = excerpt_of(world, document)
    found = families.get_family(world.runtime, world.clerk, document)
    assert [branch.kin.document_id for branch in found.down] == [excerpt]
    assert (found.here.copies, found.here.recopies, found.down[0].kin.made_as) == (3, 1, Use.EXCERPT)
    assert [
        branch.kin.document_id for branch in families.get_family(world.runtime, world.clerk, excerpt).up
    ] == [document]
    assert any(excerpt in one.through for one in knowing.knowers(world.runtime, world.clerk, document))
    regrading_id = regrade(world, document)
    assert registering.get_document(world.runtime, world.clerk, excerpt).row.level == "TOP_SECRET"
    assert stack(world, Stack.TO_REMARK).things[0].count == 3
    assert regrading.awaited_of_mine(world.runtime, world.holder).keys() == {held, other}
    notice = text_of(regrading.notice(world.runtime, world.clerk, regrading_id, world.holder.person_id))
    for said in ("密级变更通知单", "Noticeofregrading", human_code(held), human_code(other), "绝密★20年"):
        assert said in notice
    assert human_code(code) not in notice
    scan = world.runtime.tokens.qr_text(code, 1)
    with pytest.raises(CopyAwaitsMark):
        lending.give(world.runtime, world.clerk, [scan], HandOverKind.ISSUE, world.handler.person_id)
    both_pages = [world.runtime.tokens.qr_text(code, page) for page in (1, 2)]
    assert regrading.remark(world.runtime, world.clerk, both_pages) == 1
    with pytest.raises(NotMarkedAnewHere):
        regrading.remark(world.runtime, world.clerk, [human_code(code)])
    world.later(days=15)
    assert stack(world, Stack.REMARK_OVERDUE).things[0].count == 2
    regrading.remark(world.runtime, world.clerk, [human_code(held), human_code(other)])
    record = text_of(regrading.report(world.runtime, world.auditor, regrading_id))
    assert "given3=已改marked3+待改waiting0+注销gone0" in record
    assert stack(world, Stack.REMARK_OVERDUE).total == 0


def test_a_notice_is_for_those_who_have_something_to_be_marked(world, document):
    hand_out(world, document)
    regrading_id = regrade(world, document)
    with pytest.raises(UnknownRow):
        regrading.notice(world.runtime, world.clerk, regrading_id, world.leader.person_id)
    with pytest.raises(PermissionDenied):
        regrading.notice(world.runtime, world.auditor, regrading_id, world.holder.person_id)


def test_a_lowering_lies_on_the_desk_until_the_excerpt_follows_or_is_kept(world, document):
    excerpt = excerpt_of(world, document)
    regrading_id = regrade(world, document, level="CONFIDENTIAL", secrecy_period="10年")
    (thing,) = stack(world, Stack.TO_FOLLOW).things
    assert (thing.key, thing.level) == (str(regrading_id), "SECRET")
    (proposal,) = regrading.get_regrading(world.runtime, world.clerk, regrading_id).proposals
    assert proposal.document_id == excerpt
    regrading.keep(world.runtime, world.clerk, proposal.id, "names stay secret")
    assert stack(world, Stack.TO_FOLLOW).total == 0


def test_of_a_family_nobody_is_told_more_than_is_theirs(world, document):
    units = {"issuing_unit_id": world.units["REG"], "classifying_unit_id": world.units["REG"]}
    request_id = ask_copying(world, document, Use.EXCERPT, part="page 1")
    facts = replace(
        world.facts(doc_number="机字〔2026〕1号", **units), derived_as=Use.EXCERPT, sources=(request_id,)
    )
    registering.register(world.runtime, world.clerk, facts, draw_pdf(1))
    (branch,) = families.get_family(world.runtime, world.handler, document).down
    assert (branch.kin.is_known, branch.kin.title, branch.kin.doc_number, branch.kin.level) == (
        False,
        "",
        "",
        "",
    )
