"""Run one benchmark: ``python -m bench NAME [--quick] [ITS OPTIONS]``; without a name, say which there are."""

import argparse
import importlib
import pkgutil
import sys
from pathlib import Path

HERE = Path(__file__).parent


def list_benchmarks() -> list[str]:
    """Return the names of the modules and packages here that can be run: those with a ``main(quick)``."""
    found = []
    for module in pkgutil.iter_modules([str(HERE)]):
        path = HERE / module.name / "__init__.py" if module.ispkg else HERE / f"{module.name}.py"
        if module.name != "__main__" and "\ndef main(" in path.read_text("utf-8"):
            found.append(module.name)
    return sorted(found)


def main(arguments: list[str]) -> int:
    """Run the benchmark that ``arguments`` name."""
    names = list_benchmarks()
    parser = argparse.ArgumentParser(prog="./run bench", description=f"benchmarks: {', '.join(names)}")
    parser.add_argument("name", nargs="?", choices=names, metavar="NAME")
    parser.add_argument(
        "--quick", action="store_true", help="fewer repetitions: shows the way, proves nothing"
    )
    wanted, further = parser.parse_known_args(arguments)
    if wanted.name is None:
        print("\n".join(names))
        return 0
    benchmark = importlib.import_module(f"bench.{wanted.name}")
    if getattr(benchmark, "TAKES_OPTIONS", False):
        benchmark.main(wanted.quick, further)
    elif further:
        parser.error(f"{wanted.name} takes no {' '.join(further)}")
    else:
        benchmark.main(wanted.quick)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
