"""Printers, through ``lp`` and ``lpstat`` of the machine's print system (CUPS): a job is handed over, or asked after.

Laws: what is handed over here was released before, on the record. What a printer says is a hint for people, never a
proof: only somebody who looks at the paper knows what was printed. No title of a document reaches a print queue.
"""

import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from enum import StrEnum
from threading import Timer
from typing import Final
from urllib.parse import urlsplit

from registry.errors import ConflictError, UnknownError
from service.config import Printer, child_environment
from service.faults import ServiceFault

_JOB: Final = re.compile(r"request id is (\S{1,120})")
_QUESTION_S: Final = 10
"""How long a print system may take to say where a job is; a page waits for it."""


class UnknownPrinter(UnknownError):
    """The installation has no printer of that name."""

    code = "unknown-printer"


class PrintProgramMissing(ConflictError):
    """This machine has no print system that ``lp`` belongs to."""

    code = "print-program-missing"


class PrinterUnclear(ServiceFault):
    """Nobody can say whether the printer has the job."""

    code = "printer-unclear"


class PrinterRefused(ServiceFault):
    """The print system said no; what it had taken by then is not known."""

    code = "printer-refused"


class JobPlace(StrEnum):
    """Where a print system says that a job is."""

    WAITING = "WAITING"
    """In the queue or at the printer."""
    ENDED = "ENDED"
    """No more in the queue: printed, or cancelled there."""
    NOBODY_KNOWS = "NOBODY_KNOWS"


def find_printer(printers: Iterable[Printer], name: str) -> Printer:
    """Return the printer of that name, when a job can be handed to it from here.

    Raises:
        UnknownPrinter: there is none.
        PrintProgramMissing: the machine has no ``lp``.
    """
    found = find_named(printers, name)
    _program("lp")
    return found


def find_named(printers: Iterable[Printer], name: str) -> Printer:
    """Return the printer of that name, whether or not a job can be handed to it from here.

    Raises:
        UnknownPrinter: there is none.
    """
    found = next((printer for printer in printers if printer.name == name), None)
    if found is None:
        raise UnknownPrinter("got a name that no printer has")
    return found


def hand_over(printer: Printer, title: str, chunks: Iterable[bytes], *, duplex: bool, limit_s: float) -> str:
    """Give a PDF to a printer; return the number of the job.

    Args:
        printer: Which.
        title: What the queue shows: numbers of ours, no words of a document.
        chunks: The file.
        duplex: Whether both sides are printed.
        limit_s: How long the print system may take.

    Raises:
        PrinterRefused: the print system said no.
        PrinterUnclear: it did not answer, hung until it was ended, or answered in words that are not understood.
    """
    sides = "two-sided-long-edge" if duplex else "one-sided"
    options = ["-t", title, "-o", f"sides={sides}", "-o", "print-scaling=none", "-o", "job-sheets=none"]
    process = subprocess.Popen(  # noqa: S603 - our own words, and names that the settings have checked
        [_program("lp"), *_destination(printer, "-d"), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
    )
    overdue = Timer(limit_s, process.kill)
    overdue.start()
    try:
        with process:
            try:
                answer = _fed(process, chunks)
            except BaseException:
                process.kill()  # before its input ends: half a file must not become a job
                raise
    finally:
        overdue.cancel()
    if process.returncode < 0:
        raise PrinterUnclear("the print system did not answer in time")
    if process.returncode:
        raise PrinterRefused("the print system refused the job")
    found = _JOB.search(answer.decode("utf-8", "replace"))
    if found is None:
        raise PrinterUnclear("the print system did not name the job")
    return found[1]


def where_is(printer: Printer, job: str) -> JobPlace:
    """Return where a print system says that a job is."""
    for which, place in (("not-completed", JobPlace.WAITING), ("completed", JobPlace.ENDED)):
        told = _lpstat(printer, ["-W", which])
        if any(line.split()[:1] == [job] for line in told.splitlines()):
            return place
    return JobPlace.NOBODY_KNOWS


def _fed(process: subprocess.Popen[bytes], chunks: Iterable[bytes]) -> bytes:
    """Write the file into the program and return what it says.

    One that listens no more has said no, or hung until it was ended: that is told by its end, not here.
    """
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("a program without pipes")
    try:
        for chunk in chunks:
            process.stdin.write(chunk)
        process.stdin.close()
    except BrokenPipeError:
        with suppress(BrokenPipeError):
            process.stdin.close()
    return process.stdout.read()


def _lpstat(printer: Printer, words: Sequence[str]) -> str:
    program = shutil.which("lpstat")
    if program is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - as above
            [program, *words, *_destination(printer, "-o")],
            capture_output=True,
            check=False,
            timeout=_QUESTION_S,
            env=_environment(),
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.decode("utf-8", "replace")


def _destination(printer: Printer, option: str) -> list[str]:
    """Return the words that name a printer; the server comes first, as both programs want it.

    An ``ipps`` address is never spoken to in the clear.
    """
    if "://" not in printer.destination:
        return [option, printer.destination]
    found = urlsplit(printer.destination)
    encryption = ["-E"] if found.scheme == "ipps" else []  # first: it holds for what is connected to after it
    return [*encryption, "-h", found.netloc, option, found.path.rpartition("/")[2]]


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise PrintProgramMissing("this machine has no print system", program=name)
    return found


def _environment() -> dict[str, str]:
    return child_environment() | {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
