"""Who may be a copy's partners is decided without the copy, however few of very many are weighed."""

from types import SimpleNamespace

import numpy as np
import pytest

from watermark.marks.layout import biases, signs_of
from watermark.trace.weigh import weighing
from watermark.trace.weigh.coalition import MOST_PARTNERS, WordsSeen
from watermark.trace.weigh.evidence import word_ratios
from watermark.trace.weigh.joining import foremost, joined
from watermark.trace.weigh.weighing import shortlist, weigh

KEY = b"a key of these tests"
MANY, SHORT = 40, MOST_PARTNERS + 2


def identities(count, seed):
    return np.random.default_rng(seed).integers(1, 1 << 63, count, dtype=np.uint64)


def measured(number, places, noise, seed=0):
    """Return what is measured of the words of a page at these places, and of dots that say nothing certain."""
    chance = np.random.default_rng([seed, number])
    plus = biases(number, len(places), KEY)
    left, doubt = places + chance.normal(0, noise, places.shape), np.full(places.shape, noise)
    ratios = [word_ratios(left[:, axis], doubt[:, axis], plus[:, axis]) for axis in (0, 1)]
    return SimpleNamespace(
        page=number,
        dots_page=0,
        all_units=len(places),
        units=np.arange(len(places)),
        words=WordsSeen(left, doubt, plus, np.arange(len(places)) // 10),
        ratios=np.stack(ratios, axis=2),
        cells=chance.normal(0, 0.3, (2, 224, 16)),
    )


def mean_of(theirs, seed=0):
    """Return a page that shows the mean of some copies, read none too well."""
    places = signs_of(theirs.tolist(), 1, 80, KEY).astype(float).mean(axis=0)
    return [measured(1, places, 0.6, seed)]


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(weighing, "_MANY", MANY)
    monkeypatch.setattr(weighing, "_SHORT", SHORT)


def suspects_among(pages, copies):
    listed = shortlist(pages, copies, KEY)
    return listed, foremost(listed, weigh(pages, listed.identities, KEY))


def test_no_copy_has_a_say_in_who_its_partners_are(short):
    copies = identities(MANY + 20, 1)
    pages = mean_of(copies[:3], seed=2)
    for place in (0, 1, 2, 10, 59):
        seen, listed_or_not = set(), set()
        for newcomer in (copies[place], *identities(60, 2)):
            changed = copies.copy()
            changed[place] = newcomer
            listed, suspects = suspects_among(pages, changed)
            listed_or_not.add(bool((listed.spoken == newcomer).any()))
            seen.add(tuple(suspects.ranked[suspects.partners_of(newcomer)].tolist()))
        assert len(seen) == 1
        if place == 0:
            assert listed_or_not == {True, False}  # some are pushed off the list by it, some not


def test_a_copy_that_pushes_a_partner_off_the_list_is_what_is_guarded_against(short):
    """Simply the foremost of the list but for the copy would depend on it, on the very data of the test above."""
    copies = identities(MANY + 20, 1)
    pages = mean_of(copies[:3], seed=2)
    naive = set()
    for newcomer in (*copies[:1], *identities(60, 2)):
        changed = copies.copy()
        changed[0] = newcomer
        _, suspects = suspects_among(pages, changed)
        naive.add(tuple(suspects.ranked[suspects.ranked != newcomer][:MOST_PARTNERS].tolist()))
    assert len(naive) > 1


def test_a_copy_is_no_partner_of_its_own_and_has_four(short):
    copies = identities(MANY + 20, 1)
    pages = mean_of(copies[:3], seed=2)
    _, suspects = suspects_among(pages, copies)
    for copy in copies:
        partners = suspects.ranked[suspects.partners_of(copy)]
        assert len(partners) == MOST_PARTNERS
        assert copy not in partners


def test_where_all_are_weighed_partners_are_the_foremost_of_the_others():
    copies = identities(30, 1)
    pages = mean_of(copies[:3], seed=2)
    listed, suspects = suspects_among(pages, copies)
    words = weigh(pages, copies, KEY).words
    assert not listed.is_cut
    for place in (0, 1, 17):
        others = np.delete(np.arange(30), place)
        wanted = copies[others[np.argsort(-words[others], kind="stable")[:MOST_PARTNERS]]]
        assert suspects.ranked[suspects.partners_of(copies[place])].tolist() == wanted.tolist()


def test_five_who_put_words_where_fewest_have_them_are_all_told_on_four_pages_and_no_innocent():
    copies = identities(2000, 5)
    pages = []
    for number in range(1, 5):
        theirs = signs_of(copies[:5].tolist(), number, 200, KEY) > 0
        ayes = theirs.mean(axis=0)
        shown = np.where((ayes > 0.5) ^ ((ayes > 0) & (ayes < 1)), 1.0, -1.0)
        pages.append(measured(number, shown, 0.25))
    _, suspects = suspects_among(pages, copies)
    alone = weigh(pages, copies, KEY)
    together = joined(pages, copies, alone, suspects, KEY).total
    assert set(suspects.ranked.tolist()) == set(copies[:5].tolist())
    assert together[:5].min() > 2 * alone.total[:5].max()
    assert together[:5].min() > 100
    assert together[5:].max() < 3
