"""What clerk and auditor look up and finish at the keyboard: losses, counts, recalls, sheets, cases, the ledger."""

import re
from datetime import timedelta

import numpy as np
import pytest

from bench import paper
from registry.rules.codes import human_code
from service.flows import equipment, making, printing, recalling
from tests.fixtures.handed import hand_out
from tests.fixtures.papers import draw_pdf


@pytest.fixture
def database_backend():
    return "sqlite"


@pytest.fixture
def say(run):
    """Call a command as somebody; the output, or the refusal, in one text."""

    def command(part, *words, answers=""):
        first, rest = map(str, words[:2]), map(str, words[2:])
        return run(*first, "--as", part, *rest, answers=answers).output

    return command


def test_a_loss_is_reported_and_concluded_at_the_keyboard(world, say):
    (code,) = map(human_code, hand_out(world))
    say("clerk", "copy", "report", code, "missing", "--reason", "gone")
    items = ("discovered", "responsible", "course", "harm", "investigation", "remedies")
    options = [text for item in items for text in (f"--{item}", f"what is known of {item}")]
    assert "The report is filed." in say("clerk", "loss", "file", 1, *options)
    conclusion = ("loss", "conclude", 1, "--result", "mislaid", "--remedies", "a lock")
    assert "not-permitted" in say("clerk", *conclusion)
    assert "The result is recorded." in say("leader", *conclusion)
    told = say("auditor", "loss", "show", 1)
    assert "answered for by S012: gone" in told
    assert "course: what is known of course" in told
    assert "mislaid" in told


def test_a_missed_copy_of_a_count_is_reported_and_a_count_given_up(world, say):
    first, second = map(human_code, hand_out(world, count=2))
    say("clerk", "stocktake", "begin", "hands", "--reason", "check")
    say("clerk", "stocktake", "count", 1, first)
    say("clerk", "stocktake", "close", 1, 1, "S003", answers=f"{world.pin}\n")
    assert "not-missed" in say("clerk", "stocktake", "missing", 1, first, "--reason", "gone")
    assert "its clocks run" in say("clerk", "stocktake", "missing", 1, second, "--reason", "gone")
    say("clerk", "stocktake", "begin", "hands", "--reason", "again")
    assert "given up" in say("clerk", "stocktake", "cancel", 2, "--reason", "wrong room")
    listed = say("clerk", "stocktake", "list")
    assert re.search(r"1  \S+  CLOSED  HANDS  check  2 expected = 1 found \+ 1 missing", listed)


def test_recalls_and_their_slips_and_who_knows_are_told(world, say, tmp_path):
    document = world.register()
    hand_out(world, document)
    recalling.begin(world.runtime, world.clerk, document, "wrong figures", world.now + timedelta(days=9))
    assert "1 due = 0 returned + 1 missed + 0 lost" in say("clerk", "recall", "list")
    slip = tmp_path / "slip.pdf"
    say("clerk", "recall", "slip", 1, "S012", slip)
    assert slip.read_bytes()[:5] == b"%PDF-"
    assert "unknown-row" in say("clerk", "recall", "slip", 1, "S005", tmp_path / "none.pdf")
    assert "S012" in say("auditor", "document", "knowers", document)
    assert "not-permitted" in say("handler", "document", "knowers", document)
    table = tmp_path / "knowers.csv"
    assert "written to" in say("auditor", "document", "knowers-table", document, table)
    assert b"S012" in table.read_bytes()


def test_spoiled_sheets_are_destroyed_before_a_witness_at_the_keyboard(world, say, tmp_path):
    request_id = world.approved(world.register(draw_pdf(3)), copies=2)
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None, None])
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    say("clerk", "batch", "release", batch_id, tmp_path / "run.pdf", "--one-sided", "--faces")
    say("clerk", "batch", "stop", batch_id, 1, 3, "--spoiled", 2, "--reason", "paper jam")
    assert f"{batch_id}  " in say("clerk", "batch", "list")
    assert "NOBODY_KNOWS" in say("clerk", "batch", "where", batch_id, 1)
    waiting = [line.split()[0] for line in say("clerk", "waste", "list").splitlines() if "print run" in line]
    assert len(waiting) == 2
    shredder = equipment.add_shredder(world.runtime, world.administrator, "S", "B1", "P-6")
    wrong = say("clerk", "waste", "destroy", shredder, *waiting, "--witness", "S005", answers="000000\n")
    assert "pin-refused" in wrong
    done = say("clerk", "waste", "destroy", shredder, *waiting, "--witness", "S005", answers=f"{world.pin}\n")
    assert "2 sheets are destroyed on record." in done
    assert "print run" not in say("clerk", "waste", "list")


