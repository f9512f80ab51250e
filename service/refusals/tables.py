"""What is said when a table of others, a row or a cell of one is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

TABLES: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "table-unusable": (
        _("This is no table that can be read here. Nothing has been saved."),
        _("Save it as an Excel workbook (.xlsx) or as CSV, without a password, and try again."),
    ),
    "table-too-large": (
        _("The table is larger than what is imported at once (limit: %(limit)s). Nothing has been saved."),
        _("Delete empty sheets and columns, or divide it into several files."),
    ),
    "table-head-unusable": (
        _(
            "The head of the table cannot be used. Columns missing: %(missing)s. Columns that come twice: %(twice)s."
        ),
        _("Put each of these columns into the table once, named as in the template, and try again."),
    ),
    "formula-without-value": (
        _("The cell holds a formula whose value was not saved. Formulas are not worked out here."),
        _("Replace the formula by its value and save the file anew."),
    ),
    "error-value": (
        _("The cell holds an error of the spreadsheet program."),
        _("Correct the formula or type the value in."),
    ),
    "number-too-long": (
        _("The spreadsheet program has shortened this number; its last digits are lost."),
        _("Format the column as text and type the number again."),
    ),
    "cell-no-day": (
        _("This is no date."),
        _("Write it as 2026-01-31, 2026/1/31 or 2026年1月31日."),
    ),
    "cell-no-time": (
        _("This is no date with a time."),
        _("Write it as 2026-01-31 14:30."),
    ),
    "cell-no-number": (
        _("This is no whole number from 1 to %(most)s."),
        _("Write it in digits."),
    ),
    "cell-neither-yes-nor-no": (
        _("This is neither yes nor no."),
        _("Write 是 or 否, yes or no."),
    ),
    "cell-no-level": (
        _("This is no level of the scheme; it has: %(levels)s."),
        _("Choose one of these, or name the scheme in its column."),
    ),
    "cell-no-scheme": (
        _("There is no such scheme of levels."),
        _("Write company, commercial or state, or leave the cell empty for the company's own."),
    ),
    "cell-no-state": (
        _("This is no state of a copy."),
        _("Write 在库, 在持, 下落不明, 丢失, 已销毁, 作废 or 废页."),
    ),
    "unit-unknown": (
        _("There is no such unit, or several have this name."),
        _("Name it by its code as listed under People, or register it first."),
    ),
    "person-unknown": (
        _("There is no such person who works here, or several have this name."),
        _("Name them by their staff number, or register them first."),
    ),
    "meeting-unknown": (
        _("There is no such meeting, or several have this name."),
        _("Name it by its number, which its address and the export show, or register it first."),
    ),
    "name-differs": (
        _("The person with this staff number has another name."),
        _("Check number and name against each other."),
    ),
    "meeting-twice": (
        _("This meeting of this unit at this time is registered already."),
        _("Delete the row, or correct what differs."),
    ),
    "document-differs": (
        _("Other rows of the same document, or the register, say something else here."),
        _("Make all rows of one document say the same, or leave the cell empty."),
    ),
    "old-number-taken": (
        _("The issuing unit has registered another document under %(doc_number)s."),
        _("Delete the row, or correct the number."),
    ),
    "old-holder-inactive": (
        _("The holder no longer works here, so nothing can be held by them."),
        _("Find out who has the copy now, and name that person."),
    ),
    "state-not-taken-over": (
        _("A copy that is under way, at a gate or on a list cannot be taken over like that."),
        _("Settle it in the older register first, then write where it stands: in stock or held."),
    ),
    "holder-wanted": (
        _("The copy is held, but by whom is not said."),
        _("Write the holder's staff number, or another state."),
    ),
    "holder-not-wanted": (
        _("In this state nobody holds the copy, but a holder is named."),
        _("Delete the holder, or write the state 在持."),
    ),
    "copy-number-twice": (
        _("These numbers come twice for the same document: %(numbers)s."),
        _("Give each copy its own number, as on its paper."),
    ),
    "copy-number-in-use": (
        _("The document has these numbers already: %(numbers)s."),
        _("Delete these rows; the numbers of a document never mean two copies."),
    ),
    "copy-numbers-missing": (
        _("Numbers of the document are left out: %(numbers)s. Every number has to be accounted for."),
        _("Add a row for each; one that never had paper has the state 作废."),
    ),
    "in-the-future": (
        _("This date is still to come."),
        _("Check the year."),
    ),
    "document-without-file": (
        _(
            "This document was taken over from an older register; its file is not here, so there are no "
            "pages to show or print."
        ),
        _(
            "Its copies can be handed out, returned and destroyed. To print it, register its file under the same "
            "number with the same title, level, period and units."
        ),
    ),
    "not-printed-here": (
        _("No print run of ours made this copy: it was photocopied, or taken over from an older register."),
        _("Put it on a destruction list if it is damaged."),
    ),
    "impossible-import-step": (
        _("This import does not stand where that is possible. Nothing has been changed."),
        _("Reload the page to see where it stands."),
    ),
    "import-has-problems": (
        _("Something is wrong with the table, so nothing of it was imported."),
        _("Check it again, correct what is named, and offer the file anew."),
    ),
    "import-in-use": (
        _("The import cannot be undone: something was changed since, or depends on it (%(depends)s)."),
        _("Undo that first where it is possible, or correct single entries instead."),
    ),
    "no-such-table": (
        _("There is no register of this name, or it is not given out in this form."),
        _("Ask for one of those that the description of the interface names."),
    ),
    "no-old-copies": (
        _("This import made no copies that are on paper."),
        _("Choose an import of a paper register that was imported."),
    ),
}
