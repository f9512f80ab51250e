"""Whoever is refused is told what happened and what to do, in words of that refusal."""

import re

from service.words import BY_CODE
from tests.architecture.test_error_codes import error_classes

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
