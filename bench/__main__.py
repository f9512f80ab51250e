"""Run one benchmark: ``python -m bench NAME [--quick]``; without a name, say which there are."""

import argparse
import importlib
import pkgutil
import sys
from pathlib import Path

HERE = Path(__file__).parent


def list_benchmarks() -> list[str]:
    """Return the names of the modules here that can be run: those with a ``main(quick)``."""
    names = {module.name for module in pkgutil.iter_modules([str(HERE)])} - {"__main__"}
    return sorted(name for name in names if "\ndef main(" in (HERE / f"{name}.py").read_text("utf-8"))


def main(arguments: list[str]) -> int:
    """Run the benchmark that ``arguments`` name."""
    names = list_benchmarks()
    parser = argparse.ArgumentParser(prog="./run bench", description=f"benchmarks: {', '.join(names)}")
    parser.add_argument("name", nargs="?", choices=names, metavar="NAME")
    parser.add_argument(
        "--quick", action="store_true", help="fewer repetitions: shows the way, proves nothing"
    )
    wanted = parser.parse_args(arguments)
    if wanted.name is None:
        print("\n".join(names))
        return 0
    importlib.import_module(f"bench.{wanted.name}").main(wanted.quick)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
