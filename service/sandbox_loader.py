"""The loader: a process that loads the parsers once and forks a child of the sandbox for each file.

Laws: it never sees a file, nor anything else of a visitor; what it forks confines itself before it reads its one
request; it has one thread, since what is forked among threads breaks. It ends with its parent, its children with it.

One order at a time comes over a socket, each answered by one number: ``fork FOLDER`` with descriptors, where the child
reads its request, where it answers, and files that it may read besides, gives its process id; ``end PID`` kills a child
with everything it started and gives how it ended.
"""

import gc
import os
import signal
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path

from service import sandbox_child
from service.config import live_in
from service.sandbox_wire import FIRST_FILE, MOST_FILES

ANSWER = struct.Struct("<q")
FORK, END = b"fork ", b"end "
_STANDARD = 2
ORDER_BYTES = 1 << 13
"""Longest order: a word and a path."""


def main() -> None:
    """Serve orders until the parent is gone."""
    root, orders = Path(sys.argv[1]), socket.socket(fileno=int(sys.argv[2]))
    sandbox_child.load()
    gc.freeze()  # what is loaded stays shared with the children
    children: set[int] = set()
    while True:
        order, descriptors, _, _ = socket.recv_fds(orders, ORDER_BYTES, _STANDARD + MOST_FILES)
        if order.startswith(FORK):
            answer = _fork(root, Path(os.fsdecode(order.removeprefix(FORK))), descriptors, orders)
            children.add(answer)
        elif order.startswith(END):
            child = int(order.removeprefix(END))
            answer = _end(child) if child in children else 0
            children.discard(child)
        else:
            break
        orders.sendall(ANSWER.pack(answer))
    for child in children:
        _end(child)


def _fork(root: Path, folder: Path, descriptors: list[int], orders: socket.socket) -> int:
    """Return the process id of a new child; in the child, serve and do not return."""
    child = os.fork()
    if child:
        for descriptor in descriptors:
            os.close(descriptor)
        return child
    code = 1
    try:
        os.setsid()
        orders.close()
        _take(descriptors[:_STANDARD], 0)
        _take(descriptors[_STANDARD:], FIRST_FILE)
        os.chdir(folder)
        live_in(folder)
        sandbox_child.serve(root, folder)
        code = 0
    finally:
        os._exit(code)  # whatever the loader registered for its end is not the child's


def _take(descriptors: list[int], first: int) -> None:
    """Give descriptors the numbers from ``first`` on; those that came have higher ones, in the same order."""
    for number, descriptor in enumerate(descriptors, first):
        if descriptor != number:
            os.dup2(descriptor, number)
            os.close(descriptor)


def _end(child: int) -> int:
    """Kill a child with everything it started; return its exit code, or that by which it ended before."""
    with suppress(ProcessLookupError, PermissionError):
        os.kill(child, signal.SIGKILL)  # it may not lead a group of its own yet
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)
