"""Of pages that lie on each other one is taken, by what its marks say; pages beside each other are all kept."""

from types import SimpleNamespace

import cv2
import pytest

from watermark.trace.choosing import chosen

WIDTH, HEIGHT = 210.0, 297.0


def page(name, middle, *, turn_deg=0.0, picture=0, scale=1.0):
    """Return a page of A4 as it lies in a picture of 1000 x 1000 pixels, by its middle."""
    corners = cv2.boxPoints((middle, (WIDTH * scale, HEIGHT * scale), turn_deg)).reshape(2, 2, 2)
    placing = SimpleNamespace(mesh_px=corners)
    return SimpleNamespace(name=name, picture=picture, picture_px=(1000, 1000), placing=placing)


def told(pages, **says):
    """Return the names of the pages that are kept, and in how many ways one could choose."""
    kept, ways = chosen(pages, lambda asked: (says.get(asked.name, 0.0), 0.0))
    return [each.name for each in kept], ways


def test_of_two_pages_in_one_place_the_one_that_more_speaks_for_is_kept():
    pages = [page("a", (500, 500)), page("b", (510, 495))]
    assert told(pages, a=5.0, b=9.0) == (["b"], 2)
    assert told(pages, a=9.0, b=5.0) == (["a"], 2)


def test_a_page_beside_a_turned_one_is_kept_though_the_box_around_that_covers_it():
    pages = [page("turned", (500, 500), turn_deg=45), page("beside", (640, 370), scale=0.3)]
    turned, beside = (each.placing.mesh_px.reshape(-1, 2) for each in pages)
    assert (beside.min(axis=0) >= turned.min(axis=0)).all()
    assert (beside.max(axis=0) <= turned.max(axis=0)).all()
    assert told(pages, turned=300.0) == (["turned", "beside"], 1)


def test_pages_in_one_place_of_two_pictures_do_not_lie_on_each_other():
    assert told([page("a", (500, 500)), page("b", (500, 500), picture=1)]) == (["a", "b"], 1)


@pytest.mark.parametrize(
    ("says", "kept"),
    [
        ({"between": 9.0}, ["between"]),
        ({"left": 9.0}, ["left", "right"]),
        ({"right": 9.0}, ["left", "right"]),
    ],
)
def test_a_page_seen_between_two_others_gives_way_to_both_or_they_to_it(says, kept):
    pages = [page("left", (300, 500)), page("right", (520, 500)), page("between", (410, 500))]
    assert told(pages, **says) == (kept, 2)


@pytest.mark.parametrize("best", ["left", "between", "right"])
def test_nothing_that_is_kept_lies_on_anything_else_that_is_kept(best):
    pages = [page("between", (410, 500)), page("left", (300, 500)), page("right", (520, 500))]
    names, _ = told(pages, **{best: 9.0})
    assert ("between" in names) != ({"left", "right"} <= set(names))


def test_four_pages_in_one_place_can_be_chosen_in_four_ways():
    pages = [page(name, (500, 500)) for name in "abcd"]
    assert told(pages, c=3.0) == (["c"], 4)
