"""A document is registered with a real file, listed, and looked at."""

import io
from datetime import timedelta

import pytest
from PIL import Image
from reportlab.pdfgen import canvas

from registry.acts.documents import DocumentNumberTaken
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import Document
from registry.rows import UnknownRow
from registry.rules.levels import UnknownLevel
from registry.rules.words import BatchState
from registry.views.batches import batch_state
from registry.views.documents import DocumentFilter
from service.flows import making, printing, registering, requesting
from service.tokens import ExpiredToken, ForgedToken
from tests.fixtures.papers import draw_pdf, locked, with_script
from tests.watermark.test_heads import BODY, letter
from watermark.errors import EncryptedFileError, NotAPdfError


def kinds(world):
    with world.runtime.database.reading() as session:
        return [entry.kind for entry in log.read(session)]


def test_a_document_is_registered_and_its_files_are_kept(world):
    pdf = draw_pdf(pages=3)
    document_id = world.register(pdf)
    view = registering.get_document(world.runtime, world.clerk, document_id)
    assert (view.row.pages, view.findings) == (3, ())
    assert world.runtime.store.get(view.original_sha256) == pdf
    assert world.runtime.store.get(view.cleaned_sha256).startswith(b"%PDF-")
    assert len(view.pictures) == 3
    assert kinds(world) == ["document.registered"]


def test_what_was_stripped_is_told(world):
    view = registering.get_document(world.runtime, world.clerk, world.register(with_script(draw_pdf())))
    assert [found["code"] for found in view.findings] == ["javascript-removed"]
    assert b"app.alert" not in world.runtime.store.get(view.cleaned_sha256)


@pytest.mark.parametrize(
    ("pdf", "error"), [(b"no pdf", NotAPdfError), (locked(draw_pdf()), EncryptedFileError)]
)
def test_a_refused_file_leaves_nothing_behind(world, pdf, error):
    with pytest.raises(error):
        world.register(pdf)
    with world.runtime.database.reading() as session:
        assert session.query(Document).count() == 0
    assert kinds(world) == []


def test_a_page_without_room_for_words_is_told_at_once_and_its_copies_are_made(world):
    target = io.BytesIO()
    paper = canvas.Canvas(target, pagesize=(60, 60), invariant=True)
    paper.drawString(20, 50, "7")
    paper.save()
    document_id = world.register(target.getvalue(), level="CONFIDENTIAL")
    findings = registering.get_document(world.runtime, world.clerk, document_id).findings
    left_out = {found["facts"]["mark"] for found in findings if found["code"] == "words-left-out"}
    assert left_out == {"head_left", "head_right", "lines"}

    request_id = requesting.ask(world.runtime, world.handler, world.wish(document_id))
    shown = requesting.get_request(world.runtime, world.manager, request_id)
    accepted = shown.traceability.shown_hash
    requesting.decide(
        world.runtime,
        world.manager,
        request_id,
        agreed=True,
        shown_hash=shown.order_hash,
        accepted_hash=accepted,
    )
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [world.holder.person_id])
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    with world.runtime.database.reading() as session:
        assert batch_state(session, batch_id) is BatchState.READY


def test_the_same_registration_sent_twice_is_one(world):
    assert world.register() == world.register()
    assert kinds(world) == ["document.registered"]


def test_a_refused_registration_is_on_record(world):
    first = world.register()
    with pytest.raises(DocumentNumberTaken) as refused:
        world.register(draw_pdf(pages=1))
    assert refused.value.document == first
    with pytest.raises(PermissionDenied):
        registering.register(world.runtime, world.guard, world.facts(doc_number="8"), draw_pdf())
    assert kinds(world) == ["document.registered", "deed.denied", "deed.denied"]


def test_a_head_that_differs_from_the_registered_level_is_told(world):
    document_id = world.register(letter([("秘密★10年", 28, 47.2, 16), *BODY]))
    (told,) = registering.get_document(world.runtime, world.clerk, document_id).findings
    assert told["code"] == "head-differs"
    assert told["facts"] == {"printed": "秘密★10年", "registered": "机密★10年", "pages": "1"}


