"""Every hard document is stamped where it should be, or refused for the reason its entry states; nothing in between."""

import io
from importlib import import_module

import pikepdf
import pytest
from pikepdf import Array

import watermark
from tests.watermark.zoo.keeper import THEMES, all_animals, saved
from tests.watermark.zoo.visit import Outcome, visit

ZOO = all_animals()


@pytest.mark.parametrize("name", sorted(ZOO))
def test_an_animal_is_stamped_in_place_or_refused_by_name(name):
    animal = ZOO[name]
    outcome = visit(animal.make(), animal.unlike)
    if animal.refused:
        assert outcome == Outcome("refused", animal.refused)
    else:
        assert (outcome.kind, outcome.what) == ("stamped", "")
        assert outcome.findings >= animal.told


def test_the_zoo_is_large_enough_to_mean_something():
    assert len(ZOO) >= 150
    assert {animal.theme for animal in ZOO.values()} == set(THEMES)
    assert sum(animal.refused is None for animal in ZOO.values()) > 150


def shifted(copy):
    """Move the sheet by 2 mm under its content."""
    with pikepdf.open(io.BytesIO(copy)) as opened:
        box = [float(side) for side in opened.pages[0].obj.MediaBox]
        opened.pages[0].obj.MediaBox = Array([side + 5.67 for side in box])
        return saved(opened)


def mirrored(copy):
    """Draw the page in a mirror."""
    with pikepdf.open(io.BytesIO(copy)) as opened:
        page = opened.pages[0]
        page.contents_add(b"-1 0 0 1 %.3f 0 cm" % float(page.obj.MediaBox[2]), prepend=True)
        return saved(opened)


def blotted(copy):
    """Draw a spot of 4 mm where the document is blank."""
    with pikepdf.open(io.BytesIO(copy)) as opened:
        opened.pages[0].contents_add(b"0 0 1 rg 200 250 11 11 re f")
        return saved(opened)


def covered(copy):
    """Draw grey over the corner of the code."""
    with pikepdf.open(io.BytesIO(copy)) as opened:
        opened.pages[0].contents_add(b"0.5 g 220 0 80 80 re f")
        return saved(opened)


def behind_the_original(copy):
    """Append the copy to the unmarked original, as an update would."""
    return watermark.inspect(ZOO["turned_by_0"].make()).cleaned + copy


def gnawed(copy):
    """Spoil an object."""
    return copy.replace(b"endobj", b"endobx", 2)


@pytest.mark.parametrize(
    ("spoilt", "kind"),
    [
        (shifted, "misplaced"),
        (mirrored, "misplaced"),
        (covered, "misplaced"),
        (blotted, "altered"),
        (behind_the_original, "unmarked"),
        (gnawed, "unsound"),
    ],
)
def test_a_visit_sees_what_is_wrong_with_a_copy(monkeypatch, spoilt, kind):
    stamp = watermark.stamp
    monkeypatch.setattr(watermark, "stamp", lambda base, mark: spoilt(stamp(base, mark)))
    assert visit(ZOO["turned_by_0"].make()).kind == kind


@pytest.mark.parametrize("change", [b"0 0 1 rg 200 250 11 11 re f", b"1 0 0 1 4 0 cm", b"0 1 0 0 k"])
def test_a_visit_sees_that_a_page_was_changed_in_cleaning(monkeypatch, change):
    """Content that is lost, moved by 1.4 mm, or coloured otherwise."""
    prepare = import_module("watermark.write.prepare")
    clean = prepare.inspect

    def careless(pdf, *, limits):
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            content = (
                opened.pages[0]
                .obj.Contents.read_bytes()
                .replace(b"0 g", b"" if change.endswith(b"k") else b"0 g", 1)
            )
            opened.pages[0].obj.Contents = opened.make_stream(change + b" " + content)
            return clean(saved(opened), limits=limits)

    monkeypatch.setattr(prepare, "inspect", careless)
    assert visit(ZOO["turned_by_0"].make()).kind == "altered"
