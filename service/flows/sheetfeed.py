"""A scan of a returned stack, read page by page: its QR codes, its dots, and all marks where a QR is missing.

Changes nothing and keeps nothing: what it finds lies on the counter like scans by hand. Laws: a QR is a claim; where
the hidden marks of its page name another copy, the page is what those say, and the clerk is told; a page that nothing
names is told as unread and counts for no copy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from registry.errors import InvalidError
from registry.rules import roles
from registry.rules.codes import code_from_number
from registry.rules.roles import Action, Actor
from registry.views import holdings
from service.flows.looking import Clock, SheetNamed, look_through, name_sheets
from service.flows.scans import Scan, read_scan, seal_sheet
from service.papers.sheetfeed import Look
from service.runtime import Runtime

PATIENCE_S: Final = 100.0
"""How long a clerk waits for a stack of some sixty pages, of which some have no QR."""


class Note(StrEnum):
    """What became of a page of the scan."""

    QR = "qr"
    """Its QR names it; its dots say the same, or were not read."""
    MARKS = "marks"
    """Its QR is missing; its hidden marks name it."""
    CLASH = "clash"
    """Its QR names one page and its hidden marks another."""
    AGAIN = "again"
    """The same page of the same copy was scanned before this scan."""
    TWICE = "twice"
    """The same page of the same copy is in this scan already: one of the sheets may be a copy of the other."""
    PAGE = "page"
    """It shows a registered page, but no mark tells of which copy: it may be a page without marks."""
    STRANGE = "strange"
    """It has a QR that is none of ours, and no hidden mark of ours."""
    UNREAD = "unread"
    """Nothing on it was read."""
    BLANK = "blank"


PUT_ASIDE: Final = (Note.CLASH, Note.TWICE, Note.STRANGE, Note.PAGE, Note.UNREAD)
"""Pages that a clerk should look at."""


@dataclass(frozen=True)
class Sheet:
    """One page of the scan.

    Attributes:
        number: Its place in the scan, from 1.
        note: What became of it.
        scan: The copy and page that it is taken for.
        claimed: What its QR says, where its marks say otherwise.
        page: The registered page that it shows, where that is all that is known.
    """

    number: int
    note: Note
    scan: Scan | None = None
    claimed: Scan | None = None
    page: int | None = None


@dataclass(frozen=True)
class ScanRead:
    """A scan of a stack.

    Attributes:
        sheets: Its pages, in order.
        texts: What lies on the counter for it, in order.
        compared: On how many pages with a QR the dots were read as well, and say the same.
    """

    sheets: tuple[Sheet, ...]
    texts: tuple[str, ...]
    compared: int

    def count(self, *notes: Note) -> int:
        """Return of how many pages became this."""
        return sum(sheet.note in notes for sheet in self.sheets)

    @property
    def aside(self) -> tuple[Sheet, ...]:
        """The pages to look at."""
        return tuple(sheet for sheet in self.sheets if sheet.note in PUT_ASIDE)


def read_scan_of_stack(
    runtime: Runtime, actor: Actor, files: Sequence[bytes], before: Sequence[str] = ()
) -> ScanRead:
    """Read a scan of a stack.

    Args:
        runtime: The tools.
        actor: The clerk.
        files: PDF files and pictures, in the order in which the sheets lay.
        before: What lies on the counter already.

    Raises:
        PermissionDenied: the actor takes no papers back.
        UnusableFileError: a file is no usable picture, or there are too many pages.
        SandboxFault: a file could not be read to its end.
    """
    with runtime.refusals(actor, "copy.read-stack", "copy:stack"):
        roles.require(actor, Action.RETURN)
    clock = Clock(PATIENCE_S)
    looks = look_through(runtime, files, clock)
    told = [(number, look, *_claimed(runtime, look[0])) for number, look in enumerate(looks, 1)]
    named = _named(runtime, told, before, clock)
    earlier = {scan for scan in (_scan_or_none(runtime, text) for text in before) if scan}
    known: set[Scan] = set()
    sheets: list[Sheet] = []
    texts: list[str] = []
    compared = 0
    for number, look, qr, text in told:
        sheet = _judged(number, look, qr, named.get(number))
        if sheet.scan in known:
            sheet = Sheet(number, Note.TWICE, sheet.scan)
        elif sheet.scan in earlier:
            known.add(sheet.scan)
            sheet = Sheet(number, Note.AGAIN, sheet.scan)
        elif sheet.scan is not None:
            known.add(sheet.scan)
            texts.append(
                text
                if sheet.note is Note.QR
                else seal_sheet(runtime.tokens, sheet.scan.code, sheet.scan.page or 1)
            )
        compared += sheet.note is Note.QR and look[1] is not None
        sheets.append(sheet)
    return ScanRead(tuple(sheets), tuple(texts), compared)


Told = tuple[int, Look, Scan | None, str]


def _claimed(runtime: Runtime, texts: Sequence[str]) -> tuple[Scan | None, str]:
    """Return what the first proven QR of a page says, and its text."""
    for text in texts:
        scan = _scan_or_none(runtime, text)
        if scan is not None and scan.page is not None:
            return scan, text
    return None, ""


def _scan_or_none(runtime: Runtime, text: str) -> Scan | None:
    try:
        return read_scan(runtime.tokens, text)
    except InvalidError:
        return None


def _named(
    runtime: Runtime, told: Sequence[Told], before: Sequence[str], clock: Clock
) -> dict[int, SheetNamed]:
    """Return what registered marks say of the pages that neither a QR nor dots name, by the pages' places."""
    open_sheets = [(number, look[4]) for number, look, _, _ in told if look[4]]
    if not open_sheets:
        return {}
    codes = {qr.code for _, _, qr, _ in told if qr}
    codes |= {code_from_number(look[1][0]) for _, look, _, _ in told if look[1]}
    codes |= {scan.code for scan in (_scan_or_none(runtime, text) for text in before) if scan}
    with runtime.database.reading() as session:
        documents = {line.copy.document_id for line in holdings.desk_lines(session, list(codes)).values()}
    found = name_sheets(
        runtime, [picture for _, picture in open_sheets], clock, documents, and_others=not documents
    )
    return {number: one for (number, _), one in zip(open_sheets, found, strict=True) if one}


def _judged(number: int, look: Look, qr: Scan | None, named: SheetNamed | None) -> Sheet:
    texts, dots, _, is_blank, _ = look
    hidden = _hidden(dots, qr, named)
    if qr is not None:
        if hidden is not None and hidden != qr:
            return Sheet(number, Note.CLASH, hidden, claimed=qr)
        return Sheet(number, Note.QR, qr)
    if hidden is not None:
        return Sheet(number, Note.MARKS, hidden)
    if named is not None:
        return Sheet(number, Note.PAGE, page=named.page)
    if is_blank:
        return Sheet(number, Note.BLANK)
    return Sheet(number, Note.STRANGE if texts else Note.UNREAD)


def _hidden(dots: tuple[int, int] | None, qr: Scan | None, named: SheetNamed | None) -> Scan | None:
    """Return the copy and page that hidden marks name; where they tell no page, that of the QR or the one laid over."""
    if dots is not None:
        page = dots[1] or (qr.page if qr else None) or (named.page if named else None)
        return Scan(code_from_number(dots[0]), page) if page else None
    return Scan(named.code, named.page) if named and named.code else None
