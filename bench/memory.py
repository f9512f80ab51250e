"""The most memory that a process ever held."""

import resource
import sys
from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")


def peak_bytes() -> int:
    """Return it in bytes, Python and mapped files included.

    Linux counts ``ru_maxrss`` from before a program was started, of the process that started it; its status does not.
    """
    if _STATUS.exists():
        return int(_STATUS.read_text("ascii").split("VmHWM:")[1].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