def test_a_level_that_does_not_exist_is_refused_before_the_file_costs_anything(world, monkeypatch):
    monkeypatch.setattr(type(world.runtime), "parse", None)
    with pytest.raises(UnknownLevel):
        world.register(b"anything", level="ULTRA")
    assert kinds(world) == ["deed.denied"]


EXPECTED_TO_KNOW = {
    "clerk": True,
    "handler": True,
    "other_handler": False,
    "manager": True,
    "other_manager": False,
    "leader": True,
    "officer": False,
    "administrator": False,
    "auditor": True,
    "guard": False,
    "holder": False,
}


def test_a_document_exists_only_for_whom_it_concerns(world):
    document_id = world.register()
    for part, knows in EXPECTED_TO_KNOW.items():
        actor = world.actors[part]
        listed = registering.list_documents(world.runtime, actor, DocumentFilter())
        assert [row.id for row in listed.rows] == ([document_id] if knows else []), part
        if not knows:
            with pytest.raises(UnknownRow):
                registering.get_document(world.runtime, actor, document_id)


def test_an_officer_who_is_asked_knows_of_the_document_and_sees_its_pages(world):
    document_id = world.register(level="TOP_SECRET")
    with pytest.raises(UnknownRow):
        registering.look(world.runtime, world.officer, document_id)
    request_id = world.approved(document_id, "officer")
    assert registering.get_document(world.runtime, world.officer, document_id).pictures
    assert request_id
    assert registering.look(world.runtime, world.officer, document_id).pages == 2


def test_an_auditor_reads_facts_and_no_pages(world):
    document_id = world.register()
    assert registering.get_document(world.runtime, world.auditor, document_id).pictures == ()
    with pytest.raises(UnknownRow):
        registering.look(world.runtime, world.auditor, document_id)


def test_a_look_is_recorded_before_a_picture_leaves(world):
    document_id = world.register()
    look = registering.look(world.runtime, world.leader, document_id)
    assert kinds(world)[-1] == "document.read"
    picture = registering.get_picture(world.runtime, world.leader, document_id, 2, look.token)
    with Image.open(io.BytesIO(picture), formats=["WEBP"]) as opened:
        assert opened.size == (827, 1170)


def test_the_look_of_one_person_or_document_opens_no_other(world):
    one, other = world.register(), world.register(doc_number="8")
    token = registering.look(world.runtime, world.leader, one).token
    for actor, document_id in ((world.clerk, one), (world.leader, other)):
        with pytest.raises(ForgedToken):
            registering.get_picture(world.runtime, actor, document_id, 1, token)


def test_a_page_that_is_not_there_is_unknown(world):
    document_id = world.register()
    token = registering.look(world.runtime, world.leader, document_id).token
    for page in (0, 3, -1):
        with pytest.raises(registering.documents.UnknownPage):
            registering.get_picture(world.runtime, world.leader, document_id, page, token)


def test_a_look_wears_off(world, monkeypatch):
    document_id = world.register()
    token = registering.look(world.runtime, world.leader, document_id).token
    monkeypatch.setattr(registering, "LOOK_LASTS", timedelta(seconds=-1))
    with pytest.raises(ExpiredToken):
        registering.get_picture(world.runtime, world.leader, document_id, 1, token)


def test_documents_are_found_by_title_number_level_and_unit(world):
    one = world.register()
    two = world.register(doc_number="人字〔2026〕1号", title="编制 Establishment", level="CONFIDENTIAL")

    def found(**wanted):
        return [
            row.id
            for row in registering.list_documents(world.runtime, world.clerk, DocumentFilter(**wanted)).rows
        ]

    assert found() == [two, one]
    assert found(search="budget") == [one]
    assert found(search="人字") == [two]
    assert found(search="100%") == []
    assert found(level=("company", "SECRET")) == [one]
    assert found(unit_id=world.units["REG"]) == []
