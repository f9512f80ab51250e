"""The registers' closed words as people read them: acts, states of requests and meetings, findings, leak channels.

What a role or a level is called is in ``filters``, what a refusal says in ``words``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from flask import Flask
from flask_babel import LazyString, lazy_gettext

from registry.rules.approval import Act
from registry.rules.family import Use
from registry.rules.regrading import Change
from registry.rules.traceability import page_ranges
from registry.rules.words import (
    AttendeeState,
    Breach,
    ConveyedAs,
    EquipmentKind,
    EquipmentState,
    MeetingState,
    Outstanding,
    RemovedFor,
    RepairGuard,
    RequestState,
    RetirementMethod,
)
from service.flows.characters import Lacking
from watermark import Channel, Grade

_ = lazy_gettext


@dataclass(frozen=True)
class Look:
    """How a word looks as a badge."""

    word: LazyString
    tone: str
    icon: str


ACTS: Final[Mapping[Act, LazyString]] = MappingProxyType(
    {
        Act.PRINT: _("Print numbered copies"),
        Act.COPY: _("Photocopy"),
        Act.FAX: _("Fax"),
        Act.TAKE_OUT: _("Take out of the building"),
        Act.CONVEY: _("Convey beyond the stated scope"),
        Act.PRESS: _("Give the press access"),
        Act.DESTROY: _("Destroy"),
        Act.REGRADE: _("Change the level or period, or end the secrecy"),
        Act.REPAIR: _("Send a device for repair"),
    }
)

USES: Final[Mapping[Use, LazyString]] = MappingProxyType(
    {
        Use.RECOPY: _("Re-copies 翻印"),
        Use.EXCERPT: _("Excerpt 摘录"),
        Use.COMPILATION: _("Compilation 汇编"),
    }
)

CHANGES: Final[Mapping[Change, LazyString]] = MappingProxyType(
    {
        Change.RAISE: _("level raised"),
        Change.LOWER: _("level lowered"),
        Change.EXTEND: _("period extended"),
        Change.SHORTEN: _("period shortened"),
        Change.DECLASSIFY: _("declassified 解密"),
    }
)

REQUEST_STATES: Final[Mapping[RequestState, Look]] = MappingProxyType(
    {
        RequestState.OPEN: Look(_("waiting for agreement"), "look", "hourglass-split"),
        RequestState.APPROVED: Look(_("approved"), "ok", "check-lg"),
        RequestState.REJECTED: Look(_("refused"), "stop", "x-lg"),
        RequestState.WITHDRAWN: Look(_("withdrawn"), "quiet", "arrow-return-left"),
        RequestState.CONSUMED: Look(_("used up"), "quiet", "check-circle-fill"),
        RequestState.LAPSED: Look(_("lapsed"), "quiet", "clock-history"),
    }
)

MEETING_STATES: Final[Mapping[MeetingState, Look]] = MappingProxyType(
    {
        MeetingState.PLANNED: Look(_("planned"), "note", "calendar-event"),
        MeetingState.READY: Look(_("ready"), "ok", "check-lg"),
        MeetingState.UNDER_WAY: Look(_("under way"), "look", "people"),
        MeetingState.ENDED: Look(_("over, to be closed"), "look", "hourglass-split"),
        MeetingState.CLOSED: Look(_("closed"), "quiet", "archive"),
        MeetingState.CANCELLED: Look(_("called off"), "quiet", "x-lg"),
    }
)

ATTENDEE_STATES: Final[Mapping[AttendeeState, Look]] = MappingProxyType(
    {
        AttendeeState.NAMED: Look(_("waits for approval"), "look", "hourglass-split"),
        AttendeeState.APPROVED: Look(_("approved"), "ok", "check-lg"),
        AttendeeState.REFUSED: Look(_("refused"), "stop", "x-lg"),
        AttendeeState.REPLACED: Look(_("replaced"), "quiet", "arrow-repeat"),
        AttendeeState.STRUCK: Look(_("off the list"), "quiet", "x-lg"),
    }
)

OUTSTANDING: Final[Mapping[Outstanding, LazyString]] = MappingProxyType(
    {
        Outstanding.COPY: _("Numbered copy"),
        Outstanding.NOTEBOOK: _("Notebook"),
        Outstanding.DEPOSIT: _("Deposit"),
    }
)

BREACHES: Final[Mapping[Breach, LazyString]] = MappingProxyType(
    {
        Breach.RECORDING: _("Unauthorised recording"),
        Breach.COPYING: _("Unauthorised copying"),
        Breach.TAKING_OUT: _("Taking something out"),
        Breach.OPEN_LINE: _("Talking about it on an open line"),
        Breach.OUTSIDER: _("Bringing an outsider"),
        Breach.OTHER: _("Another breach"),
    }
)

CONVEYED_AS: Final[Mapping[ConveyedAs, LazyString]] = MappingProxyType(
    {
        ConveyedAs.TEXT: _("In words"),
        ConveyedAs.PAGES: _("Pages shown"),
    }
)

EQUIPMENT_KINDS: Final[Mapping[EquipmentKind, LazyString]] = MappingProxyType(
    {
        EquipmentKind.SHREDDER: _("Shredder"),
        EquipmentKind.PRINTER: _("Printer"),
        EquipmentKind.COPIER: _("Copier"),
        EquipmentKind.SCANNER: _("Scanner"),
        EquipmentKind.COMPUTER: _("Computer"),
        EquipmentKind.FAX: _("Fax machine"),
        EquipmentKind.STORAGE: _("Storage medium"),
    }
)

EQUIPMENT_STATES: Final[Mapping[EquipmentState, Look]] = MappingProxyType(
    {
        EquipmentState.REGISTERED: Look(_("waits for inspection"), "look", "hourglass-split"),
        EquipmentState.IN_USE: Look(_("in use"), "ok", "check-lg"),
        EquipmentState.BARRED: Look(_("barred"), "stop", "slash-circle"),
        EquipmentState.IN_REPAIR: Look(_("in repair"), "note", "gear"),
        EquipmentState.RETIRED: Look(_("retired"), "quiet", "archive"),
    }
)

REPAIR_GUARDS: Final[Mapping[RepairGuard, LazyString]] = MappingProxyType(
    {
        RepairGuard.WIPED: _("Wiped before it leaves"),
        RepairGuard.ESCORTED: _("Escorted for the whole visit"),
    }
)

RETIREMENT_METHODS: Final[Mapping[RetirementMethod, LazyString]] = MappingProxyType(
    {
        RetirementMethod.WIPED: _("Wiped"),
        RetirementMethod.DESTROYED: _("Destroyed"),
    }
)

DETAILS: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "device": _("Device"),
        "plant": _("Plant"),
        "technician": _("Technician"),
        "workshop": _("Workshop"),
        "guard": _("Safeguard"),
        "station": _("Fax station"),
        "meeting": _("Meeting"),
        "outlet": _("Press, from"),
        "persons": _("Press, persons"),
        "consent_letters": _("Consents"),
        "use": _("To be made"),
        "source_copy": _("Made after the copy"),
        "part": _("What is taken"),
        "change": _("Change"),
        "to_mark": _("New mark"),
    }
)
"""What an order says besides its document, by the name of the detail; an approver reads them."""

UNCOUNTED: Final = frozenset({Act.REPAIR, Act.CONVEY, Act.PRESS, Act.REGRADE})
"""Acts that are about no number of copies."""

RULE_SOURCES: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "practice": _("practice"),
        "company rules": _("company rules"),
        "company rules; state rules": _("company rules; state rules"),
        "company rules; state rules agree": _("company rules; state rules agree"),
        "company rules; state guidance keeps cipher fax to SECRET and below": _(
            "company rules; state guidance keeps cipher fax to 机密 Secret and below"
        ),
    }
)

FINDINGS: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "converted-from": _(
            "The file came as %(kind)s and was converted by %(converter)s. The PDF made of it was inspected and will "
            "be printed: compare its pages with the original."
        ),
        "converted-uncovered": _(
            "LibreOffice was not fully shut in while it converted the file; missing: %(layers)s. The system "
            "administrator should know."
        ),
        "name-misleads": _("The name of the file ends in %(ending)s, but its content is %(kind)s."),
        "macros-left-out": _(
            "The %(kind)s file holds macros. They were not run and are not part of what is printed."
        ),
        "head-carried": _(
            "The document shows its secrecy mark itself (%(printed)s, pages %(pages)s); ours is left out there."
        ),
        "head-differs": _(
            "The document shows %(printed)s on pages %(pages)s but is registered as %(registered)s. Correct one of "
            "the two before anything is printed."
        ),
        "copy-number-carried": _(
            "The document shows a copy number of its own (%(printed)s, pages %(pages)s). It would stand on every copy "
            "beside the copy's true number: have it removed."
        ),
        "mark-over-content": _(
            "On this page %(mark)s finds no free place and covers %(percent)s %% of the place it takes."
        ),
        "file-repaired": _(
            "The file was damaged in %(places)s places and has been repaired. Compare the pages."
        ),
        "annotations-flattened": _(
            "%(annotations)s comments, stamps or form fields were drawn into the page."
        ),
        "annotations-removed": _("%(annotations)s comments or links that are not printed were removed."),
        "layers-hidden": _(
            "%(layers)s layers were hidden; they are not printed. Check that nothing is missing."
        ),
        "layers-vary": _(
            "%(layers)s layers look different on paper, on the screen or in another program. They stay as on screen."
        ),
        "field-uncertain": _(
            "What is printed in a form field may not be its value. Compare the page, or print the form to a PDF."
        ),
        "content-damaged": _(
            "The content of the page was damaged; what could be read is printed. Compare the page."
        ),
        "encryption-removed": _(
            "The file was protected against changes, without a password. Marked copies do not carry that protection."
        ),
        "javascript-removed": _("Programs in the file (JavaScript) were removed: %(places)s."),
        "actions-removed": _("Automatic actions in the file were removed: %(places)s."),
        "launch-removed": _("Commands that start other programs were removed: %(places)s."),
        "attachments-removed": _(
            "Files attached to the document were removed: %(places)s. They are not registered."
        ),
        "media-removed": _("Sound, film or 3D pictures were removed: %(places)s."),
        "signature-void": _(
            "The file was digitally signed. The marked copies do not carry that signature: %(places)s."
        ),
        "print-alternates-removed": _(
            "Parts meant to print differently from the screen were removed: %(places)s."
        ),
        "outside-reference-removed": _("References to data outside the file were removed: %(places)s."),
        "words-left-out": _(
            "The page is so small that %(mark)s finds no room on it, or not with a long name; where that is so, the "
            "page goes without."
        ),
        "page-became-picture": _(
            "The code could not be read on this page as it came, so the page is printed as a picture."
        ),
        "characters-missing": _(
            "Our typeface lacks characters; they are printed as their numbers: %(characters)s."
        ),
    }
)
"""What a clerk reads about a file, by the code of the finding; the facts fill the placeholders."""

LOUD: Final = frozenset({"head-differs", "copy-number-carried", "converted-uncovered"})
"""Findings that somebody has to act on before anything is printed."""

MARKS: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "qr": _("the QR code"),
        "caption": _("the human code"),
        "lines": _("the visible lines"),
        "head_left": _("the copy number"),
        "head_right": _("the secrecy mark"),
    }
)

COVERS: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "network": _("the cut from the network"),
        "folder": _("a temporary folder of its own"),
        "files": _("the lock on the files of this machine"),
        "privileges": _("the waiver of further privileges"),
    }
)
"""What keeps a converter in, by the layer of its confinement."""

REMOVED_FOR: Final[Mapping[RemovedFor, LazyString]] = MappingProxyType(
    {
        RemovedFor.PRINTED: _("everything that was approved is on paper"),
        RemovedFor.TIME: _("the set time was over"),
        RemovedFor.ASKED: _("the registry or the auditor wanted it"),
    }
)
"""Why the content of a document kept light was removed."""

ENTRIES: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "title": _("The title"),
        "doc_number": _("The document number"),
        "name_zh": _("The Chinese name"),
        "name_en": _("The English name"),
        "unit_zh": _("The Chinese name of the unit"),
        "unit_en": _("The English name of the unit"),
    }
)
"""What a clerk entered, by its field."""

_LACKING: Final = _(
    "%(entry)s has characters that no font here has: %(characters)s. Copies that must show them cannot be printed "
    "until the administrator adds a font (FOLIOTRACE_FONTS)."
)

CHANNELS: Final[Mapping[Channel, LazyString]] = MappingProxyType(
    {
        Channel.SCAN: _("Scan"),
        Channel.PHONE: _("Phone photo"),
        Channel.PHOTOCOPY: _("Photocopy"),
        Channel.CROP: _("Photo of a piece"),
    }
)

GRADES: Final[Mapping[Grade, Look]] = MappingProxyType(
    {
        Grade.CERTAIN: Look(_("certain"), "ok", "check-circle-fill"),
        Grade.LIKELY: Look(_("likely"), "note", "check-lg"),
        Grade.DOUBTFUL: Look(_("doubtful"), "look", "question-diamond"),
        Grade.UNTRACEABLE: Look(_("not traceable"), "stop", "x-octagon-fill"),
    }
)

OBSTACLES: Final[Mapping[str, tuple[LazyString, LazyString]]] = MappingProxyType(
    {
        "no-live-text": (
            _("No live text that can be displaced."),
            _("Register the file from its own program instead of a scan, if there is one."),
        ),
        "few-words": (
            _("Few words: those that can be displaced do not name a copy alone."),
            _("Nothing need be done where the dots suffice."),
        ),
        "no-free-paper": (
            _("No free paper: dots find no place."),
            _("Print the page smaller with white margins, or leave dark backgrounds out."),
        ),
        "little-free-paper": (
            _("Little free paper: too few dots to name a copy."),
            _("Print the page smaller with white margins, or leave dark backgrounds out."),
        ),
        "dots-off": (
            _("This installation prints no dots at this level."),
            _("Ask the system administrator about the rules for marks."),
        ),
        "shifts-off": (
            _("This installation displaces no words at this level."),
            _("Ask the system administrator about the rules for marks."),
        ),
        "code-over-content": (
            _("The code covers something that is printed there."),
            _("Leave a corner of the page free: 24 mm square."),
        ),
        "text-over-content": (
            _("A visible line covers something that is printed there."),
            _("Leave the margins of the page free: 15 mm at head and foot."),
        ),
    }
)
"""What a page lacks, and what can be done about it."""

LINE_FIELDS: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "copy_no": _("copy number"),
        "number": _("place in the run"),
        "size": _("copies in the run"),
        "mark": _("secrecy mark"),
        "level_en": _("level in English"),
        "period_en": _("period in English"),
        "holder_zh": _("holder in Chinese"),
        "holder_en": _("holder in English"),
        "doc_number": _("document number"),
        "return_to_zh": _("where to return it, in Chinese"),
        "return_to_en": _("where to return it, in English"),
        "ledger": _("head of the ledger"),
    }
)
"""What a visible line names that differs from copy to copy, by its field."""

_UNTOLD: Final = _("The file was changed when it was cleaned (%(code)s).")
_WITH_ITEM: Final = _("%(sentence)s (%(what)s)")


def register(app: Flask) -> None:
    """Give the words to the templates."""
    app.jinja_env.globals.update(
        act_words=ACTS, request_looks=REQUEST_STATES, meeting_looks=MEETING_STATES, rule_sources=RULE_SOURCES
    )
    app.jinja_env.globals.update(
        use_words={str(use): word for use, word in USES.items()},
        channel_words={str(channel): word for channel, word in CHANNELS.items()},
        grade_looks=GRADES,
        loud_findings=LOUD,
        uncounted_acts=UNCOUNTED,
        obstacle_words=OBSTACLES,
        page_ranges=page_ranges,
    )
    app.jinja_env.filters["lacking"] = lacking_text
    app.jinja_env.filters["line_template"] = line_template
    app.jinja_env.filters["told"] = told


def told(findings: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return what findings say, each sentence once, with the pages it is said of as people write them."""
    pages: dict[str, list[int]] = {}
    for finding in findings:
        of_sentence = pages.setdefault(finding_text(finding), [])
        if finding["page"]:
            of_sentence.append(finding["page"])
    return [(sentence, page_ranges(numbers)) for sentence, numbers in pages.items()]


