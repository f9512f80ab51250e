"""A character that no font has is named when it is entered, long before a copy is printed."""

import pytest

from service.app import create_app
from service.config import load_settings
from service.faults import FontsUnfit
from service.flows import characters, making, people, printing, registering
from service.flows.characters import Lacking
from service.flows.printing import UnprintableCharacters
from service.runtime import open_runtime
from tests.watermark.test_fonts import RARE, draw_font
from watermark import open_fonts


def test_what_cannot_be_printed_is_named_with_its_number_and_place(world):
    found = characters.lacking(world.runtime, title="𠮷野 budget", doc_number="7")
    assert found == (Lacking("title", "𠮷 U+20BB7"),)


def test_a_document_tells_it_on_its_own_page(world):
    document_id = world.register(title="𠮷野预算")
    view = registering.get_document(world.runtime, world.clerk, document_id)
    assert [each.where for each in registering.lacking_of(world.runtime, view)] == ["title"]


def add_rare_person(world):
    new = people.NewPerson("R1", "𠮷野", "Yoshino", "yoshino", "correct horse battery")
    people.add_person(world.runtime, world.administrator, "FIN", new)
    return people.get_by_staff_no(world.runtime, "R1")


def test_a_person_tells_it_and_so_does_the_order_and_printing_refuses(world):
    person_id = add_rare_person(world)
    row = people.get_person(world.runtime, world.administrator, person_id)
    assert people.lacking_of(world.runtime, row) == (Lacking("name_zh", "𠮷 U+20BB7"),)
    request_id = world.approved(world.register(), recipients=(person_id,))
    plan = printing.plan(world.runtime, world.clerk, request_id)
    assert plan.lacking == (("R1", Lacking("name_zh", "𠮷 U+20BB7")),)
    with pytest.raises(UnprintableCharacters) as refused:
        printing.order_batch(world.runtime, world.clerk, request_id, [person_id])
    assert refused.value.facts["characters"] == "𠮷 U+20BB7"


def test_with_a_font_for_it_the_name_is_printed(world, tmp_path):
    person_id = add_rare_person(world)
    chain = open_fonts([draw_font(tmp_path / "rare.ttf", RARE)])
    object.__setattr__(world.runtime, "fonts", chain)
    request_id = world.approved(world.register(), recipients=(person_id,))
    assert printing.plan(world.runtime, world.clerk, request_id).lacking == ()
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [person_id])
    making.make_batch(world.runtime, batch_id, lambda _done, _of: None)
    with world.runtime.database.reading() as session:
        work = making.batch_work(session, batch_id)
    assert [copy.stamped_sha256 is not None for copy in work.copies] == [True]


def test_a_font_that_cannot_be_used_stops_the_start_in_words(tmp_path, monkeypatch, settings):
    font = draw_font(tmp_path / "closed.ttf", RARE, rights=2)
    monkeypatch.setenv("FOLIOTRACE_FONTS", f"{font}:")
    named = load_settings()
    assert named.fonts == (font,)
    with pytest.raises(FontsUnfit, match=r"closed\.ttf of FOLIOTRACE_FONTS refused: its licence bits"):
        open_runtime(settings.model_copy(update={"fonts": named.fonts}))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "The title has characters that no font here has: 𠮷 U+20BB7"),
        ("zh", "标题中有本系统字体缺少的字：𠮷 U+20BB7"),
    ],
)
def test_the_warning_is_said_in_both_languages(world, language, words):
    from flask_babel import force_locale

    from service.terms import lacking_text

    app = create_app(world.runtime.settings, runtime=world.runtime)
    with app.test_request_context("/"), force_locale(language):
        assert lacking_text(Lacking("title", "𠮷 U+20BB7")).startswith(words)
