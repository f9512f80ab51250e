"""Which marks a level gets: the shipped file answers every level; one that cannot work is refused with its reason."""

from importlib import resources

import pytest

from registry.rules.levels import LEVELS
from registry.rules.marks import (
    CHANNELS,
    DOT_PITCHES_PX,
    DOT_SIDES_PX,
    MARK_RULES,
    Dots,
    InvalidMarkRules,
    parse_mark_rules,
    write_line,
)
from watermark import DotStyle
from watermark.plan import PITCHES_PX, SIDES_PX

SHIPPED = (resources.files("registry.rules") / "data" / "marks-1.toml").read_text(encoding="utf-8")
ROW = next(part for part in SHIPPED.split("\n\n") if part.startswith("[[rule]]"))

FIELDS = {
    "copy_no": "000003",
    "number": "3",
    "size": "8",
    "mark": "机密★10年",
    "level_en": "Secret",
    "period_en": "10 years",
    "holder_zh": "李明",
    "holder_en": "Li Ming",
    "doc_number": "财字〔2026〕7号",
    "return_to_zh": "拾到请交回保密室",
    "return_to_en": "If found, return to the registry",
    "ledger": "1000 · 30c2",
}


def test_every_level_gets_every_carrier_and_none_is_flattened():
    for scheme, levels in LEVELS.items():
        for level in levels:
            rule = MARK_RULES.get(scheme, level.code)
            assert (rule.qr, bool(rule.lines), rule.heads, rule.shifts, rule.per_page) == (True,) * 5
            assert (rule.dots, rule.flatten_dpi) == (Dots(3, 8), None)
            assert set(rule.trace) == set(CHANNELS)


def test_a_piece_of_top_secret_paper_must_be_traceable_too():
    assert MARK_RULES.get("company", "TOP_SECRET").trace["crop"] == 15
    assert MARK_RULES.get("company", "SECRET").trace["crop"] == 0


def test_the_lines_say_what_they_always_said():
    rule = MARK_RULES.get("company", "SECRET")
    assert [write_line(line, rule.separator, FIELDS) for line in rule.lines] == [
        "份号 000003 · 第 3 份/共 8 份 · 机密★10年 · 李明 · 财字〔2026〕7号 · 拾到请交回保密室",
        "Copy 000003 · 3 of 8 · Secret, 10 years · Li Ming · If found, return to the registry · Ledger 1000 · 30c2",
    ]


def test_a_piece_with_nothing_to_say_is_left_out():
    rule = MARK_RULES.get("company", "SECRET")
    said = write_line(rule.lines[1], rule.separator, FIELDS | {"ledger": "", "holder_en": ""})
    assert said == "Copy 000003 · 3 of 8 · Secret, 10 years · If found, return to the registry"


def test_text_of_a_holder_is_never_taken_for_a_field():
    said = write_line(("{holder_en}",), " ", FIELDS | {"holder_en": "{mark} {0} {"})
    assert said == "{mark} {0} {"


def test_a_printer_may_have_dots_of_its_own():
    rules = parse_mark_rules(SHIPPED + '\n[[printer]]\nname = "old"\nside_px = 4\npitch_px = 12\n')
    assert rules.printers == {"old": Dots(4, 12)}


def test_the_sizes_that_a_file_may_name_are_those_that_can_be_printed():
    assert (DOT_SIDES_PX, DOT_PITCHES_PX) == (SIDES_PX, PITCHES_PX)
    assert [DotStyle(side, pitch) for side in DOT_SIDES_PX for pitch in DOT_PITCHES_PX]


def test_whatever_changes_what_a_page_can_carry_changes_the_hash_and_nothing_else_does():
    shipped = MARK_RULES.get("company", "TOP_SECRET").carriers_hash
    for before, after in (
        ("shifts = true", "shifts = false"),
        ("side_px = 3", "side_px = 2"),
        ("per_page = true", "per_page = false"),
    ):
        assert changed(before, after).get("company", "TOP_SECRET").carriers_hash != shipped
    for before, after in (
        ("scan = 15", "scan = 30"),
        ('"份号 {copy_no}"', '"{copy_no}"'),
        ('"{holder_zh}", ', ""),
    ):
        assert changed(before, after).get("company", "TOP_SECRET").carriers_hash == shipped


