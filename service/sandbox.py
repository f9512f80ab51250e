"""The sandbox: functions that parse untrusted files run in a child process that lives for one file.

Decides how long a child may take and what its end means. How it begins is decided in ``sandbox_processes``, what it may
do in ``confinement``, what may come back in ``sandbox_wire``.
"""

import os
import pickle
import shutil
import signal
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress

from service import sandbox_processes
from service.faults import ServiceFault
from service.sandbox_processes import hands_files
from service.sandbox_wire import BROKE, EXCEEDED, HEAD, OK, REFUSED, Limits, Request, UnfitAnswer, unpack

__all__ = ["Limits", "SandboxBroke", "SandboxExceeded", "SandboxFault", "call", "hands_files"]


class SandboxFault(ServiceFault):
    """The child did not get to the end of the file."""

    code = "file-not-readable"


class SandboxExceeded(SandboxFault):
    """The file needs more than a file may need."""

    code = "file-too-costly"

    def __init__(self, limit: str) -> None:
        """Keep which limit: ``memory``, ``cpu``, ``time``, ``file`` or ``answer``."""
        super().__init__(f"the child exceeded its limit of {limit}")
        self.limit = limit


class SandboxBroke(SandboxFault):
    """The child broke down, or answered what its room does not answer."""

    code = "file-breaks-reader"

    def __init__(self, reason: str) -> None:
        """Keep the reason, in words for developers."""
        super().__init__(f"the child broke down: {reason}")
        self.reason = reason


def call(
    function: str, *arguments: object, limits: Limits | None = None, files: Sequence[int] = ()
) -> object:
    """Return what a function makes of its arguments, run in a confined child process.

    Args:
        function: ``module:function``; chosen by us, never by a visitor.
        arguments: Whatever can be pickled.
        limits: What the child may use.
        files: Descriptors of open files that it may read, which it has as ``FIRST_FILE`` and the numbers after; only
            where `hands_files`.

    Returns:
        Plain data, arrays of numbers, and dataclasses and enumerations of the room ``watermark``.

    Raises:
        WatermarkError: the function refused the file.
        SandboxExceeded: the child exceeded a limit.
        SandboxBroke: the child broke down.
    """
    request = Request(function, arguments, limits or Limits())
    child = _Child(files)
    try:
        return _outcome(child, child.ask(request))
    finally:
        child.close()


def _outcome(child: "_Child", answer: bytes | None) -> object:
    if answer is None:
        raise child.cause_of_death()
    kind, rest = answer[:2], answer[2:]
    if kind == EXCEEDED:
        raise SandboxExceeded(rest.decode("ascii", "replace")[:16])
    if kind == BROKE:
        raise SandboxBroke(rest.decode("utf-8", "replace")[:200])
    try:
        value = unpack(rest)
    except UnfitAnswer as error:
        raise SandboxBroke(str(error)) from error
    if kind == REFUSED and isinstance(value, Exception):
        raise value
    if kind != OK:
        raise SandboxBroke("the answer has an unknown kind")
    return value


class _Child:
    """One child process, its folder, and its one request."""

    def __init__(self, files: Sequence[int]) -> None:
        self._folder = tempfile.mkdtemp(prefix="foliotrace-")
        its_requests, requests = os.pipe()
        answers, its_answers = os.pipe()
        self._requests, self._answers = os.fdopen(requests, "wb"), os.fdopen(answers, "rb")
        self._too_slow = False
        self._code: int | None = None
        self._ending = threading.Lock()
        try:
            self._process = sandbox_processes.begin(self._folder, its_requests, its_answers, files)
        except OSError as error:
            self._requests.close()
            self._answers.close()
            shutil.rmtree(self._folder, ignore_errors=True)
            raise SandboxBroke("no child could begin") from error
        finally:
            os.close(its_requests)
            os.close(its_answers)

    def ask(self, request: Request) -> bytes | None:
        """Send the request; return the answer, or None if the child died over it."""
        data = pickle.dumps(request, protocol=5)
        timer = threading.Timer(request.limits.wall_s, self._stop_slow)
        timer.daemon = True
        timer.start()
        try:
            return self._exchange(data, request.limits.answer_bytes)
        except BrokenPipeError:
            return None
        finally:
            timer.cancel()

    def cause_of_death(self) -> SandboxFault:
        """Return what the end of the child means."""
        code = self._end()
        if self._too_slow or code == -getattr(signal, "SIGALRM", 0):
            return SandboxExceeded("time")
        if code == -getattr(signal, "SIGXCPU", 0):
            return SandboxExceeded("cpu")
        return SandboxBroke(f"ended with {code}")

    def close(self) -> None:
        """End the child, whatever it does, and remove its folder."""
        with suppress(BrokenPipeError):  # the child ended before it had read everything
            self._requests.close()
        self._answers.close()
        self._end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _exchange(self, data: bytes, most_bytes: int) -> bytes | None:
        self._requests.write(HEAD.pack(len(data)) + data)
        self._requests.flush()
        head = self._answers.read(HEAD.size)
        if len(head) < HEAD.size:
            return None
        length = HEAD.unpack(head)[0]
        if length > most_bytes:
            return EXCEEDED + b"answer"
        answer = self._answers.read(length)
        return answer if len(answer) == length else None

    def _stop_slow(self) -> None:
        self._too_slow = True
        self._end()

    def _end(self) -> int:
        with self._ending:
            if self._code is None:
                self._code = self._process.end()
            return self._code
