"""What may be said of a picture: named, claimed, contradicted, too little, nothing."""

import pytest

from registry.rules.evidence import (
    CandidateSeen,
    ComparedSeen,
    DotsSeen,
    Generation,
    PageSeen,
    PlacedSeen,
    PrintedSeen,
    QrProof,
    QrSeen,
    parse_compared,
    parse_finding,
    parse_pages,
    tell_compared,
    tell_finding,
    tell_pages,
)
from registry.rules.tracing import (
    CERTAIN_LOG10,
    STRONG_LOG10,
    CaseFinding,
    Grade,
    HiddenReading,
    PageEvidence,
    PageFinding,
    RegisteredReading,
    judge_case,
    judge_page,
    may_review,
    strongest,
)
from registry.rules.words import CaseState

OURS, OTHER, UNPRINTED = "0123456789ABC", "7J7DW5CKF4Z7X", "ZZZZZZZZZZZZZ"
ON_PAPER = {OURS: 7, OTHER: 7}
"""Both are copies of document 7."""
DOTS = HiddenReading(OURS, 3, -50.0)
WEAK = HiddenReading(OTHER, 1, CERTAIN_LOG10 + 0.1)


def judged(qr=(), hidden=None, forged=0, placed=()):
    found = judge_page(PageEvidence(1, tuple(qr), forged, hidden, frozenset(placed)), ON_PAPER)
    return found.grade, found.code, found.page


@pytest.mark.parametrize(
    ("qr", "hidden", "forged", "finding"),
    [
        ([], DOTS, 0, (Grade.CERTAIN, OURS, 3)),
        ([(OURS, 3)], DOTS, 0, (Grade.CERTAIN, OURS, 3)),
        ([(OURS, 3)], None, 0, (Grade.CLAIM, OURS, 3)),
        ([(OURS, 3), (OURS, 3)], None, 0, (Grade.CLAIM, OURS, 3)),
        ([(OURS, 3)], WEAK, 0, (Grade.CLAIM, OURS, 3)),
        ([(OTHER, 3)], DOTS, 0, (Grade.CONFLICT, None, None)),
        ([(OURS, 2)], DOTS, 0, (Grade.CONFLICT, None, None)),
        ([(UNPRINTED, 3)], DOTS, 0, (Grade.CONFLICT, None, None)),
        ([(OURS, 3), (OTHER, 3)], None, 0, (Grade.CONFLICT, None, None)),
        ([], DOTS, 1, (Grade.CONFLICT, None, None)),
        ([(OURS, 3)], None, 1, (Grade.CONFLICT, None, None)),
        ([], WEAK, 0, (Grade.INSUFFICIENT, None, None)),
        ([], HiddenReading(UNPRINTED, 3, -50.0), 0, (Grade.INSUFFICIENT, None, None)),
        ([(UNPRINTED, 3)], None, 0, (Grade.INSUFFICIENT, None, None)),
        ([], None, 2, (Grade.INSUFFICIENT, None, None)),
        ([], None, 0, (Grade.NO_MARK, None, None)),
    ],
)
def test_a_page_says_what_its_marks_allow(qr, hidden, forged, finding):
    assert judged(qr, hidden, forged) == finding


def test_evidence_of_exactly_the_bound_names_and_a_hair_less_does_not():
    assert judged(hidden=HiddenReading(OURS, 3, CERTAIN_LOG10))[0] is Grade.CERTAIN
    assert judged(hidden=HiddenReading(OURS, 3, CERTAIN_LOG10 + 1e-6))[0] is Grade.INSUFFICIENT


def finding(grade, code=None, page=None, picture_page=1):
    return PageFinding(picture_page, grade, code, page, None)


CERTAIN, CLAIM = finding(Grade.CERTAIN, OURS, 2, 2), finding(Grade.CLAIM, OURS, 1)
NOTHING, CONTRADICTION = finding(Grade.NO_MARK), finding(Grade.CONFLICT)


@pytest.mark.parametrize(
    ("qr", "hidden", "placed", "grade"),
    [
        ([(OURS, 3)], None, [7], Grade.CLAIM),
        ([(OURS, 3)], DOTS, [7], Grade.CERTAIN),
        ([(OURS, 3)], None, [6, 7], Grade.CLAIM),
        ([(OURS, 3)], None, [6], Grade.CONFLICT),
        ([], DOTS, [6], Grade.CONFLICT),
        ([(UNPRINTED, 3)], None, [6], Grade.INSUFFICIENT),
        ([], None, [6], Grade.INSUFFICIENT),
    ],
)
def test_a_mark_on_a_page_of_another_document_is_a_conflict(qr, hidden, placed, grade):
    assert judged(qr, hidden, placed=placed)[0] is grade


@pytest.mark.parametrize(
    ("findings", "state"),
    [
        ([], CaseState.INCONCLUSIVE),
        ([NOTHING, finding(Grade.INSUFFICIENT)], CaseState.INCONCLUSIVE),
        ([NOTHING, CLAIM], CaseState.NAMED),
        ([CLAIM, CERTAIN], CaseState.NAMED),
        ([CERTAIN, finding(Grade.CLAIM, OTHER, 1)], CaseState.CONFLICT),
        ([CERTAIN, CONTRADICTION], CaseState.CONFLICT),
    ],
)
def test_a_picture_names_a_copy_when_its_pages_do_not_contradict_each_other(findings, state):
    assert judge_case(findings).state is state


