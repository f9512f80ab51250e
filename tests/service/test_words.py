"""Whoever is refused is told what happened and what to do, in words of that refusal."""

import ast
import re
from collections import Counter
from pathlib import Path

from service import refusals
from service.refusals import BY_CODE
from tests.architecture.sources import parsed
from tests.architecture.test_error_codes import error_classes

TOPICS = Path(refusals.__file__).parent

SAID_BY_STATUS = {
    "conflict",
    "invalid",
    "not-permitted",
    "registry-refused",
    "service-fault",
    "unknown",
    "unusable-file",
    "watermark-error",
}
"""Roots of the families: the words of the HTTP status say all there is to say."""

SAID_AT_THE_CONSOLE = {
    "bad-settings",
    "database-unfit",
    "fonts-unfit",
    "keys-unfit",
    "job-lost",
    "unusable-font",
}
"""For whoever runs the service; their message is in words already and no page shows it."""


def test_every_refusal_has_words_of_its_own():
    codes = {kind.code for kind in error_classes()} - SAID_BY_STATUS - SAID_AT_THE_CONSOLE
    assert sorted(codes - set(BY_CODE)) == []


def stated_codes(tree):
    """Return every code that a module gives words to, as often as it does."""
    tables = [node for node in ast.walk(tree) if isinstance(node, ast.Dict)]
    return [ast.literal_eval(key) for table in tables for key in table.keys if key is not None]


def test_no_refusal_is_given_words_twice_and_no_topic_is_left_out():
    """Tables are merged, so a second statement of a code would quietly replace the first."""
    stated = Counter(code for path in TOPICS.glob("*.py") for code in stated_codes(parsed(path)))
    assert [code for code, times in stated.items() if times > 1] == []
    assert set(stated) == set(BY_CODE)


def test_the_exceptions_are_refusals_that_exist():
    codes = {kind.code for kind in error_classes()}
    assert codes >= SAID_BY_STATUS | SAID_AT_THE_CONSOLE


def test_every_refusal_says_a_sentence_and_a_next_step(app):
    with app.test_request_context("/"):
        told = {code: [str(text) for text in texts] for code, texts in BY_CODE.items()}
    unfit = [
        code
        for code, texts in told.items()
        if len(texts) != 2 or not all(re.search(r"[.!。！]$", text) for text in texts)
    ]
    assert unfit == []
