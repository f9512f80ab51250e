"""Code names say nothing, read in two languages, and are never mistaken for titles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.codenames import (
    SHOWN_AS,
    THINGS,
    TitleLikeCodeName,
    TitleNotKept,
    in_place_of_title,
    parse_code_name,
    propose,
)
from registry.rules.limits import CODE_NAME_LIMIT, DOC_TITLE_LIMIT
from registry.rules.texts import MissingText, TextTooLong


def test_a_proposal_reads_in_both_languages_and_ends_in_a_number():
    assert propose(lambda numbers: numbers[0]) == "银杏 Ginkgo 100"
    assert propose(lambda numbers: numbers[-1]) == "微风 Breeze 999"


def test_no_two_things_share_a_word_and_every_font_here_has_them():
    assert (
        len({thing.split()[0] for thing in THINGS}) == len({thing.split(" ", 1)[1] for thing in THINGS}) == 96
    )
    for thing in THINGS:
        assert thing.encode("gb2312")


@given(st.randoms(use_true_random=False))
def test_every_proposal_can_be_kept_as_it_is(chance):
    name = propose(chance.choice)
    assert parse_code_name(name) == name
    assert len(SHOWN_AS + name) <= DOC_TITLE_LIMIT


def test_a_name_that_is_copied_from_a_list_loses_what_marks_it():
    assert in_place_of_title(f"{SHOWN_AS}银杏  Ginkgo 417", "") == (
        "银杏 Ginkgo 417",
        f"{SHOWN_AS}银杏 Ginkgo 417",
    )


def test_a_document_has_a_title_or_a_code_name():
    assert in_place_of_title(None, "预算") == (None, "预算")
    with pytest.raises(TitleNotKept):
        in_place_of_title("银杏", "预算")
    with pytest.raises(TitleLikeCodeName):
        in_place_of_title(None, " 〔代号〕预算")
    with pytest.raises(MissingText):
        in_place_of_title(" ", "")
    with pytest.raises(TextTooLong):
        in_place_of_title("杏" * (CODE_NAME_LIMIT + 1), "")