def told_details(details: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return what an order says besides its document, each with its label."""
    spoken = {
        str(word): str(said) for words in (REPAIR_GUARDS, USES, CHANGES) for word, said in words.items()
    }
    return [(str(DETAILS[name]), spoken.get(value, value)) for name, value in details if name in DETAILS]


def finding_text(finding: Mapping[str, Any]) -> str:
    """Return what a stored finding says."""
    sentence = FINDINGS.get(finding["code"])
    if sentence is None:
        return str(_UNTOLD) % {"code": finding["code"]}
    facts = dict(finding["facts"])
    if "mark" in facts:
        facts["mark"] = MARKS.get(facts["mark"], facts["mark"])
    if "layers" in facts:
        facts["layers"] = " · ".join(str(COVERS.get(each, each)) for each in facts["layers"].split(", "))
    text: str = str(sentence) % facts
    what = facts.get("what")
    return str(_WITH_ITEM) % {"sentence": text, "what": what} if what else text


def line_template(text: str) -> list[str]:
    """Return the templates of visible lines as people read them: what differs from copy to copy by its name."""
    named = {field: f"‹{word}›" for field, word in LINE_FIELDS.items()}
    return [line.format_map(named) for line in text.splitlines()]


def lacking_text(lacking: Lacking) -> str:
    """Return the warning about characters of an entry that no font has."""
    text: str = str(_LACKING) % {"entry": ENTRIES[lacking.where], "characters": lacking.characters}
    return text
