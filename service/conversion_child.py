"""The process that becomes the converter: it confines itself first, since the converter would not.

Started by ``conversion`` with the program, its folder, its limits, a pipe and the layers that must hold; the limits and
the confinement stay when the program takes this process over. Which layers hold is told through the pipe before that.
"""

import json
import os
import signal
import sys
from pathlib import Path

from service import confinement

UNCOVERED = 3
"""How this process ends where a layer is wanted that cannot be put on; the parent knows from the pipe."""


def main() -> None:
    """Confine this process and become the converter."""
    program, own_folder = map(Path, sys.argv[2:4])
    limits: dict[str, int] = json.loads(sys.argv[4])
    fonts = Path(sys.argv[1]) / "watermark" / "fonts"
    folder, layers = confinement.become(program, own_folder, [fonts])
    wanted: list[str] = json.loads(sys.argv[6])
    with os.fdopen(int(sys.argv[5]), "wb") as telling:
        telling.write(" ".join(layers).encode("ascii"))
    if not set(wanted) <= set(layers):
        sys.exit(UNCOVERED)
    for name, amount in limits.items():
        confinement.limit(name, amount)
    if hasattr(signal, "SIGXFSZ"):
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it, and what is ignored stays so
    # What is said of the folder holds wherever the folder lies by now.
    arguments = [argument.replace("{folder}", str(folder)) for argument in sys.argv[7:]]
    # What the converter puts beside its profile, and reads its fonts' places from, lies in that folder too.
    home = {"HOME": str(folder), "TMPDIR": str(folder), "FONTCONFIG_FILE": str(folder / "fonts.conf")}
    os.execve(program, [str(program), *arguments], {"PATH": os.defpath, "LANG": "C.UTF-8", **home})  # noqa: S606 -- found by our parent