def test_a_destruction_list_is_built_and_unbuilt(world, say):
    (code,) = map(human_code, hand_out(world))
    say("clerk", "counter", "take-back", "--from", "S012", code)
    shredder = equipment.add_shredder(world.runtime, world.administrator, "S", "B1", "P-6")
    say("clerk", "destruction", "open", shredder, "--reason", "done with")
    assert "taken" in say("clerk", "destruction", "add", 1, code)
    assert "1 planned" in say("clerk", "destruction", "list")
    assert "off the list" in say("clerk", "destruction", "remove", 1, code)
    assert "0 planned" in say("clerk", "destruction", "list")


def test_a_case_is_read_again_added_to_and_taken_away_at_the_keyboard(world, say, tmp_path):
    picture = tmp_path / "leak.png"
    picture.write_bytes(paper.png(np.full((300, 300), 255, np.uint8)))
    assert "case 1" in say("auditor", "trace", picture, "--note", "a chat")
    assert re.search(r"1  \S+  \w+  leak.png", say("auditor", "case", "list"))
    assert "picture-twice" in say("auditor", "case", "add", 1, picture)
    other = tmp_path / "other.png"
    other.write_bytes(paper.png(np.full((200, 200), 255, np.uint8)))
    assert "names no copy" in say("auditor", "case", "add", 1, other)
    assert "names no copy" in say("auditor", "case", "read-again", 1)
    told = say("auditor", "case", "show", 1)
    assert len(re.findall(r"^run \d", told, re.MULTILINE)) == 3
    assert "nothing-to-review" in say("auditor", "case", "review", 1, 3, "--reason", "sure")
    assert "content of 0 documents" in say("auditor", "case", "remove-originals", 1)
    assert "unknown-row" in say("auditor", "case", "remove-originals", 9)
    report, archive = tmp_path / "report.pdf", tmp_path / "case.zip"
    say("auditor", "case", "report", 1, report)
    say("auditor", "case", "archive", 1, archive)
    assert (report.read_bytes()[:5], archive.read_bytes()[:2]) == (b"%PDF-", b"PK")
    assert "not-permitted" in say("clerk", "case", "show", 1)


def test_the_ledger_is_read_at_the_keyboard(world, say):
    world.register()
    assert "entries are not signed yet" in say("auditor", "ledger", "standing")
    listed = say("auditor", "ledger", "entries", "--kind", "document.")
    (seq,) = re.findall(r"^ *(\d+)  .*document.registered", listed, re.MULTILINE)
    told = say("auditor", "ledger", "entry", seq)
    assert "预算草案 Draft budget" in told
    assert "holds, not signed yet" in told
    assert "ledger.entry-read" in say("auditor", "ledger", "entries")
    assert "not-permitted" in say("clerk", "ledger", "entries")


def test_the_figures_of_a_year_are_told_and_taken_away(world, say, tmp_path):
    world.register()
    assert "FIN  SECRET  registered 1" in say("auditor", "statistics", 2026)
    target = tmp_path / "year.csv"
    assert "Written to" in say("auditor", "statistics", 2026, "--target", target)
    assert "登记文件 Registered" in target.read_text("utf-8-sig")
    assert "no-such-year" in say("auditor", "statistics", 1999)


def test_a_table_is_checked_again_when_what_it_names_has_come(world, say, tmp_path):
    people, units = tmp_path / "people.csv", tmp_path / "units.csv"
    people.write_text("工号,姓名,部门\nX1,王芳,NEW\n")
    units.write_text("部门编号,部门名称\nNEW,新部门\n")
    assert "unit-unknown" in say("administrator", "import", "people", people)
    assert "All 1 rows are taken in." in say("administrator", "import", "units", units)
    assert "All 1 rows are taken in." in say("administrator", "check-import", 1, "--apply")
    assert re.search(
        r"1  \S+  PEOPLE  APPLIED  1 rows  0 problems  people.csv", say("administrator", "imports")
    )


def test_copies_that_were_taken_over_get_labels(say, tmp_path):
    table = tmp_path / "copies.csv"
    head = "文号,发文单位,标题,密级,保密期限,页数,份号,状态\n"
    table.write_text(f"{head}旧1,FIN,旧文件,机密,10年,12,1,在库\n")
    say("clerk", "import", "copies", table)
    labels = tmp_path / "labels.pdf"
    assert "Written to" in say("clerk", "import-labels", 1, labels)
    assert labels.read_bytes()[:5] == b"%PDF-"
