"""What a guard is told of a sealed bag beside the answer."""

from registry.rules.baggate import BagSituation, KnownBag, judge_bag
from registry.rules.words import BagState, Direction

SECOND_OF_THREE = KnownBag(
    list_id=7, seal_no="A-0001", number=2, total=3, state=BagState.HANDED, escorts=frozenset({3, 5})
)


def told(bag, **shown):
    return judge_bag(BagSituation(direction=Direction.EXIT, bag=bag, **shown)).facts


def test_a_guard_is_told_which_bag_of_which_list_it_is():
    assert told(SECOND_OF_THREE) == {"list": "D-000007", "bag": "2/3", "seal": "A-0001"}
    assert told(SECOND_OF_THREE, shown_before=2)["shown_before"] == 2


def test_of_a_seal_that_no_bag_bears_there_is_nothing_to_tell():
    assert told(None) == {}
