"""What a typed line may contain."""

import pytest

from registry.rules.texts import ForbiddenCharacter, MissingText, TextTooLong, parse_key, parse_line


def test_blanks_are_single_and_the_form_is_composed():
    assert parse_line("  Cafe\u0301 \t 预算\u3000草案 ", field="title", limit=20) == "Café 预算 草案"


def test_an_empty_line_is_refused_only_where_it_is_required():
    assert parse_line(" ", field="remark", limit=5, required=False) == ""
    with pytest.raises(MissingText) as refused:
        parse_line("\n", field="title", limit=5)
    assert refused.value.code == "missing-text"
    assert refused.value.facts == {"field": "title"}


def test_a_line_as_long_as_its_column_passes_and_one_longer_does_not():
    assert parse_line("密" * 5, field="title", limit=5) == "密密密密密"
    with pytest.raises(TextTooLong):
        parse_line("密" * 6, field="title", limit=5)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\u200bb", "U+200B"), ("a\u202eb", "U+202E"), ("a\x00b", "U+0000"), ("\ufeffa", "U+FEFF")],
)
def test_an_invisible_character_is_refused_by_its_name(text, shown):
    with pytest.raises(ForbiddenCharacter) as refused:
        parse_line(text, field="title", limit=50)
    assert refused.value.facts == {"field": "title", "character": shown}


def test_a_key_is_the_same_in_full_width_and_half_width():
    assert parse_key("ＡＢ（２０２６）７", field="number", limit=20) == parse_key(
        "AB(2026)7", field="number", limit=20
    )
