"""Copies that were mixed are told together, and the mean of what is said of an innocent is one."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watermark.marks.layout import RIGHT_MM, biases, signs_of
from watermark.trace.weigh import parting
from watermark.trace.weigh.coalition import MOST_PARTNERS, Coalition, WordsSeen
from watermark.trace.weigh.evidence import mixed, word_ratios, word_scores
from watermark.trace.weigh.parting import parted

KEY = b"a key of these tests"
WORDS = 250
NEED = 15.0
LINES = np.arange(WORDS) // 10


def drawn(count: int, seed: int = 0) -> np.ndarray:
    """Return where so many copies have +1, ``(count, WORDS, 2)``."""
    identities = np.random.default_rng(seed).integers(0, 1 << 64, count, dtype=np.uint64)
    return signs_of(identities.tolist(), 1, WORDS, KEY) > 0


def seen(places: np.ndarray, seed: int = 0, noise: float = 0.15) -> WordsSeen:
    """Return what is measured of words at these places, in steps."""
    left = places + np.random.default_rng(seed).normal(0, noise, places.shape)
    return WordsSeen(left, np.full(left.shape, noise), biases(1, WORDS, KEY), LINES)


def mean(theirs: np.ndarray) -> np.ndarray:
    return (2.0 * theirs - 1).mean(axis=0)


def minority(theirs: np.ndarray) -> np.ndarray:
    ayes = theirs.mean(axis=0)
    return np.where((ayes > 0.5) ^ ((ayes > 0) & (ayes < 1)), 1.0, -1.0)


def alone(words: WordsSeen, copies: np.ndarray) -> np.ndarray:
    ratios = np.stack(
        [word_ratios(words.left[:, axis], words.doubt[:, axis], words.plus[:, axis]) for axis in (0, 1)],
        axis=2,
    )
    flat = ratios.reshape(len(ratios), -1, 2)
    return mixed(word_scores(flat, copies.reshape(len(copies), -1))) / np.log(10)


@given(
    left=st.lists(st.floats(-3, 3), min_size=4, max_size=4),
    doubt=st.floats(0.05, 2),
    partners=st.lists(st.lists(st.booleans(), min_size=4, max_size=4), max_size=MOST_PARTNERS),
    plus=st.lists(st.floats(0.1, 0.9), min_size=4, max_size=4),
    second_line=st.integers(0, 1),
)
@settings(max_examples=20, deadline=None)
def test_whatever_is_seen_and_whoever_are_partners_an_innocent_weighs_one_in_the_mean(
    left, doubt, partners, plus, second_line
):
    odds = np.array(plus).reshape(2, 2)
    coalition = Coalition(
        WordsSeen(np.array(left).reshape(2, 2), np.full((2, 2), doubt), odds, np.array([0, second_line]))
    )
    known = np.array(partners, np.bool_).reshape(-1, 2, 2)
    total = 0.0
    for tossed in product((False, True), repeat=4):
        own = np.array(tossed).reshape(2, 2)
        total += np.where(own, odds, 1 - odds).prod() * np.exp(coalition.weigh(own, known))
    assert total == pytest.approx(1.0, rel=1e-6)


@pytest.mark.parametrize("mixture", [mean, minority])
def test_three_that_made_a_page_are_told_together_and_no_innocent_is(mixture):
    copies = drawn(30)
    words = seen(mixture(copies[:3]))
    coalition = Coalition(words)
    said = [
        coalition.weigh(copies[place], copies[[other for other in range(4) if other != place]]) / np.log(10)
        for place in range(len(copies))
    ]
    assert min(said[:3]) > 2 * NEED
    assert max(said[3:]) < 3


def test_a_minority_of_three_is_not_told_one_by_one_on_half_a_page():
    copies = drawn(3)
    assert alone(seen(minority(copies)), copies).min() < NEED


def test_lines_cut_from_three_pages_tell_each_of_them_and_no_innocent():
    copies = drawn(30)
    whose = np.random.default_rng(1).integers(0, 3, LINES[-1] + 1)[LINES]
    words = seen(2.0 * copies[whose, np.arange(WORDS)] - 1)
    coalition = Coalition(words)
    said = np.array([coalition.weigh(copy, copies[:0]) / np.log(10) for copy in copies])
    by_word = Coalition(WordsSeen(words.left, words.doubt, words.plus, np.arange(WORDS)))
    before = np.array([by_word.weigh(copy, copies[:0]) / np.log(10) for copy in copies])
    assert said[:3].min() > before[:3].min() + NEED
    assert said[3:].max() < 3


def test_nobody_but_partners_is_needed_to_tell_the_last_of_a_group():
    copies = drawn(2)
    words = seen(mean(copies))
    coalition = Coalition(words)
    with_partner = coalition.weigh(copies[0], copies[1:])
    assert with_partner > coalition.weigh(copies[0], copies[:0]) + NEED


def test_more_partners_than_are_supposed_are_refused():
    copies = drawn(MOST_PARTNERS + 2)
    with pytest.raises(ValueError, match="at most 4"):
        Coalition(seen(mean(copies))).weigh(copies[0], copies[1:])


@pytest.mark.parametrize("people", [1, 3])
def test_words_are_parted_from_paper_whether_one_copy_is_shown_or_the_mean_of_three(people):
    chance = np.random.default_rng(people)
    where = np.stack(np.meshgrid(np.arange(10) * 16.0, np.arange(25) * 6.0), axis=-1).reshape(-1, 2)
    places = mean(drawn(people))[:, 0]
    bend = 0.05 * np.sin(where[:, 1] / 40) + 0.03 * np.cos(where[:, 0] / 60) + 0.2
    off = bend + RIGHT_MM * places + chance.normal(0, 0.003, WORDS)
    found = parted(where, off, np.full(WORDS, 0.001), biases(1, WORDS, KEY)[:, 0], RIGHT_MM)
    assert found.people == people
    assert np.sqrt(((found.left - places) ** 2).mean()) < 0.15


def test_words_of_a_dense_page_are_parted_in_bands_as_if_at_once(monkeypatch):
    chance = np.random.default_rng(5)
    where = np.stack(np.meshgrid(np.arange(40) * 4.0, np.arange(45) * 5.5), axis=-1).reshape(-1, 2)
    where = chance.permutation(where)
    plus = biases(1, len(where), KEY)[:, 0]
    places = np.where(chance.random(len(where)) < plus, 1.0, -1.0)
    bend = 0.05 * np.sin(where[:, 1] / 40) + 0.03 * np.cos(where[:, 0] / 60) + 0.2
    off = bend + RIGHT_MM * places + chance.normal(0, 0.008, len(where))
    left = []
    for most in (350, len(where)):
        monkeypatch.setattr(parting, "_MOST_AT_ONCE", most)
        left.append(parted(where, off, np.full(len(where), 0.004), plus, RIGHT_MM).left)
    assert np.sqrt(((left[0] - places) ** 2).mean()) < 0.25
    assert np.sqrt(((left[0] - left[1]) ** 2).mean()) < 0.1
