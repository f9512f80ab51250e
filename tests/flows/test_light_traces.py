"""The title of a document that is kept light is nowhere: not while it is here, nor after its whole life.

Every row of every table, every byte below the data folder, every stored file opened again, every paper, export, answer
and log line is searched for the title as text is written: in UTF-8, UTF-16, GBK, escaped in JSON, inside streams of
PDF files and members of workbooks, and as drawn text.
"""

import base64
import io
import json
import zipfile
from datetime import timedelta
from functools import cache

import pikepdf
import pypdfium2
import pytest
import sqlalchemy as sa
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from registry.db import Base
from registry.rules.codes import human_code
from registry.rules.imports import ExportKind
from registry.rules.words import Content, DestructionPart, HandOverKind
from registry.views.light import find_standing
from service import logs
from service.flows import (
    copies,
    destroying,
    equipment,
    exporting,
    lending,
    light,
    referencing,
    registering,
    releasing,
    verifying,
)
from tests.flows.test_light import make, release, remove_due

TITLE_ZH, TITLE_EN = "独角鲸计划收购方案", "Narwhal takeover plan"
FORMS = {
    form: tuple(title.encode(form, "ignore") for title in (TITLE_ZH, TITLE_EN))
    for form in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
} | {"json": (json.dumps(TITLE_ZH)[1:-1].encode(),)}


@cache
def titled_pdf():
    """Return a PDF that tells its title on its page, in its information, in its outline and in its metadata."""
    target = io.BytesIO()
    paper = canvas.Canvas(target, pagesize=A4, invariant=True)
    paper.setTitle(f"{TITLE_ZH} {TITLE_EN}")
    paper.setFont("Helvetica", 11)
    paper.bookmarkPage("one")
    paper.addOutlineEntry(TITLE_ZH, "one")
    for line in range(40):
        paper.drawString(72, 760 - 16 * line, f"Line {line}: {TITLE_EN} of the year.")
    paper.save()
    with pikepdf.open(io.BytesIO(target.getvalue())) as opened:
        with opened.open_metadata() as metadata:
            metadata["dc:title"] = TITLE_ZH
        saved = io.BytesIO()
        opened.save(saved, deterministic_id=True)
    return saved.getvalue()


def told_by(data):
    """Return in which forms the title is in some bytes, those opened too that are a PDF or a zip archive."""
    found = {form for form, written in FORMS.items() for one in written if one and one in data}
    if data.startswith(b"%PDF-"):
        with pikepdf.open(io.BytesIO(data)) as opened:
            for each in opened.objects:
                if isinstance(each, pikepdf.Stream):
                    found |= {f"stream {form}" for form in told_by(bytes(_unpacked(each)))}
                elif isinstance(each, pikepdf.Dictionary):
                    found |= {f"object {form}" for form in told_by(each.unparse(resolved=False))}
        for page in pypdfium2.PdfDocument(data):
            found |= {f"text {form}" for form in told_by(page.get_textpage().get_text_bounded().encode())}
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                found |= {f"member {form}" for form in told_by(name.encode() + archive.read(name))}
    return found


def _unpacked(stream):
    try:
        return stream.read_bytes()
    except pikepdf.PdfError:
        return stream.read_raw_bytes()


def rows_telling(world):
    """Return the tables in whose rows the title is."""
    found = set()
    with world.runtime.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(sa.select(table)):
                written = [
                    bytes(one) if isinstance(one, bytes | memoryview) else repr(one).encode() for one in row
                ]
                found |= {f"{table.name}: {form}" for one in written for form in told_by(one)}
    return found


def folder_telling(world):
    """Return what below the data folder has the title, as it lies there and as the store opens it."""
    folder = world.runtime.settings.data_dir
    found = set()
    for path in folder.rglob("*"):
        if path.is_file():
            found |= {
                f"{path.relative_to(folder)}: {form}"
                for form in told_by(path.read_bytes() + str(path).encode())
            }
            if "files" in path.parts and len(path.name) == 64:
                content = world.runtime.store.get(path.name)
                found |= {f"opened {path.name[:8]}: {form}" for form in told_by(content)}
    return found


