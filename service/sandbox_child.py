"""The child's side of the sandbox: confine yourself, load the parsers, wait for one request, answer, end.

The request comes from the parent, which is trusted; the answer is plain data, see ``sandbox_wire``. Whatever
a library prints goes nowhere. A child is forked by the loader, which has loaded the parsers, or started for itself
where a system cannot fork. Confining comes before anything else, since a namespace cannot be left among threads.
"""

import errno
import os
import pickle
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import reduce
from importlib import import_module
from pathlib import Path
from traceback import extract_tb
from typing import Any

from service import confinement
from service.sandbox_wire import ALLOWED_ROOM, BROKE, EXCEEDED, HEAD, OK, REFUSED, Limits, Request, pack

PRELOADED = (
    *("numpy", "pikepdf", "PIL.Image", "pypdfium2", "cv2", "zxingcpp", "watermark"),
    *(f"service.papers.{room}" for room in ("comparing", "copies", "offered", "pages", "readings", "sheet")),
    "service.exchange.offered",
)
ROOMS = ("watermark", "service", "registry")
GRACE_S = 5
"""How much later than its parent the child ends itself, in case the parent is gone."""

_layers: list[str] = []


def main() -> None:
    """Serve one request, in a process that was started for it."""
    serve(*map(Path, sys.argv[1:3]))


def load() -> None:
    """Load what parses files."""
    for name in PRELOADED:
        with suppress(ImportError):  # what is missing is missed by the function that needs it
            import_module(name)


def serve(root: Path, own_folder: Path) -> None:
    """Confine this process and serve one request, from standard input to standard output.

    Args:
        root: Where our rooms lie.
        own_folder: The one folder that it may write; it is there already.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _layers.extend(confinement.confine(own_folder, [root / room for room in ROOMS]))
    load()
    requests = os.fdopen(0, "rb")
    head = requests.read(HEAD.size)
    if len(head) < HEAD.size:
        return  # the parent ended without a request
    request: Request = pickle.loads(requests.read(HEAD.unpack(head)[0]))  # noqa: S301 - from our parent alone
    answer = _work(request)
    if len(answer) > request.limits.answer_bytes:
        answer = EXCEEDED + b"answer"
    answers.write(HEAD.pack(len(answer)) + answer)
    answers.close()


def layers() -> tuple[str, ...]:
    """Return the layers of confinement that hold in this child."""
    return tuple(_layers)


def _work(request: Request) -> bytes:
    try:
        function = _function(request.function)
        _limit(request.limits)
        return OK + pack(function(*request.arguments))
    except MemoryError:
        return EXCEEDED + b"memory"
    except Exception as error:  # noqa: BLE001 - whatever a parser does wrong ends here
        return _refusal(error)


def _function(path: str) -> Callable[..., object]:
    module, _, name = path.partition(":")
    found: Any = reduce(getattr, name.split("."), import_module(module))
    function: Callable[..., object] = found
    return function


def _limit(limits: Limits) -> None:
    confinement.limit("RLIMIT_AS", confinement.own_memory_bytes() + limits.memory_bytes)
    confinement.limit("RLIMIT_CPU", limits.cpu_s + _cpu_used_s() + 1, warning=1)
    confinement.limit("RLIMIT_FSIZE", limits.file_bytes)
    confinement.limit("RLIMIT_NOFILE", limits.open_files)
    confinement.limit("RLIMIT_CORE", 0)
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, limits.wall_s + GRACE_S)


def _cpu_used_s() -> int:
    """Return the processor time that loading took, rounded up; it is not charged to the file."""
    used = os.times()
    return int(used.user + used.system) + 1


def _refusal(error: Exception) -> bytes:
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return EXCEEDED + b"file"
    if type(error).__module__.split(".", 1)[0] == ALLOWED_ROOM:
        with suppress(TypeError):  # a fact that cannot be told
            return REFUSED + pack(error)
    frame = extract_tb(error.__traceback__)[-1]
    return BROKE + f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}".encode()
