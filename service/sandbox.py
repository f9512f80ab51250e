"""The sandbox: functions that parse untrusted files run in a child process that lives for one file.

Decides how a child is started, how long it may take and what its end means. What the child may do is decided
in ``confinement``, what may come back in ``sandbox_wire``. After each call the next child is started ahead of
time, so that its loading (about half a second) is over when it is needed.
"""

import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from atexit import register
from typing import ClassVar

from service.config import PROJECT_ROOT, child_environment
from service.faults import ServiceFault
from service.sandbox_wire import BROKE, EXCEEDED, HEAD, OK, REFUSED, Limits, Request, UnfitAnswer, unpack

__all__ = ["Limits", "SandboxBroke", "SandboxExceeded", "SandboxFault", "call"]

_START = "import sys; sys.path.insert(0, sys.argv[1]); from service.sandbox_child import main; main()"
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OPENCV_FOR_THREADS_NUM": "1"}
"""A thread would keep the child from leaving the network, and each reserves address space."""


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


def call(function: str, *arguments: object, limits: Limits | None = None) -> object:
    """Return what a function makes of its arguments, run in a confined child process.

    Args:
        function: ``module:function``; chosen by us, never by a visitor.
        arguments: Whatever can be pickled.
        limits: What the child may use.

    Returns:
        Plain data, arrays of numbers, and dataclasses and enumerations of the room ``watermark``.

    Raises:
        WatermarkError: the function refused the file.
        SandboxExceeded: the child exceeded a limit.
        SandboxBroke: the child broke down.
    """
    request = Request(function, arguments, limits or Limits())
    child = _Standby.take()
    try:
        return _outcome(child, child.ask(request))
    finally:
        child.close()
        _Standby.refill()


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

    def __init__(self) -> None:
        self._folder = folder = tempfile.mkdtemp(prefix="foliotrace-")
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-I", "-c", _START, str(PROJECT_ROOT), folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=child_environment() | _ONE_THREAD | {"HOME": folder, "TMPDIR": folder},
            start_new_session=True,
        )
        self._too_slow = False

    def is_waiting(self) -> bool:
        """Tell whether the child has not ended by itself."""
        return self._process.poll() is None

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
        code = self._process.wait()
        if self._too_slow or code == -getattr(signal, "SIGALRM", 0):
            return SandboxExceeded("time")
        if code == -getattr(signal, "SIGXCPU", 0):
            return SandboxExceeded("cpu")
        return SandboxBroke(f"ended with {code}")

    def close(self) -> None:
        """End the child, whatever it does, and remove its folder."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue  # the child ended before it had read everything
        self._kill()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _exchange(self, data: bytes, most_bytes: int) -> bytes | None:
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None  # noqa: S101 - both are pipes
        assert answers is not None  # noqa: S101
        requests.write(HEAD.pack(len(data)) + data)
        requests.flush()
        head = answers.read(HEAD.size)
        if len(head) < HEAD.size:
            return None
        length = HEAD.unpack(head)[0]
        if length > most_bytes:
            return EXCEEDED + b"answer"
        answer = answers.read(length)
        return answer if len(answer) == length else None

    def _stop_slow(self) -> None:
        self._too_slow = True
        self._kill()

    def _kill(self) -> None:
        """End the child with everything it started."""
        if self._process.poll() is None and hasattr(os, "killpg"):
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return  # it ended this instant
        self._process.kill()


class _Standby:
    """The child that is kept loaded for the next file: one per process of ours."""

    _lock: ClassVar[threading.Lock] = threading.Lock()
    _waiting: ClassVar[_Child | None] = None
    _owner_pid: ClassVar[int] = 0

    @classmethod
    def take(cls) -> _Child:
        """Return a child that has no request yet, the loaded one if it is there."""
        with cls._lock:
            child, cls._waiting = cls._waiting, None
            mine = cls._owner_pid == os.getpid()
        if child is not None and mine and child.is_waiting():
            return child
        return _Child()

    @classmethod
    def refill(cls) -> None:
        """Start the next child, unless one waits."""
        with cls._lock:
            if cls._waiting is None or cls._owner_pid != os.getpid():
                cls._waiting, cls._owner_pid = _Child(), os.getpid()

    @classmethod
    def dismiss(cls) -> None:
        """End the waiting child, at the end of our process."""
        with cls._lock:
            child, cls._waiting = cls._waiting, None
        if child is not None and cls._owner_pid == os.getpid():
            child.close()


register(_Standby.dismiss)
