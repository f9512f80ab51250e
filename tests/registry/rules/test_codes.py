"""Copy codes, typed codes, QR texts and copy numbers."""

import json
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import InvalidError
from registry.rules import codes
from registry.rules.codes import (
    ALPHABET,
    CodeMistyped,
    InvalidCopyNumber,
    code_from_number,
    code_number,
    copy_no_text,
    human_code,
    mint_code,
    parse_code,
    parse_copy_no,
    parse_human_code,
    parse_qr_text,
    qr_body,
)

VECTORS = json.loads((Path(__file__).parent / "vectors" / "codes.json").read_text("utf-8"))
CHECK = "0123456789ABCDEF"

numbers = st.integers(0, 2**64 - 1)
some_codes = numbers.map(code_from_number)


@pytest.mark.parametrize("vector", VECTORS["codes"], ids=lambda vector: vector["code"])
def test_codes_are_written_as_pinned(vector):
    assert code_from_number(int(vector["number"])) == vector["code"]
    assert human_code(vector["code"]) == vector["human"]


@pytest.mark.parametrize("vector", VECTORS["wrong_codes"], ids=lambda vector: vector["text"])
def test_a_wrong_code_is_refused_with_its_reason(vector):
    with pytest.raises(InvalidError) as refusal:
        parse_code(vector["text"])
    assert refusal.value.code == vector["error"]


@pytest.mark.parametrize("vector", VECTORS["wrong_human"], ids=lambda vector: vector["text"])
def test_a_wrongly_typed_code_is_refused_with_its_reason(vector):
    with pytest.raises(InvalidError) as refusal:
        parse_human_code(vector["text"])
    assert refusal.value.code == vector["error"]


@given(numbers)
def test_a_number_survives_being_written_as_a_code(number):
    assert code_number(code_from_number(number)) == number


@pytest.mark.parametrize("number", [-1, 2**64])
def test_a_number_beyond_64_bits_has_no_code(number):
    with pytest.raises(ValueError, match="64 bits"):
        code_from_number(number)


def test_a_minted_code_asks_the_random_source_for_64_bits():
    asked = []

    def source(bits):
        asked.append(bits)
        return 42

    assert mint_code(source) == code_from_number(42)
    assert asked == [64]


def test_minted_codes_differ():
    assert len({mint_code() for _ in range(1000)}) == 1000


@given(some_codes)
def test_a_typed_code_forgives_case_blanks_dashes_and_lookalikes(code):
    printed = human_code(code)
    loose = " " + printed.lower().replace("-", " - ").replace("1", "l").replace("0", "o")
    fullwidth = "".join(chr(ord(c) + 0xFEE0) if c != "-" else "-" for c in printed)
    assert parse_human_code(loose) == parse_human_code(printed.replace("1", "I")) == code
    assert parse_human_code(fullwidth) == code


@given(some_codes, st.integers(0, 14), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(code, place, other):
    whole = human_code(code).replace("-", "")
    if other != whole[place]:
        with pytest.raises(InvalidError):
            parse_human_code(whole[:place] + other + whole[place + 1 :])


@given(some_codes)
def test_two_swapped_characters_are_always_noticed(code):
    whole = human_code(code).replace("-", "")
    for one, other in combinations(range(15), 2):
        if whole[one] != whole[other]:
            swapped = list(whole)
            swapped[one], swapped[other] = swapped[other], swapped[one]
            with pytest.raises(CodeMistyped):
                parse_human_code("".join(swapped))


def test_any_two_wrong_characters_are_noticed_because_the_code_has_distance_three():
    # The code is linear: it is enough that no non-zero word of weight one or two has a zero remainder.
    zero = "0" * 13
    seen = {codes._check(zero)}
    for place in range(13):
        for value in ALPHABET[1:]:
            seen.add(codes._check(zero[:place] + value + zero[place + 1 :]))
    checks_alone = {"00", *(f"{a}0" for a in ALPHABET), *(f"0{a}" for a in ALPHABET)}
    assert len(seen) == 1 + 13 * 31  # all different: two wrong characters of the code never cancel out
    assert seen & checks_alone == {"00"}  # nor does one of the code with one of the check


@pytest.mark.parametrize("vector", VECTORS["qr"], ids=lambda vector: vector["body"])
def test_qr_texts_are_written_as_pinned(vector):
    assert qr_body(vector["code"], vector["page"]) == vector["body"]
    claimed = parse_qr_text(vector["body"] + CHECK)
    assert (claimed.version, claimed.code, claimed.page) == (1, vector["code"], vector["page"])
    assert (claimed.check, claimed.body) == (CHECK, vector["body"])


@pytest.mark.parametrize("vector", VECTORS["wrong_qr"], ids=lambda vector: vector["text"])
def test_a_wrong_qr_text_is_refused_with_its_reason(vector):
    with pytest.raises(InvalidError) as refusal:
        parse_qr_text(vector["text"])
    assert refusal.value.code == vector["error"]


@given(some_codes, st.integers(1, 32767))
def test_a_qr_text_forgives_what_scanners_and_input_methods_do(code, page):
    text = qr_body(code, page) + CHECK
    fullwidth = "".join(chr(ord(character) + 0xFEE0) for character in text)
    claims = {parse_qr_text(form) for form in (text, text.lower(), f"  {text}\r\n", fullwidth)}
    assert claims == {parse_qr_text(text)}


@given(st.text(max_size=60))
def test_no_text_at_all_breaks_the_parser(text):
    try:
        claimed = parse_qr_text(text)
    except InvalidError:
        return
    assert len(claimed.body) == 18


@pytest.mark.parametrize("page", [0, -1, 32768])
def test_a_qr_has_no_page_outside_its_three_characters(page):
    with pytest.raises(ValueError, match="wanted 1 to 32767"):
        qr_body("0" * 13, page)


def test_a_copy_number_is_printed_with_six_digits():
    assert copy_no_text(7) == "000007"
    assert parse_copy_no(" 000007 ") == parse_copy_no("7") == 7


@pytest.mark.parametrize("text", ["", "0", "1000000", "12a", "-1", "٣", "1" * 5000])
def test_what_is_no_copy_number_is_refused(text):
    with pytest.raises(InvalidCopyNumber):
        parse_copy_no(text)
    with pytest.raises(InvalidCopyNumber):
        copy_no_text(0)
