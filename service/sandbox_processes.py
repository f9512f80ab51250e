"""How a child of the sandbox begins and ends.

Loading the parsers takes half a second of a processor, so a child is forked by a process of ours that has loaded them
and does nothing else (``sandbox_loader``); where a system cannot fork, each child loads them itself.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
from atexit import register
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, Protocol

from service.config import PROJECT_ROOT, child_environment
from service.sandbox_loader import ANSWER, END, FORK

_START: Final = "import sys; sys.path.insert(0, sys.argv[1]); from service.{} import main; main()"
_ONE_THREAD: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OPENCV_FOR_THREADS_NUM": "1"}
"""A thread would keep the child from leaving the network, and each reserves address space."""

_CAN_FORK: Final = hasattr(os, "fork") and hasattr(socket, "send_fds")
_MOST_FORKS: Final = 200
"""Children of one loader; they all have its layout of memory, which a next one has anew."""


class Process(Protocol):
    """A process that reads one request."""

    def end(self) -> int:
        """Kill it with everything it started, unless it ended by itself; return its exit code."""


def hands_files() -> bool:
    """Tell whether a child can be handed open files: only one that is forked."""
    return _CAN_FORK


def begin(folder: str, requests: int, answers: int, files: Sequence[int] = ()) -> Process:
    """Return a new child that reads its request from one descriptor and answers on another.

    Args:
        folder: Its own folder, which is there already.
        requests: A descriptor to read from; stays the caller's to close.
        answers: A descriptor to write to; the same.
        files: Descriptors that it may read besides; the same.

    Raises:
        OSError: the system has no room for another process.
    """
    if _CAN_FORK:
        return _loaders.fork(folder, requests, answers, *files)
    return _Started(folder, requests, answers)


class _Started:
    """A child started for one file."""

    def __init__(self, folder: str, requests: int, answers: int) -> None:
        own = {"HOME": folder, "TMPDIR": folder}
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-I", "-c", _START.format("sandbox_child"), str(PROJECT_ROOT), folder],
            stdin=requests,
            stdout=answers,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=child_environment() | _ONE_THREAD | own,
            start_new_session=True,
        )

    def end(self) -> int:
        if self._process.poll() is None and hasattr(os, "killpg"):
            with suppress(ProcessLookupError):  # it ended this instant
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        return self._process.wait()


class _LoaderGone(OSError):
    """The loader ended, killed by somebody or by the system for want of memory."""


class _Loader:
    """A running loader; one order at a time."""

    def __init__(self) -> None:
        self._orders, theirs = socket.socketpair()
        with theirs:
            descriptor = theirs.fileno()
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
                [
                    *(sys.executable, "-I", "-c", _START.format("sandbox_loader")),
                    *(str(PROJECT_ROOT), str(descriptor)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=child_environment() | _ONE_THREAD,
                pass_fds=[descriptor],
                start_new_session=True,
            )
        self.forked = self.alive = 0

    def is_running(self) -> bool:
        """Whether it can still fork."""
        return self._process.poll() is None

    def order(self, words: bytes, *descriptors: int) -> int:
        """Give an order and return its answer."""
        socket.send_fds(self._orders, [words], descriptors)
        answer = self._orders.recv(ANSWER.size, socket.MSG_WAITALL)
        if len(answer) < ANSWER.size:
            raise _LoaderGone
        return int(ANSWER.unpack(answer)[0])

    def leave(self) -> None:
        """Let go of it; nobody else holding on, it ends, and what it forked with it."""
        self._orders.close()

    def close(self) -> None:
        """End it and what it forked."""
        self.leave()
        self._process.wait()


class _Forked:
    """A child that a loader forked."""

    def __init__(self, loader: _Loader, pid: int) -> None:
        self._loader, self._pid = loader, pid

    def end(self) -> int:
        return _loaders.end(self._loader, self._pid)


class _Loaders:
    """The loader of this process of ours, started with the first file, and the next one after so many forks."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._current: _Loader | None = None

    def fork(self, folder: str, *descriptors: int) -> _Forked:
        """Return a new child."""
        with self._turn:
            order = FORK + os.fsencode(folder)
            loader = self._fit()
            try:
                pid = loader.order(order, *descriptors)
            except OSError:  # it was killed since
                loader = self._anew()
                pid = loader.order(order, *descriptors)
            loader.forked += 1
            loader.alive += 1
            return _Forked(loader, pid)

    def end(self, loader: _Loader, pid: int) -> int:
        """End a child and return its exit code; where its loader is gone that cannot be told."""
        with self._turn:
            loader.alive -= 1
            try:
                return loader.order(END + str(pid).encode())
            except OSError:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)
                return -signal.SIGKILL

    def dismiss(self) -> None:
        """End the loader, at the end of our process."""
        with self._turn:
            if self._current is not None:
                self._current.close()
            self._current = None

    def forget(self) -> None:
        """In a process forked from ours: the loader is the parent's, and so may be the lock."""
        if self._current is not None:
            self._current.leave()
        self._current, self._turn = None, threading.Lock()

    def _fit(self) -> _Loader:
        """Return a loader that runs and has not forked enough; as long as children of it live it goes on."""
        loader = self._current
        if loader is None or not loader.is_running() or (loader.forked >= _MOST_FORKS and not loader.alive):
            return self._anew()
        return loader

    def _anew(self) -> _Loader:
        if self._current is not None:
            self._current.close()
        self._current = _Loader()
        return self._current


_loaders: Final = _Loaders()
register(_loaders.dismiss)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_loaders.forget)
