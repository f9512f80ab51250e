"""Every hard document is stamped where it should be, or refused for the reason its entry states; nothing in between."""

import pytest

from tests.watermark.zoo.keeper import THEMES, all_animals
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
