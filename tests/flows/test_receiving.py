"""Whatever the departments send becomes a PDF, and what it was is told."""

import io
import zipfile
from dataclasses import replace

import pytest

from service import conversion
from service.conversion import Converted, ConverterMissing
from service.flows import receiving, registering
from service.flows.receiving import OfficeFileEncrypted
from service.papers import offered as papers
from tests.fixtures.papers import draw_docx, draw_pdf, draw_picture
from watermark.errors import UnusablePictureError


@pytest.fixture
def converter(monkeypatch):
    """Convert every office file to the same two pages, as a LibreOffice of its own would."""
    asked = []

    def convert(offered, kind, _limits):
        asked.append(kind)
        return Converted(draw_pdf(pages=2), "LibreOffice 99.1")

    monkeypatch.setattr(conversion, "convert", convert)
    return asked


def archive(**parts):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as opened:
        for name, content in parts.items():
            opened.writestr(name, content)
    return target.getvalue()


def opendocument(kind, *, encrypted=False, macros=False):
    manifest = "<manifest:encryption-data/>" if encrypted else "<manifest/>"
    parts = {"mimetype": f"application/vnd.oasis.opendocument.{kind}", "META-INF/manifest.xml": manifest}
    return archive(**parts, **({"Basic/Standard/Module1.xml": "Sub"} if macros else {}))


def office_open(content_type):
    return archive(
        **{
            "[Content_Types].xml": f'<Override PartName="/main.xml" ContentType="application/vnd.{content_type}"/>'
        }
    )


def compound(*names):
    entries = b"".join(name.encode("utf-16-le").ljust(64, b"\0") + bytes(64) for name in names)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + entries


OOXML = "openxmlformats-officedocument."


@pytest.mark.parametrize(
    ("offered", "kind", "traits"),
    [
        (draw_docx(), "DOCX", ()),
        (draw_docx(macros=True), "DOCX", ("macros",)),
        (office_open("ms-word.document.macroEnabled.main+xml"), "DOCX", ()),
        (office_open("ms-excel.sheet.macroEnabled.main+xml"), "XLSX", ()),
        (office_open(OOXML + "spreadsheetml.sheet.main+xml"), "XLSX", ()),
        (office_open(OOXML + "presentationml.slideshow.main+xml"), "PPTX", ()),
        (opendocument("text"), "ODT", ()),
        (opendocument("spreadsheet", encrypted=True), "ODS", ("encrypted",)),
        (opendocument("presentation", macros=True), "ODP", ("macros",)),
        (compound("Root Entry", "WordDocument"), "DOC", ()),
        (compound("Root Entry", "Workbook", "_VBA_PROJECT_CUR", "WordDocument"), "XLS", ("macros",)),
        (compound("Root Entry", "PowerPoint Document"), "PPT", ()),
        (compound("Root Entry", "EncryptedPackage"), "OFFICE", ("encrypted",)),
        (compound("Root Entry", "Something"), "", ()),
        (b"{\\rtf1 hello}", "RTF", ()),
        (archive(readme="PK"), "", ()),
        (b"PK\x03\x04 broken", "", ()),
        (b" \n%PDF-1.4", "PDF", ()),
        (b"just words", "", ()),
    ],
)
def test_a_file_is_what_its_content_says(offered, kind, traits):
    assert papers.take(offered)[:2] == (kind, traits)


def test_an_office_file_is_converted_and_the_original_kept(world, converter):
    docx = draw_docx()
    document_id = registering.register(world.runtime, world.clerk, world.facts(), docx, name="预算.docx")
    view = registering.get_document(world.runtime, world.clerk, document_id)
    assert converter == ["DOCX"]
    assert view.row.pages == 2
    assert world.runtime.store.get(view.original_sha256) == docx
    assert world.runtime.store.get(view.cleaned_sha256).startswith(b"%PDF-")
    assert [(found["code"], found["facts"]) for found in view.findings] == [
        ("converted-from", {"kind": "DOCX", "converter": "LibreOffice 99.1"})
    ]


def test_macros_and_a_name_that_misleads_are_told(world, converter):
    received = receiving.receive(world.runtime, draw_docx(macros=True), "C:\\papers\\budget.PDF")
    assert [(found.code, found.facts) for found in received.findings] == [
        ("name-misleads", {"ending": ".pdf", "kind": "DOCX"}),
        ("converted-from", {"kind": "DOCX", "converter": "LibreOffice 99.1"}),
        ("macros-left-out", {"kind": "DOCX"}),
    ]


def test_a_conversion_that_was_not_shut_in_is_told(world, monkeypatch):
    made = Converted(draw_pdf(), "LibreOffice 99.1", ("network", "files"))
    monkeypatch.setattr(conversion, "convert", lambda *_: made)
    told = receiving.receive(world.runtime, draw_docx()).findings[1]
    assert (told.code, told.facts) == ("converted-uncovered", {"layers": "network, files"})


def test_whether_cover_is_required_is_a_setting(world):
    assert not world.runtime.conversion_limits.covered
    settings = world.runtime.settings.model_copy(update={"converter_cover_required": True})
    assert replace(world.runtime, settings=settings).conversion_limits.covered


@pytest.mark.parametrize(
    ("name", "told"), [("budget.pdf", False), ("budget.docx", True), ("budget", False), ("a.b/c.\n", False)]
)
def test_a_pdf_is_passed_on_without_a_further_child(world, name, told, monkeypatch):
    monkeypatch.setattr(type(world.runtime), "parse", None)
    pdf = draw_pdf(pages=1)
    received = receiving.receive(world.runtime, pdf, name)
    assert received.pdf is pdf
    assert [found.code for found in received.findings] == (["name-misleads"] if told else [])


def test_a_scan_becomes_as_many_pages_as_it_has(world):
    scan = draw_picture("TIFF", pages=3, dpi=(72, 72))
    view = registering.get_document(world.runtime, world.clerk, world.register(scan))
    assert view.row.pages == 3
    (told,) = view.findings
    assert told["facts"]["kind"] == "TIFF"
    assert told["facts"]["converter"].startswith("Pillow ")


def test_without_a_converter_nothing_is_saved(world, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConverterMissing):
        world.register(draw_docx())
    assert registering.list_documents(world.runtime, world.clerk, registering.DocumentFilter()).total == 0
    assert not [path for path in (world.runtime.settings.data_dir / "files").rglob("*") if path.is_file()]


def test_a_file_that_asks_for_a_password_is_refused(world, converter):
    with pytest.raises(OfficeFileEncrypted):
        world.register(opendocument("text", encrypted=True))
    assert converter == []


def test_a_broken_picture_is_refused(world):
    with pytest.raises(UnusablePictureError):
        world.register(draw_picture()[:200])
