"""What commands are given in the same way everywhere: days, times, closed lists of words, people, units, new files."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

import click

from registry.errors import UnknownError
from service.flows import people
from service.runtime import Runtime
from service.times import end_of_day, instant

DAY: Final = click.DateTime(("%Y-%m-%d",))
MINUTE: Final = click.DateTime(("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"))

until_option = click.option("--until", type=DAY, required=True, help="Last day on which it may be used.")
reason_option = click.option("--reason", required=True)


def new_file(_context: click.Context, _argument: click.Parameter, target: Path | None) -> Path | None:
    """Refuse a file that is there before anything is done: a paper that was taken is on record."""
    if target is not None and target.exists():
        raise click.BadParameter(f"{target} is there already; nothing was done; name a new file")
    return target


target_argument = click.argument("target", type=click.Path(dir_okay=False, path_type=Path), callback=new_file)


def word_of(kind: type[StrEnum]) -> click.Choice[str]:
    """Return the type of an argument that is one word of a closed list, in either case."""
    return click.Choice([word.value for word in kind], case_sensitive=False)


def last_moment(runtime: Runtime, day: datetime) -> datetime:
    """Return the last second of the day that was given."""
    return end_of_day(day.date(), runtime.settings)


def moment(runtime: Runtime, local: datetime) -> datetime:
    """Return the instant that was given in the installation's time."""
    return instant(local, runtime.settings)


def unit_id(runtime: Runtime, code: str) -> int:
    """Return the unit with a code.

    Raises:
        UnknownError: there is none.
    """
    found = {row.unit.code: row.unit.id for row in people.list_units(runtime)}
    if code not in found:
        raise UnknownError(f"there is no unit {code}", unit_code=code)
    return found[code]


def asked_pin(staff_no: str) -> str:
    """Return the PIN that a person types at this keyboard."""
    entered: str = click.prompt(f"PIN of {staff_no}", hide_input=True)
    return entered


def write_new(target: Path, content: bytes) -> None:
    """Write a paper to a file that must not be there yet, and say so."""
    with target.open("xb") as file:
        file.write(content)
    click.echo(f"Written to {target}.")
