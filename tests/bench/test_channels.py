"""The simulated channels: what they promise of shape and seed, and that their geometry is what it says."""

import sys
from functools import lru_cache

import cv2
import numpy as np
import pytest

from bench.channels import CHANNELS, channel
from bench.channels.cameras import View, over
from bench.channels.damage import redacted, text_lines, torn
from bench.channels.fields import resample
from bench.channels.pictures import forwarded
from bench.channels.scanners import Glass, copied, seen
from bench.channels.screens import shown
from bench.channels.sheets import Box, Sheet, printed, some_square

MM = 600 / 25.4
SMALL_MM = (80, 110)
EVERY_ROOM = (
    *(
        "scan-150",
        "fed-200",
        "copy-1",
        "fax",
        "levels",
        "despeckle",
        "binarise",
        "screenshot",
        "screen-photo",
    ),
    *("torn", "redacted", "pen", "creases", "scan-chat", "phone-crop-60", "copy-crop-40", "scan-crop-30"),
)
"""Channels that between them go through all of the code."""


@lru_cache(maxsize=1)
def page():
    """Return a small sheet with lines of blocks as long as words."""
    chance = np.random.default_rng(1)
    drawn = np.full((round(SMALL_MM[1] * MM), round(SMALL_MM[0] * MM)), 255, np.uint8)
    for line in range(14):
        x = 10 * MM
        while x < 65 * MM:
            wide = chance.uniform(2, 8) * MM
            cv2.rectangle(
                drawn,
                (round(x), round((12 + 6 * line) * MM)),
                (round(x + wide), round((14.2 + 6 * line) * MM)),
                (0,),
                -1,
            )
            x += wide + 1.5 * MM
    return drawn


def marks_at(places_mm):
    """Return a sheet that bears discs of 2 mm at places."""
    drawn = np.full((round(297 * MM), round(210 * MM)), 255, np.uint8)
    for x, y in places_mm:
        cv2.circle(drawn, (round(x * MM * 16 - 8), round(y * MM * 16 - 8)), round(16 * MM), (0,), -1, shift=4)
    return Sheet(210.0, 297.0, drawn)


def centre_near(picture, x, y, reach=60):
    """Return the centre of the darkness around a pixel."""
    left, top = round(x) - reach, round(y) - reach
    dark = 255.0 - picture[top : top + 2 * reach, left : left + 2 * reach]
    rows, columns = np.mgrid[0 : dark.shape[0], 0 : dark.shape[1]]
    return left + (columns * dark).sum() / dark.sum(), top + (rows * dark).sum() / dark.sum()


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_gives_a_gray_picture_that_shows_ink_on_paper(name):
    picture = channel(name)(page(), np.random.default_rng(3), "bad")
    assert picture.dtype == np.uint8
    assert picture.ndim == 2
    assert picture.flags.c_contiguous
    assert np.ptp(picture) > 60


