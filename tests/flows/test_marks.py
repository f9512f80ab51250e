"""A level's rule becomes the plan that preparing obeys, and the words that stand on each copy."""

from datetime import UTC, datetime
from importlib import resources

import pytest

from registry.rules.lifecycle import State
from registry.rules.marks import MARK_RULES, parse_mark_rules
from registry.rules.words import BatchState
from registry.views.batches import BatchWork, MarkFacts
from service.config import Settings, load_settings
from service.faults import SettingsError
from service.flows import marks
from watermark import DotStyle, MarkPlan

SHIPPED = (resources.files("registry.rules") / "data" / "marks-1.toml").read_text(encoding="utf-8")


def test_the_shipped_rules_ask_for_all_that_the_paper_can_carry():
    assert marks.plan(MARK_RULES, "company", "TOP_SECRET") == MarkPlan()


def test_each_switch_of_a_row_reaches_the_plan():
    row = SHIPPED.replace("qr = true", "qr = false", 1).replace('lines = "standard"', "lines = false", 1)
    row = row.replace("heads = true", "heads = false", 1).replace("per_page = true", "per_page = false", 1)
    row = row.replace("side_px = 3, pitch_px = 8", "side_px = 2, pitch_px = 10", 1)
    row = row.replace("shifts = true", "shifts = false\nflatten_dpi = 400", 1)
    assert marks.plan(parse_mark_rules(row), "company", "TOP_SECRET") == MarkPlan(
        qr=False,
        lines=False,
        heads=False,
        dots=DotStyle(2, 10),
        shifts=False,
        flatten_dpi=400,
        per_page=False,
    )


def test_no_dots_are_no_dots_on_any_printer():
    text = SHIPPED.replace("dots = { side_px = 3, pitch_px = 8 }", "dots = false", 1)
    rules = parse_mark_rules(text + '\n[[printer]]\nname = "old"\nside_px = 4\npitch_px = 12\n')
    assert marks.plan(rules, "company", "TOP_SECRET", printer="old").dots is None
    assert marks.plan(rules, "company", "SECRET", printer="old").dots == DotStyle(4, 12)
    assert marks.plan(rules, "company", "SECRET", printer="another").dots == DotStyle(3, 8)


def test_an_installation_names_a_file_of_its_own(monkeypatch, tmp_path):
    own = tmp_path / "marks.toml"
    own.write_text(SHIPPED.replace("crop = 15", "crop = 0"), encoding="utf-8")
    monkeypatch.setenv("FOLIOTRACE_MARKS_FILE", str(own))
    assert load_settings().mark_rules.get("company", "TOP_SECRET").trace["crop"] == 0
    monkeypatch.setenv("FOLIOTRACE_MARKS_FILE", "")
    assert load_settings().mark_rules == MARK_RULES


@pytest.mark.parametrize(
    ("content", "clue"),
    [
        (SHIPPED.replace("{holder_zh}", "{holder}").encode(), "got the field {holder}"),
        (b"\xff\xfe", "cannot be read"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_cannot_work_stops_the_start_in_words(monkeypatch, tmp_path, content, clue):
    own = tmp_path / "marks.toml"
    if content is not None:
        own.write_bytes(content)
    monkeypatch.setenv("FOLIOTRACE_MARKS_FILE", str(own))
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "FOLIOTRACE_MARKS_FILE" in str(refused.value)
    assert clue in str(refused.value)


def test_the_words_of_a_copy_follow_the_installations_template(tmp_path):
    own = tmp_path / "marks.toml"
    own.write_text(
        SHIPPED.replace('"第 {number} 份/共 {size} 份", ', "").replace("Copy {copy_no}", "No. {copy_no}"),
        encoding="utf-8",
    )
    settings = Settings(environment="test", marks_file=own)
    words = marks.wording(work(), work().copies[0], settings)
    assert words.lines == (
        "份号 000001 · 机密★10年 · 李明 · 财字〔2026〕7号 · 拾到请交回保密室",
        "No. 000001 · 1 of 1 · Secret, 10 years · Li Ming · If found, return to the registry",
    )


def work():
    copy = MarkFacts("0123456789ABC", 1, State.RESERVED, 1, 1, None, None, "李明", "Li Ming")
    return BatchWork(
        document_id=1,
        id=1,
        state=BatchState.RESERVED,
        ordered_at=datetime(2026, 3, 2, tzinfo=UTC),
        base_sha256=None,
        cleaned_sha256="0" * 64,
        survey_sha256=None,
        pages=1,
        doc_number="财字〔2026〕7号",
        scheme="company",
        level="SECRET",
        secrecy_period="10年",
        printer=None,
        checkpoint="",
        copies=(copy,),
    )
