"""Findings, channels, grades and what a page lacks have words, and a finding is told once with its pages."""

import re
from pathlib import Path

from registry.rules.marks import FIELDS
from service.confinement import PROGRAM_LAYERS
from service.terms import (
    CHANNELS,
    COVERS,
    FINDINGS,
    GRADES,
    LINE_FIELDS,
    OBSTACLES,
    line_template,
    told,
)
from watermark import Channel, Grade

ROOT = Path(__file__).resolve().parents[2]
LISTED = re.compile(r"^\| `([a-z-]+)` \|", re.MULTILINE)
NAMED = re.compile(r"``([a-z-]+-[a-z-]+)``")


def test_every_finding_has_words():
    findings = (ROOT / "docs" / "mark-format.md").read_text(encoding="utf-8").split("## Findings")[1]
    codes = set(LISTED.findall(findings.split("\n## ")[0]))
    assert len(codes) >= 14
    assert sorted(codes - set(FINDINGS)) == []


def test_every_channel_grade_and_obstacle_has_words():
    assert set(CHANNELS) == set(Channel)
    assert set(GRADES) == set(Grade)
    source = (ROOT / "watermark" / "write" / "proof.py").read_text(encoding="utf-8")
    obstacles = set(re.findall(r'yield "([a-z-]+)"', source))
    assert obstacles == set(OBSTACLES)
    assert obstacles == set(NAMED.findall(source.split("obstacles: What is missing")[1].split('"""')[0]))


def test_a_layer_that_was_missing_is_named_in_words(app):
    found = {"code": "converted-uncovered", "page": None, "facts": {"layers": "network, files"}}
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        ((sentence, _),) = told([found])
    assert "the cut from the network · the lock on the files of this machine" in sentence


def test_a_visible_line_is_shown_with_what_differs_from_copy_to_copy_by_name(app):
    assert set(LINE_FIELDS) == FIELDS
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        assert line_template("Copy {copy_no} · {mark}\n{holder_en}") == [
            "Copy ‹copy number› · ‹secrecy mark›",
            "‹holder in English›",
        ]


def test_every_layer_of_a_converters_cover_has_words():
    assert set(COVERS) == set(PROGRAM_LAYERS)


def test_a_finding_is_told_once_with_all_its_pages(app):
    findings = [
        {"code": "javascript-removed", "page": None, "facts": {"places": 2}},
        *({"code": "annotations-removed", "page": page, "facts": {"annotations": 1}} for page in (3, 1, 2)),
        {"code": "annotations-removed", "page": 9, "facts": {"annotations": 4}},
        {"code": "never-heard-of", "page": 5, "facts": {}},
    ]
    with app.test_request_context("/"):
        lines = told(findings)
    assert [pages for _, pages in lines] == ["", "1-3", "9", "5"]
    assert "never-heard-of" in lines[3][0]
