"""The catalogues of words: extracted from the sources, compared with the translations, never guessed.

English sentences are the keys. Laws: a message is missing, fuzzy or out of use, or its placeholders differ:
each is a fault that fails the tests; updating keeps every translation that still has its sentence.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from service.config import LANGUAGES, PROJECT_ROOT
from service.i18n import CATALOGUES, DOMAIN

MAPPING: Final = PROJECT_ROOT / "babel.cfg"
KEYWORDS: Final = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
}
SOURCE_LANGUAGE: Final = "en"
LINE_WIDTH: Final = 110
FOUNDED: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Dates of the catalogues' heads; the history of the repository tells the true ones."""

_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def translated_languages() -> tuple[str, ...]:
    """Return the languages that need a catalogue."""
    return tuple(language for language in LANGUAGES if language != SOURCE_LANGUAGE)


def extracted() -> Catalog:
    """Return every sentence of the sources."""
    with MAPPING.open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # Babel does not type it
    catalogue = Catalog(charset="utf-8")
    found = extract_from_dir(
        PROJECT_ROOT, methods, options, keywords=KEYWORDS, comment_tags=("Translators:",)
    )
    for name, line, message, comments, context in found:
        catalogue.add(message, locations=[(name, line)], auto_comments=comments, context=context)
    return catalogue


def update() -> dict[str, int]:
    """Bring every catalogue to the present sentences; return how many of each are not translated yet."""
    template = extracted()
    waiting = {}
    for language in translated_languages():
        path = _path(language)
        catalogue = _read(path, language) if path.exists() else Catalog(locale=language, domain=DOMAIN)
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        _head(catalogue, language)
        written = BytesIO()
        write_po(
            written, catalogue, width=LINE_WIDTH, sort_output=True, ignore_obsolete=True, no_location=True
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written.getvalue())
        waiting[language] = sum(1 for message in catalogue if message.id and not _is_translated(message))
    return waiting


def faults() -> Iterator[str]:
    """Yield, one line each, what is wrong with the catalogues."""
    wanted = {_key(message): message for message in extracted() if message.id}
    for language in translated_languages():
        present = {_key(message): message for message in _read(_path(language), language) if message.id}
        for key in sorted(wanted.keys() - present.keys()):
            yield f"{language}: missing: {key}"
        for key in sorted(present.keys() - wanted.keys()):
            yield f"{language}: out of use: {key}"
        for key in sorted(present.keys() & wanted.keys()):
            message = present[key]
            if not _is_translated(message):
                yield f"{language}: not translated: {key}"
            elif message.fuzzy:
                yield f"{language}: fuzzy: {key}"
            elif _placeholders(message.id) != _placeholders(message.string):
                yield f"{language}: other placeholders: {key}"


def _head(catalogue: Catalog, language: str) -> None:
    """Say whose words these are, and nothing that changes from run to run."""
    catalogue.header_comment = "# The words of Foliotrace."
    catalogue.fuzzy = False
    catalogue.project, catalogue.version = "Foliotrace", "1"
    catalogue.msgid_bugs_address = catalogue.last_translator = ""
    catalogue.language_team = language
    catalogue.revision_date = catalogue.creation_date = FOUNDED


def _path(language: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def _read(path: Path, language: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _is_translated(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, list | tuple) else bool(message.string)


def _placeholders(text: object) -> set[str]:
    spoken = (
        text if isinstance(text, str) else " ".join(map(str, text)) if isinstance(text, list | tuple) else ""
    )
    return set(_PLACEHOLDER.findall(spoken))