@pytest.mark.parametrize("name", EVERY_ROOM)
def test_a_seed_says_it_all(name):
    before = page().copy()
    first, again, other = (channel(name)(page(), np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert np.array_equal(first, again)
    assert np.array_equal(before, page())
    assert first.shape != other.shape or not np.array_equal(first, other)


def test_the_identity_gives_the_page():
    assert np.array_equal(channel("identity")(page(), np.random.default_rng(0)), page())


@pytest.mark.parametrize(
    ("name", "dpi"), [("scan-150", 150), ("scan-200", 200), ("scan-300", 300), ("scan-600", 600)]
)
def test_a_scan_has_the_size_of_the_sheet(name, dpi):
    picture = channel(name)(page(), np.random.default_rng(1))
    assert picture.shape == tuple(round(side / 25.4 * dpi) for side in SMALL_MM[::-1])


@pytest.mark.parametrize(
    ("name", "side"), [("scan-crop-30", 354), ("copy-crop-40", 472), ("scan-crop-15", 177)]
)
def test_a_crop_of_a_scan_is_the_square_that_was_asked_for(name, side):
    assert channel(name)(page(), np.random.default_rng(1)).shape == (side, side)


def test_a_photo_has_twelve_megapixels_and_its_chat_forward_1280():
    assert channel("phone")(page(), np.random.default_rng(1)).shape == (4032, 3024)
    assert max(channel("phone-chat")(page(), np.random.default_rng(1)).shape) == 1280
    wide = np.ascontiguousarray(np.rot90(page()))
    assert channel("phone")(wide, np.random.default_rng(1)).shape == (3024, 4032)


def test_a_fax_has_one_bit_a_pixel():
    assert set(np.unique(channel("fax")(page(), np.random.default_rng(2)))) == {0, 255}


def test_resampling_by_the_identity_returns_the_raster():
    raster = np.random.default_rng(0).integers(0, 256, (700, 300)).astype(np.uint8)
    assert np.array_equal(resample(raster, lambda x, y: (x, y), (300, 700)), raster)


def test_resampling_by_half_a_pixel_is_the_mean_of_neighbours():
    raster = np.random.default_rng(0).integers(0, 256, (64, 64)).astype(np.uint8)
    moved = resample(raster, lambda x, y: (x + 0.5, y), (63, 64)).astype(int)
    assert np.abs(moved - (raster[:, :-1].astype(int) + raster[:, 1:]) / 2).max() <= 1


@pytest.mark.parametrize("severity", ["ordinary", "bad"])
@pytest.mark.parametrize("seed", range(4))
def test_a_camera_sees_points_of_the_sheet_where_it_projects_them(seed, severity):
    places = [(20, 30), (105, 148), (190, 30), (30, 270), (180, 260), (60, 200)]
    sheet = marks_at(places)
    camera = over(sheet.box, (210.0, 297.0), np.random.default_rng(seed), severity)
    light = View.of(camera).light(sheet)
    for place in places:
        x, y = (float(part[0]) for part in camera.project(*(np.array([float(part)]) for part in place)))
        found = centre_near(light, x, y)
        # The middle of a disc is not seen in the middle of its picture: tilt moves it by some hundredths of its width.
        assert np.hypot(found[0] - x, found[1] - y) < 0.4


@pytest.mark.parametrize("seed", range(6))
def test_what_a_camera_projects_it_finds_again(seed):
    camera = over(Box(0, 0, 210, 297), (210.0, 297.0), np.random.default_rng(seed), "bad")
    x, y = (part.ravel() for part in np.meshgrid(np.linspace(0, 210, 9), np.linspace(0, 297, 9)))
    back = camera.paper_mm(*camera.project(x, y))
    assert np.abs(back[0] - x).max() < 1e-3
    assert np.abs(back[1] - y).max() < 1e-3


@pytest.mark.parametrize("seed", range(6))
def test_bent_paper_does_not_stretch(seed):
    bend = over(Box(0, 0, 210, 297), (210.0, 297.0), np.random.default_rng(seed), "bad").bend
    steps = np.linspace(-90, 90, 2001)
    for right, down in ((1.0, 0.0), (0.0, 1.0), (0.6, 0.8)):
        lifted = np.stack(bend.lifted(steps * right, steps * down))
        length = np.linalg.norm(np.diff(lifted, axis=1), axis=0).sum()
        assert length == pytest.approx(180, rel=1e-3)


def test_the_whole_sheet_is_in_an_ordinary_photo():
    for seed in range(20):
        camera = over(Box(0, 0, 210, 297), (210.0, 297.0), np.random.default_rng(seed), "ordinary")
        x, y = camera.project(np.array([0.0, 210, 0, 210]), np.array([0.0, 0, 297, 297]))
        assert x.min() > -1
        assert x.max() < camera.size[0] + 1
        assert y.min() > -1
        assert y.max() < camera.size[1] + 1
        assert np.ptp(y) > 0.5 * camera.size[1]


def test_a_sheet_that_lies_straight_is_scanned_true():
    places = [(30, 40), (180, 250), (105, 148)]
    still = Glass(0.0, (2.0, -1.0), 1.0, 1.0, lambda x, y: (0 * x, 0 * y), 210.0, 297.0)
    light = seen(marks_at(places), still, dpi=300, mtf50=6.0, box=Box(0, 0, 210, 297))
    for x, y in places:
        found = centre_near(light, (x + 2) / 25.4 * 300, (y - 1) / 25.4 * 300)
        assert found == pytest.approx(((x + 2) / 25.4 * 300 - 0.5, (y - 1) / 25.4 * 300 - 0.5), abs=0.1)


def test_the_glass_turns_clockwise():
    turned = Glass(1.0, (0.0, 0.0), 1.0, 1.0, lambda x, y: (0 * x, 0 * y), 210.0, 297.0)
    light = seen(marks_at([(200, 148.5)]), turned, dpi=300, mtf50=6.0, box=Box(0, 0, 210, 297))
    down_mm = centre_near(light, 200 / 25.4 * 300, 148.5 / 25.4 * 300)[1] / 300 * 25.4 - 148.5
    assert down_mm == pytest.approx(95 * np.sin(np.deg2rad(1)), abs=0.05)


def test_a_part_of_a_sheet_is_printed_where_the_whole_is():
    part = printed(page(), np.random.default_rng(4), "ordinary", Box(20, 30, 60, 70))
    whole = printed(page(), np.random.default_rng(4), "ordinary")
    at = np.array([40.0], np.float32), np.array([50.0], np.float32)
    in_part, in_whole = part.raster_px(*at), whole.raster_px(*at)
    assert in_part[0] + int(20 * MM) == pytest.approx(in_whole[0], abs=1e-2)
    assert in_part[1] + int(30 * MM) == pytest.approx(in_whole[1], abs=1e-2)


def test_toner_spreads_by_less_than_a_pixel_and_leaves_paper_white():
    sheet = printed(page(), np.random.default_rng(8), "ordinary")
    inked, drawn = (sheet.cover < 128).mean(), (page() < 128).mean()
    assert inked == pytest.approx(drawn, rel=0.05)
    assert np.median(sheet.cover[: round(8 * MM)]) == 255


def test_even_gray_becomes_a_screen_of_black_and_white():
    gray = np.full((600, 600), 255, np.uint8)
    gray[100:500, 100:500] = 128
    cover = printed(gray, np.random.default_rng(8), "ordinary").cover[120:480, 120:480]
    assert cover.mean() == pytest.approx(128, abs=45)
    assert (cover < 64).mean() > 0.15
    assert (cover > 192).mean() > 0.15


def test_a_photocopy_moves_and_changes_size():
    sheet = printed(page(), np.random.default_rng(1), "ordinary")
    copy = copied(sheet, np.random.default_rng(2), "ordinary")
    assert copy.cover.shape == sheet.cover.shape
    assert 0.8 < (copy.cover < 128).mean() / (sheet.cover < 128).mean() < 1.25
    assert ((copy.cover < 128) != (sheet.cover < 128)).mean() > 0.01


def test_lines_are_found_and_half_of_them_blacked_out():
    sheet = Sheet(*map(float, SMALL_MM), page())
    bands = text_lines(page())
    assert len(bands) == 14
    hidden = redacted(sheet, np.random.default_rng(1), "ordinary").cover
    black = [(hidden[top:bottom, left:right] < 30).mean() > 0.99 for top, bottom, left, right in bands]
    assert sum(black) == 7


@pytest.mark.parametrize("seed", range(6))
def test_half_of_a_torn_sheet_is_there(seed):
    kept = torn(Sheet(*map(float, SMALL_MM), page()), np.random.default_rng(seed), "ordinary").shape
    assert kept is not None
    assert 0.4 < (kept > 0).mean() < 0.6


def test_squares_lie_on_what_is_printed():
    for seed in range(20):
        square = some_square(page(), np.random.default_rng(seed), 30)
        assert square.width == pytest.approx(30)
        assert 9.5 <= square.left <= square.right <= 75
        assert 11.5 <= square.top <= square.bottom <= 93


def test_a_viewer_shows_the_mean_of_what_a_pixel_covers():
    drawn = np.full((120, 60), 255, np.uint8)
    drawn[:, :3] = 0
    assert int(shown(drawn, 100)[0, 0]) == pytest.approx(127, abs=1)
    assert shown(drawn, 100)[0, 1] == 255


def test_small_pictures_are_not_enlarged_by_a_chat():
    small = np.random.default_rng(0).integers(0, 256, (100, 90)).astype(np.uint8)
    assert forwarded(small, np.random.default_rng(0), "ordinary").shape == (100, 90)


def test_without_augraphy_its_channels_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "augraphy", None)
    with pytest.raises(SystemExit, match="augraphy is missing"):
        channel("augraphy-scan")(page(), np.random.default_rng(0))
