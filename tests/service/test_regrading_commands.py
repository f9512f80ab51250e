"""Families and regradings at the keyboard."""

import pytest

from registry.rules.codes import human_code
from tests.fixtures.handed import hand_out

WISH = ("--reason", "no harm any more", "--until", "2099-03-20")


@pytest.fixture
def database_backend():
    return "sqlite"


@pytest.fixture
def say(run):
    """Call a command as somebody; the output, or the refusal, in one text."""

    def command(part, group, name, *words, answers=""):
        return run(group, name, "--as", part, *map(str, words), answers=answers).output

    return command


def test_a_document_is_regraded_and_its_copies_ticked_off_at_the_keyboard(world, say, tmp_path):
    document = world.register()
    (held,) = map(human_code, hand_out(world, document))
    assert "Request 2 waits" in say("handler", "regrading", "ask", document, "--end", *WISH)
    carry = ("regrading", "carry", 2, "--remark-by", "2099-04-01")
    assert "not-approved" in say("clerk", *carry)
    for part in ("manager", "officer"):
        say(part, "approval", "decide", 2, answers="y\n")
    assert "Regrading 1 is done." in say("clerk", *carry)
    told = say("auditor", "regrading", "show", 1)
    assert f"000001  {held}  机密★10年 -> 已解密  waits  S012" in told
    assert "1 given = 0 marked + 1 waiting + 0 gone" in told
    notice, record = tmp_path / "notice.pdf", tmp_path / "record.pdf"
    say("clerk", "regrading", "notice", 1, "S012", notice)
    assert "1 copies are ticked off." in say("clerk", "regrading", "mark", held)
    assert "nothing-to-remark" in say("clerk", "regrading", "mark", held)
    say("clerk", "regrading", "record", 1, record)
    assert [paper.read_bytes()[:5] for paper in (notice, record)] == [b"%PDF-"] * 2
    assert "1 given = 1 marked + 0 waiting + 0 gone" in say("leader", "regrading", "list")
    assert "not-permitted" in say("handler", "regrading", "list")


def test_a_family_is_told_and_recopies_are_asked_for_at_the_keyboard(world, say):
    document = world.register()
    (held,) = map(human_code, hand_out(world, document))
    told = say("handler", "family", "show", document)
    assert "财字〔2026〕7号 预算草案 Draft budget  SECRET ★ 10年  1 of 1 live" in told
    asked = say("handler", "family", "ask", document, "recopy", "--source", held, *WISH)
    assert "Request 2 waits" in asked
    assert "missing-text" in say("handler", "family", "ask", document, "excerpt", *WISH)
    assert "Request 3 waits" in say("handler", "family", "ask", document, "excerpt", "--part", "p. 2", *WISH)