def changed(before, after):
    assert before in SHIPPED
    return parse_mark_rules(SHIPPED.replace(before, after, 1))


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("version = 1", "version = 2", "got version 2, wanted 1"),
        ("version = 1\n", "version = 1\nqrcode = true\n", "unknown keys qrcode"),
        ("version = 1\n", "version 1", "Expected '='"),
        ("version = 1\n", "", "got no version"),
        ('separator = " · "', "separator = 3", "got separator 3"),
        ('"{holder_zh}"', '"{holder}"', "lines standard: got the field {holder}"),
        ('"{holder_zh}"', '"{holder_zh.__class__}"', "got the field {holder_zh.__class__}"),
        ('"{holder_zh}"', '"{holder_zh!r}"', "takes no format"),
        ('"{holder_zh}"', '"{copy_no:>9}"', "takes no format"),
        ('"{holder_zh}"', '"{"', "lines standard: "),
        ('"{holder_zh}"', '"' + "x" * 61 + '"', "at most 60 printable"),
        ('"{holder_zh}"', '"\\u202e"', "printable"),
        ('    ["份号', '    [],\n    ["份号', "a line without pieces"),
        ("standard = [", "brief = [['{mark}']]\nstandard = [", "no line says copy_no"),
        ("standard = [", "many = [['{mark}{copy_no}'],['a'],['b'],['c']]\nstandard = [", "one to 3 lines"),
        (
            'levels = ["TOP_SECRET"]',
            'levels = ["COSMIC"]',
            "row company-top-secret: scheme company has no level",
        ),
        ('levels = ["TOP_SECRET"]', "levels = []", "wanted at least one level"),
        ('levels = ["SECRET", "CONFIDENTIAL"]', 'levels = ["SECRET"]', "no row answers CONFIDENTIAL"),
        (
            '["SECRET", "CONFIDENTIAL"]',
            '["SECRET", "CONFIDENTIAL", "TOP_SECRET"]',
            "rows company-top-secret and",
        ),
        ('scheme = "company"', 'scheme = "club"', "row company-top-secret: 'club' is not a valid Scheme"),
        ("qr = true", 'qr = "yes"', "got qr 'yes', wanted true or false"),
        ("qr = true\n", "", "row company-top-secret: got no qr"),
        ('lines = "standard"', 'lines = "long"', "got lines 'long', which is no template"),
        ('lines = "standard"', "lines = true", "got lines True, which is no template"),
        ("side_px = 3", "side_px = 6", "got side_px 6, wanted one of 2, 3, 4"),
        ("pitch_px = 8", "pitch = 8", "unknown keys pitch"),
        ("dots = { side_px = 3, pitch_px = 8 }", "dots = true", "row company-top-secret: "),
        ("per_page = true", "per_page = true\nflatten_dpi = 300", "flattened pages have no words"),
        ("shifts = true", "shifts = false\nflatten_dpi = 150", "got flatten_dpi 150"),
        ("scan = 15", "scan = 1.5", "got trace of scan 1.5"),
        ("scan = 15", "scan = true", "got trace of scan True"),
        ("scan = 15", "fax = 15", "unknown keys fax"),
        ("scan = 15, ", "", "got no scan"),
        (
            "dots = { side_px = 3, pitch_px = 8 }\nshifts = true",
            "dots = false\nshifts = false",
            "wants evidence although neither",
        ),
    ],
)
def test_a_file_that_cannot_work_is_refused_with_the_reason(before, after, reason):
    with pytest.raises(InvalidMarkRules) as refused:
        changed(before, after)
    assert reason in str(refused.value)


def test_copies_without_any_way_back_are_refused():
    bare = ROW.replace("qr = true", "qr = false").replace("shifts = true", "shifts = false")
    bare = bare.replace("dots = { side_px = 3, pitch_px = 8 }", "dots = false").replace("= 15", "= 0")
    with pytest.raises(InvalidMarkRules, match="leaves no mark that leads back"):
        parse_mark_rules(SHIPPED.replace(ROW, bare))


@pytest.mark.parametrize("printer", ['name = "a"\nside_px = 9\npitch_px = 8', "side_px = 3\npitch_px = 8"])
def test_a_printer_that_cannot_print_its_dots_is_refused(printer):
    with pytest.raises(InvalidMarkRules):
        parse_mark_rules(f"{SHIPPED}\n[[printer]]\n{printer}\n")
