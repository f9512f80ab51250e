"""What may be said of a picture: named, claimed, contradicted, too little, nothing."""

import pytest

from registry.rules.evidence import DotsSeen, PageSeen, QrProof, QrSeen, parse_pages, tell_pages
from registry.rules.tracing import (
    CERTAIN_LOG10,
    Grade,
    HiddenReading,
    PageEvidence,
    PageFinding,
    judge_case,
    judge_page,
    strongest,
)
from registry.rules.words import CaseState

OURS, OTHER, UNPRINTED = "0123456789ABC", "7J7DW5CKF4Z7X", "ZZZZZZZZZZZZZ"
ON_PAPER = {OURS, OTHER}
DOTS = HiddenReading(OURS, 3, -50.0)
WEAK = HiddenReading(OTHER, 1, CERTAIN_LOG10 + 0.1)


def judged(qr=(), hidden=None, forged=0):
    found = judge_page(PageEvidence(1, tuple(qr), forged, hidden), ON_PAPER)
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
    assert judge_case(findings) is state


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
