"""Documents and approvals from the command line."""

import re
from datetime import UTC, datetime

import pytest

from service.flows import requesting
from tests.fixtures.papers import draw_docx, draw_pdf, draw_picture, with_dark_page


@pytest.fixture
def database_backend():
    return "sqlite"


def test_a_document_goes_its_way_at_the_keyboard(run, tmp_path):
    paper = tmp_path / "budget.pdf"
    paper.write_bytes(draw_pdf(pages=1))
    facts = ("--number", "7", "--title", "Budget", "--unit", "FIN", "--level", "SECRET", "--period", "10年")
    registered = run("document", "register", "--as", "clerk", str(paper), *facts)
    assert "document 1: 1 pages, 0 findings" in registered.output
    assert "机密 Secret ★ 10年" in run("document", "list", "--as", "clerk").output
    wish = ("--copies", "3", "--reason", "board", "--until", "2027-03-01")
    told = run("document", "ask", "--as", "handler", "1", *wish)
    assert "RESPONSIBLE_LEADER: Leader" in told.output
    assert "request" not in told.output
    assert "request 1" in run("document", "ask", "--as", "handler", "1", *wish, "--send").output
    assert "waiting\t1\tPRINT\tOPEN\t3" in run("approval", "list", "--as", "leader").output
    assert "request 1: APPROVED" in run("approval", "decide", "--as", "leader", "1", answers="y\n").output


def test_a_picture_is_registered_at_the_keyboard(run, tmp_path):
    paper = tmp_path / "budget.png"
    paper.write_bytes(draw_picture())
    facts = ("--number", "7", "--title", "Budget", "--unit", "FIN", "--level", "SECRET", "--period", "10年")
    registered = run("document", "register", "--as", "clerk", str(paper), *facts)
    assert "document 1: 1 pages, 1 findings" in registered.output
    assert "converted-from {'kind': 'PNG'" in registered.output


def test_an_office_file_without_a_converter_says_what_to_install(run, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    paper = tmp_path / "budget.docx"
    paper.write_bytes(draw_docx())
    facts = ("--number", "7", "--title", "Budget", "--unit", "FIN", "--level", "SECRET", "--period", "10年")
    refused = run("document", "register", "--as", "clerk", str(paper), *facts)
    assert refused.exit_code == 1
    assert "converter-missing: no LibreOffice to convert DOCX; run: apt-get install" in refused.output


def test_a_refusal_is_one_line_and_a_status(run, tmp_path):
    paper = tmp_path / "budget.pdf"
    paper.write_bytes(b"no pdf")
    facts = ("--number", "7", "--title", "Budget", "--unit", "FIN", "--level", "SECRET", "--period", "10年")
    refused = run("document", "register", "--as", "clerk", str(paper), *facts)
    assert refused.exit_code == 1
    assert refused.output.rstrip().endswith("not-a-pdf: not-a-pdf")


def test_what_falls_short_is_told_and_accepted_at_the_keyboard(world, run):
    document_id = world.register(with_dark_page(draw_pdf(1)))
    told = run("document", "show", "--as", "clerk", str(document_id)).output
    assert re.search(r"page 1 scan=\d{3}:certain", told)
    assert "page 2 scan=0:untraceable phone=0:untraceable" in told
    assert "no-free-paper" in told
    assert "BELOW THE LEVEL: phone, pages 2: 0 decades at the poorest, wanted 15" in told
    assert "nothing has changed" in run("document", "assess", "--as", "clerk", str(document_id)).output
    requesting.ask(
        world.runtime, world.handler, world.wish(document_id, until=datetime(2099, 1, 1, tzinfo=UTC))
    )
    refused = run("approval", "decide", "--as", "leader", "1", answers="y\n")
    assert refused.exit_code == 1
    assert "BELOW THE LEVEL: scan, pages 2" in refused.output
    assert "untraceable-not-accepted" in refused.output
    accepted = run("approval", "decide", "--as", "leader", "1", "--accept-untraceable", answers="y\n")
    assert "request 1: APPROVED" in accepted.output


def test_a_document_is_kept_light_at_the_keyboard(run, tmp_path):
    paper = tmp_path / "narwhal.pdf"
    paper.write_bytes(draw_pdf(pages=1))
    facts = ("--number", "7", "--unit", "FIN", "--level", "SECRET", "--period", "10年")
    registered = run(
        "document", "register", "--as", "clerk", str(paper), *facts, "--code-name", "白鹭 Egret 208"
    )
    assert "kept light as 白鹭 Egret 208: content kept" in registered.output
    assert "〔代号 Code name〕白鹭 Egret 208" in run("document", "list", "--as", "clerk").output
    removed = run("document", "remove-content", "--as", "clerk", "1")
    assert "the content is removed" in removed.output
    assert "content removed" in run("document", "show", "--as", "clerk", "1").output
    other = tmp_path / "other.pdf"
    other.write_bytes(draw_pdf(pages=2))
    refused = run("document", "bring-content", "--as", "clerk", str(other), "--document", "1")
    assert (refused.exit_code, "another-file" in refused.output) == (1, True)
    back = run("document", "bring-content", "--as", "clerk", str(paper), "--document", "1")
    assert "the content is here" in back.output
    assert run("document", "bring-content", "--as", "clerk", str(paper)).exit_code == 2