@pytest.fixture
def registered(world, call):
    """Return the id of a document that was registered by program under a code name, once by mistake with its title."""
    body = {
        "doc_number": "财字〔2026〕7号",
        "code_name": "银杏 Ginkgo 417",
        "issuing_unit_id": world.units["FIN"],
        "level": "SECRET",
        "secrecy_period": "10年",
        "file": base64.b64encode(titled_pdf()).decode(),
        "file_name": f"{TITLE_ZH}.pdf",
    }
    logs.configure(world.runtime.settings)
    mistaken = body | {"title": f"{TITLE_ZH} {TITLE_EN}"}
    refused = call("clerk", "POST", "/documents", json=mistaken, headers={"Idempotency-Key": "mistake"})
    assert (refused.status_code, refused.json["code"]) == (400, "title-not-kept")
    assert told_by(refused.data) == set()
    answer = call("clerk", "POST", "/documents", json=body, headers={"Idempotency-Key": "right"})
    assert answer.status_code == 201, answer.json
    return answer.json["id"]


def test_while_its_content_is_here_the_title_is_nowhere_else(world, registered):
    assert rows_telling(world) == set()
    telling = folder_telling(world)
    assert telling, "the search finds nothing even where the title is"
    assert {one.partition(":")[0] for one in telling} <= {
        f"opened {path.name[:8]}"
        for path in (world.runtime.settings.data_dir / "files" / ".rooms").rglob("*")
    }


def test_the_search_finds_a_title_that_is_kept(world):
    world.register(titled_pdf(), title=TITLE_ZH)
    assert {one.partition(":")[0] for one in rows_telling(world)} >= {"document"}


def test_after_its_whole_life_the_title_is_nowhere(world, call, registered, capfd):
    left = []
    request_id = world.approved(registered, copies=2)
    batch_id = make(world, request_id, 2)
    referencing.make(world.runtime, registered)
    release(world, batch_id)
    call("clerk", "GET", f"/documents?search={TITLE_EN}")
    releasing.finish(world.runtime, world.clerk, batch_id, 1)
    assert remove_due(world) == 1
    codes = [row.copy.code for row in copies.batch_story(world.runtime, world.clerk, batch_id).copies.rows]
    person = world.holder.person_id
    hand_over = lending.give(
        world.runtime, world.clerk, [human_code(code) for code in codes], HandOverKind.ISSUE, person
    )
    lending.confirm_by_pin(world.runtime, world.holder, hand_over, world.pin)
    view = lending.get_hand_over(world.runtime, world.clerk, hand_over)
    left.append(lending.receipt(world.runtime, view))
    world.later(days=1)
    lending.take_back(world.runtime, world.clerk, [human_code(code) for code in codes], person)
    shredder = equipment.add_shredder(world.runtime, world.administrator, "粉碎机 Shredder", "B1", "P-6")
    left.append(destroyed(world, shredder, codes))
    light.bring_back(world.runtime, world.clerk, registered, titled_pdf(), name=f"{TITLE_ZH}.pdf")
    light.remove_now(world.runtime, world.clerk, registered)
    light.clear(world.runtime, registered)
    with world.runtime.database.reading() as session:
        assert find_standing(session, registered, now=world.now).content is Content.REMOVED

    exported = [
        exporting.export(world.runtime, world.clerk, kind, form)
        for kind in (ExportKind.DOCUMENTS, ExportKind.COPIES, ExportKind.DESTROYED)
        for form in ("xlsx", "csv")
    ]
    assert sum("银杏".encode() in one for one in exported) == 3
    left += exported
    ledger = io.StringIO()
    verifying.export_ledger(world.runtime, ledger)
    left.append(ledger.getvalue().encode())
    left += [
        call("clerk", "GET", f"/documents/{registered}").data,
        call("clerk", "GET", "/documents").data,
        call("auditor", "GET", "/ledger/entries").data,
    ]
    assert [told_by(one) for one in left] == [set()] * len(left)
    assert rows_telling(world) == set()
    assert folder_telling(world) == set()
    said = capfd.readouterr()
    assert told_by((said.out + said.err).encode()) == set()
    assert registering.get_document(world.runtime, world.clerk, registered).row.conservation.holds


def destroyed(world, shredder, codes):
    """Have copies destroyed before witnesses; return the certificate."""
    list_id = destroying.open_list(world.runtime, world.clerk, shredder, "the meeting is over")
    destroying.add(world.runtime, world.clerk, list_id, [human_code(code) for code in codes])
    until = world.now + timedelta(days=7)
    world.approve(destroying.submit(world.runtime, world.clerk, list_id, until=until), "leader")
    for code in codes:
        assert destroying.present(world.runtime, world.other_clerk, list_id, human_code(code)).error is None
    for part, who in ((DestructionPart.OPERATOR, "other_clerk"), (DestructionPart.WITNESS, "handler")):
        destroying.attest(
            world.runtime, world.clerk, list_id, part, person_id=world.actors[who].person_id, pin=world.pin
        )
    return destroying.certificate(world.runtime, world.clerk, list_id)
