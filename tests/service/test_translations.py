"""Nothing is shown in one language only."""

from service import catalogues


def test_every_sentence_of_the_product_is_translated():
    assert list(catalogues.faults()) == []
