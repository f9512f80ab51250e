"""A stack on the counter: what was scanned, what it fits, and which pages are missing or belong elsewhere.

Changes nothing. Laws: a scan is proven before the register is asked; whatever was scanned stays in sight, known or
not; a stack is laid out anew from its scans each time, so that it shows the present state of the register.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from registry.acts.movements import PageCheck
from registry.errors import InvalidError, RegistryError
from registry.rows import UnknownCopy
from registry.rules import lifecycle, roles
from registry.rules.attempts import Paper
from registry.rules.codes import human_code
from registry.rules.lifecycle import Step
from registry.rules.roles import Action, Actor
from registry.views import holdings
from registry.views.attempts import OnPaper, on_paper
from registry.views.holdings import DeskLine, Name
from service.flows.scans import Scan, read_scan, read_stack
from service.runtime import Runtime


class Task(StrEnum):
    """What is done with a stack at the counter."""

    GIVE = "give"
    LEND = "lend"
    TAKE_BACK = "take-back"
    TRANSFER = "transfer"


FIRST_STEP: Final[Mapping[Task, Step]] = MappingProxyType(
    {Task.GIVE: Step.OFFER, Task.LEND: Step.OFFER, Task.TAKE_BACK: Step.RETURN, Task.TRANSFER: Step.RETURN}
)
"""The step that each copy of the stack must be able to take."""

ACTIONS: Final[Mapping[Task, Action]] = MappingProxyType(
    {
        Task.GIVE: Action.HAND_OVER,
        Task.LEND: Action.LEND,
        Task.TAKE_BACK: Action.RETURN,
        Task.TRANSFER: Action.TRANSFER,
    }
)


@dataclass(frozen=True)
class StackRow:
    """One copy of a stack.

    Attributes:
        line: The copy, and who answers for it.
        fits: Whether its state, and what is known of its paper, allow the task.
        paper: What is known of its paper.
        check: What its pages say; where the task does not count pages, all of them.
        scans: How many of its scans lie in the stack.
    """

    line: DeskLine
    fits: bool
    paper: OnPaper
    check: PageCheck
    scans: int


@dataclass(frozen=True)
class Stray:
    """A scan that names no copy, and why."""

    text: str
    error: RegistryError


@dataclass(frozen=True)
class Stack:
    """A stack laid out; ``texts`` are its scans in order, strays included."""

    texts: tuple[str, ...]
    rows: tuple[StackRow, ...]
    strays: tuple[Stray, ...]

    @property
    def fits(self) -> bool:
        """Whether there is something, and nothing that does not fit."""
        return bool(self.rows) and not self.strays and all(row.fits for row in self.rows)

    @property
    def is_complete(self) -> bool:
        """Whether every page is there and none belongs elsewhere."""
        return all(row.check.is_clean for row in self.rows)

    @property
    def holders(self) -> tuple[Name, ...]:
        """Who answers for the copies, each once, in order."""
        return tuple(dict.fromkeys(row.line.holder for row in self.rows if row.line.holder))


EMPTY: Final = Stack(texts=(), rows=(), strays=())


class Outcome(StrEnum):
    """What a scan did to the stack."""

    ADDED = "added"
    AGAIN = "again"
    UNFIT = "unfit"
    FOREIGN = "foreign"
    STRAY = "stray"


def add(
    runtime: Runtime, actor: Actor, task: Task, texts: Sequence[str], text: str, *, every_page: bool
) -> tuple[Stack, Outcome]:
    """Lay a stack out with one more scan, and tell what that scan did; one that says nothing new is not added."""
    roles.require(actor, ACTIONS[task])
    try:
        new = read_scan(runtime.tokens, text)
    except InvalidError:
        again = text in texts
        stack = lay_out(runtime, actor, task, texts if again else (*texts, text), every_page=every_page)
        return stack, Outcome.STRAY
    known = [scan for scan in (_read(runtime, one) for one in texts) if isinstance(scan, Scan)]
    again = new in known if every_page else new.code in {scan.code for scan in known}
    stack = lay_out(runtime, actor, task, texts if again else (*texts, text), every_page=every_page)
    if again:
        return stack, Outcome.AGAIN
    return stack, _outcome(stack, new)


def remove(runtime: Runtime, texts: Sequence[str], what: str, *, every_page: bool) -> tuple[str, ...]:
    """Return the scans of a stack without one copy, named by its code with all that lies in it, or one stray text."""
    kept: list[str] = []
    current = ""
    for text in texts:
        scan = _read(runtime, text)
        if isinstance(scan, Scan) and (not every_page or _begins(scan, current)):
            current = scan.code
        if (current if isinstance(scan, Scan) else text) != what:
            kept.append(text)
    return tuple(kept)


def lay_out(runtime: Runtime, actor: Actor, task: Task, texts: Sequence[str], *, every_page: bool) -> Stack:
    """Return a stack as the counter shows it.

    Args:
        runtime: The tools.
        actor: Who stands behind the counter.
        task: What is to be done with it.
        texts: What was scanned, in order.
        every_page: See `piles_of`.
    """
    roles.require(actor, ACTIONS[task])
    read = [(text, _read(runtime, text)) for text in texts if text.strip()]
    strays = [Stray(text, scan) for text, scan in read if isinstance(scan, RegistryError)]
    piles = piles_of([scan for _, scan in read if isinstance(scan, Scan)], every_page=every_page)
    with runtime.database.reading() as session:
        lines = holdings.desk_lines(session, list(piles))
        papers = on_paper(session, [line.copy.copy_id for line in lines.values()])
    rows = [
        StackRow(
            line=lines[code],
            fits=_fits(task, lines[code], papers[lines[code].copy.copy_id]),
            paper=papers[lines[code].copy.copy_id],
            check=_page_check(lines[code], pile, every_page=every_page),
            scans=len(pile),
        )
        for code, pile in piles.items()
        if code in lines
    ]
    unknown = [code for code in piles if code not in lines]
    strays += [
        Stray(text, UnknownCopy(scan.code))
        for text, scan in read
        if isinstance(scan, Scan) and scan.code in unknown
    ]
    return Stack(texts=tuple(text for text, _ in read), rows=tuple(rows), strays=tuple(strays))


def check_pages(runtime: Runtime, texts: Sequence[str], *, every_page: bool) -> dict[str, PageCheck]:
    """Return the page check of each copy of a stack, by code.

    Raises:
        InvalidCode, InvalidMark, ForgedMark: a scan is none of ours.
        UnknownCopy: a code in the stack belongs to no copy.
    """
    piles = piles_of(read_stack(runtime.tokens, texts), every_page=every_page)
    with runtime.database.reading() as session:
        lines = holdings.desk_lines(session, list(piles))
    for code in piles:
        if code not in lines:
            raise UnknownCopy(code)
    return {code: _page_check(lines[code], pile, every_page=every_page) for code, pile in piles.items()}


def piles_of(scans: Sequence[Scan], *, every_page: bool) -> dict[str, list[Scan]]:
    """Return the scans of each copy.

    Args:
        scans: In the order of scanning.
        every_page: Whether each page was scanned, copy by copy. Page 1, or a typed code, then begins a copy, and what
            lies before the next beginning lies in that copy, its own or foreign. Otherwise the scans of a copy stand
            for a copy whose pages were counted by hand.
    """
    piles: dict[str, list[Scan]] = {}
    current = ""
    for scan in scans:
        if not every_page or _begins(scan, current):
            current = scan.code
        piles.setdefault(current, []).append(scan)
    return piles


def _fits(task: Task, line: DeskLine, known: OnPaper) -> bool:
    step = FIRST_STEP[task]
    is_whole = step is not Step.OFFER or known.paper is Paper.OUT
    return is_whole and step in lifecycle.possible_steps(line.copy.state)


def _begins(scan: Scan, current: str) -> bool:
    return not current or scan.page in {None, 1}


def _page_check(line: DeskLine, pile: Sequence[Scan], *, every_page: bool) -> PageCheck:
    pages = line.copy.pages
    if not every_page:
        return PageCheck(counted=pages)
    own = {scan.page for scan in pile if scan.code == line.copy.code and scan.page is not None}
    missing = tuple(page for page in range(1, pages + 1) if page not in own)
    strangers = dict.fromkeys(scan for scan in pile if scan.code != line.copy.code)
    return PageCheck(
        counted=pages - len(missing),
        missing=missing,
        foreign=tuple(f"{human_code(scan.code)} p. {scan.page}" for scan in strangers),
    )


def _outcome(stack: Stack, new: Scan) -> Outcome:
    own = next((row for row in stack.rows if row.line.copy.code == new.code), None)
    foreign = f"{human_code(new.code)} p. {new.page}"
    if any(foreign in row.check.foreign for row in stack.rows):
        return Outcome.FOREIGN
    if own is None:
        return Outcome.STRAY
    return Outcome.ADDED if own.fits else Outcome.UNFIT


def _read(runtime: Runtime, text: str) -> Scan | RegistryError:
    try:
        return read_scan(runtime.tokens, text)
    except InvalidError as error:
        return error
