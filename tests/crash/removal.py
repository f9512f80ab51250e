"""A process that removes the content of a document kept light and kills itself at a chosen instant.

Run as ``python -m tests.crash.removal FOLDER DATABASE DOCUMENT NOW CALL NTH WHEN`` it is the victim.
"""

import importlib
import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from service.config import Settings
from service.flows import light
from service.runtime import open_runtime


def armed(call: str, nth: int, when: str) -> None:
    """Have the process killed before or after the ``nth`` call of ``module:function`` or ``module:Class.method``."""
    module, _, path = call.partition(":")
    *owners, name = path.split(".")
    owner = importlib.import_module(module)
    for each in owners:
        owner = getattr(owner, each)
    really, calls = getattr(owner, name), 0

    def watched(*arguments: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if (calls, when) == (nth, "before"):
            os.kill(os.getpid(), signal.SIGKILL)
        answer = really(*arguments, **named)
        if (calls, when) == (nth, "after"):
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, name, watched)


def main() -> None:
    """Order what is due and remove it, as the worker does."""
    folder, database, document, now, call, nth, when = sys.argv[1:]
    settings = Settings(environment="test", data_dir=Path(folder), database_url=database)
    runtime = open_runtime(settings, clock=lambda: datetime.fromisoformat(now))
    armed(call, int(nth), when)
    light.order_due(runtime)
    light.clear(runtime, int(document))


if __name__ == "__main__":
    main()
