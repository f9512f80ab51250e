"""A person named in a text field: typed by staff number or name, or chosen from the list that the field offers."""

from flask_babel import gettext

from service.flows import people
from service.login import current_runtime


class PersonUnclear(Exception):
    """The text names nobody, or more than one person; ``words`` says which."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def find_person(text: str, *, otherwise: int | None = None) -> int:
    """Return the active person whom a text names.

    Args:
        text: A staff number, a name in either language, or an entry of the list: number, blank, name.
        otherwise: Who is meant by an empty text.

    Raises:
        PersonUnclear: nobody or several are.
    """
    wanted = " ".join(text.split()).casefold()
    if not wanted:
        if otherwise is None:
            raise PersonUnclear(gettext("Say who it is: a staff number or a name."))
        return otherwise
    persons = [row.person for row in people.list_recipients(current_runtime())]
    by_number = [one for one in persons if one.staff_no.casefold() in {wanted, wanted.partition(" ")[0]}]
    found = by_number or [one for one in persons if wanted in {one.zh.casefold(), one.en.casefold()}]
    if not found:
        raise PersonUnclear(gettext("Nobody who works here has this name or staff number."))
    if len(found) > 1:
        numbers = ", ".join(one.staff_no for one in found)
        raise PersonUnclear(
            gettext("Several people have this name: %(numbers)s. Enter the staff number.", numbers=numbers)
        )
    return found[0].id