def pointing(code, log10_chance, *pages):
    return RegisteredReading(code, pages or (4,), log10_chance)


def test_the_registered_marks_name_a_copy_from_pictures_in_which_nothing_else_is_read():
    found = judge_case([NOTHING, finding(Grade.INSUFFICIENT)], [pointing(OURS, -30.0, 2, 3)])
    assert found == CaseFinding(CaseState.NAMED, Grade.CERTAIN, OURS, (2, 3), -30.0)
    assert found.page == 2


def test_registered_evidence_of_exactly_the_bound_names_and_a_hair_less_does_not():
    assert judge_case([NOTHING], [pointing(OURS, CERTAIN_LOG10)]).code == OURS
    almost = judge_case([NOTHING], [pointing(OURS, CERTAIN_LOG10 + 1e-6)])
    assert (almost.state, almost.grade, almost.code) == (CaseState.INCONCLUSIVE, Grade.STRONG, None)
    weaker = judge_case([finding(Grade.INSUFFICIENT)], [pointing(OURS, STRONG_LOG10 + 1e-6)])
    assert (weaker.state, weaker.grade) == (CaseState.INCONCLUSIVE, Grade.INSUFFICIENT)


def test_a_qr_that_the_registered_marks_confirm_is_no_mere_claim():
    found = judge_case([CLAIM], [pointing(OURS, -12.0, 1)])
    assert (found.grade, found.code, found.log10_chance) == (Grade.CERTAIN, OURS, -12.0)


@pytest.mark.parametrize("log10_chance", [-30.0, CERTAIN_LOG10, -5.0, STRONG_LOG10])
@pytest.mark.parametrize("read", [CLAIM, CERTAIN], ids=["qr", "dots"])
def test_carriers_that_point_at_different_copies_are_a_conflict_and_name_nobody(read, log10_chance):
    found = judge_case([read], [pointing(OTHER, log10_chance)])
    assert found == CaseFinding(CaseState.CONFLICT, Grade.CONFLICT)


def test_registered_marks_that_contradict_each_other_name_nobody_however_sure_one_of_them_is():
    found = judge_case([CLAIM], [pointing(OURS, -40.0)], contradicted=True)
    assert found == CaseFinding(CaseState.CONFLICT, Grade.CONFLICT)


def test_weak_registered_evidence_contradicts_nothing():
    assert judge_case([CLAIM], [pointing(OTHER, -3.9)]).grade is Grade.CLAIM


def test_pages_mixed_of_several_copies_name_each_of_them():
    found = judge_case([NOTHING], [pointing(OTHER, -40.0, 1), pointing(OURS, -20.0, 1)])
    assert (found.code, found.also) == (OTHER, (OURS,))
    with_qr = judge_case([CLAIM], [pointing(OTHER, -40.0, 1), pointing(OURS, -20.0, 1)])
    assert (with_qr.code, with_qr.also) == (OURS, (OTHER,))


def test_whoever_had_a_part_in_a_case_does_not_confirm_what_it_found():
    assert may_review(5, {1, 2, None})
    assert not may_review(2, {1, 2, None})
    assert not may_review(None, {1})


def test_the_copy_is_named_on_the_best_evidence():
    assert strongest([NOTHING, CLAIM, CERTAIN]) is CERTAIN
    assert strongest([NOTHING, CLAIM]) is CLAIM
    assert strongest([NOTHING]) is None


def test_what_was_seen_is_told_as_plain_data_and_read_back():
    corners = ((1.0, 2.0), (3.0, 2.0), (3.0, 4.0), (1.0, 4.0))
    page = PageSeen(
        2,
        2480,
        3508,
        (QrSeen(QrProof.PROVEN, corners, OTHER, 1), QrSeen(QrProof.FORGED, corners)),
        DotsSeen(OURS, 3, -237.5, 5479, 5382, 300.4, 1.4),
        ("picture-too-coarse",),
    )
    assert parse_pages(tell_pages([page])) == (page,)
    assert page.evidence == PageEvidence(2, ((OTHER, 1),), 1, HiddenReading(OURS, 3, -237.5))
    assert page.codes == {OURS, OTHER}


def test_what_was_compared_and_found_is_told_as_plain_data_and_read_back():
    printed = PrintedSeen(Generation.COPY, "uneven-dots", 3.5, 600, 0.42, 0.0131)
    outline = ((0.0, 1.0), (9.0, 1.0))
    place = PlacedSeen(7, 2, outline, 210.0, 297.0, 300, 0.04, 150.0, 800, 1200, "f" * 64, printed)
    page = PageSeen(1, 100, 200, (), None, (), 2, (place,))
    assert parse_pages(tell_pages([page])) == (page,)
    assert page.evidence.placed == {7}
    compared = ComparedSeen(
        (CandidateSeen(OURS, 7, (2, 3), None, 20.5, 20.5, -14.0),), 1, 12, 3, 50, (-2.0, 0.5)
    )
    assert parse_compared(tell_compared(compared)) == compared
    assert parse_compared(None) is None
    assert compared.registered == (RegisteredReading(OURS, (2, 3), -14.0),)
    found = judge_case([NOTHING], compared.registered)
    assert parse_finding(tell_finding(found)) == found


def test_pages_that_an_older_release_kept_are_of_the_first_picture():
    (told,) = tell_pages([PageSeen(2, 100, 200, (), None, ())])
    del told["picture"], told["placed"]
    (page,) = parse_pages([told])
    assert (page.picture, page.picture_page, page.placed) == (1, 2, ())
