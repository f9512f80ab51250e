"""What is said when a file is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

FILES: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "not-a-pdf": (
        _("This is no PDF, office file or picture that is taken here, whatever its name says."),
        _("Open it in its own program, export it as PDF and try again."),
    ),
    "not-converted": (
        _("The file could not become a PDF. Nothing has been saved."),
        _("Open it in its own program, export it as PDF and try again."),
    ),
    "converter-missing": (
        _(
            "This is an office file (%(kind)s), and LibreOffice is not installed here. Nothing has been saved."
        ),
        _(
            "Export it as PDF and try again, or ask the administrator to install LibreOffice: "
            "apt-get install %(packages)s."
        ),
    ),
    "converter-uncovered": (
        _(
            "This is an office file (%(kind)s). This machine does not let LibreOffice be shut in, and this "
            "installation wants that. Nothing has been saved."
        ),
        _(
            "Export it as PDF and try again, or ask the administrator about namespaces and Landlock on this machine "
            "(missing: %(missing)s)."
        ),
    ),
    "conversion-failed": (
        _("LibreOffice could not make a PDF of this %(kind)s file. Nothing has been saved."),
        _("Open it in its own program, export it as PDF and try again."),
    ),
    "office-file-encrypted": (
        _("The office file asks for a password, so it cannot be converted. Nothing has been saved."),
        _("Save it without a password and try again."),
    ),
    "broken-file": (
        _("The PDF is damaged in a way that cannot be repaired without guessing."),
        _("Export it anew from its own program and try again."),
    ),
    "encrypted-file": (
        _("The PDF is encrypted or protected by a password, so its pages cannot be marked."),
        _("Save it without protection and try again."),
    ),
    "printing-forbidden": (
        _("The author of the PDF has forbidden to print it."),
        _("Ask its author for a file that may be printed."),
    ),
    "xfa-form": (
        _("The PDF is a dynamic form (XFA): what is printed would depend on the program that prints."),
        _("Print the form to a PDF and register that file."),
    ),
    "no-pages": (
        _("The PDF has no pages."),
        _("Check the file in its own program and try again."),
    ),
    "too-many-pages": (
        _("The PDF has %(got)s pages; at most %(limit)s are taken."),
        _("Split it and register the parts as documents of their own."),
    ),
    "too-many-bytes": (
        _("The file is bigger than this installation takes."),
        _("Save it with smaller pictures, or split it."),
    ),
    "too-many-objects": (
        _("The PDF has %(got)s parts; at most %(limit)s are taken."),
        _("Print it to a new PDF, or split it, and register that."),
    ),
    "stream-too-large": (
        _("A part of the PDF unpacks to more than %(limit)s bytes. Such a file may be meant to do harm."),
        _("Print it to a new PDF, or split it, and register that."),
    ),
    "image-too-large": (
        _("A picture in the PDF has %(got)s pixels; at most %(limit)s are taken."),
        _("Save it with smaller pictures, or split it."),
    ),
    "too-deeply-nested": (
        _(
            "On page %(page)s drawings lie within each other, more than %(limit)s deep; not every program draws that."
        ),
        _("Print it to a new PDF, or split it, and register that."),
    ),
    "page-too-large": (
        _("Page %(page)s is larger than a page may be."),
        _("Print the document to a common paper size and try again."),
    ),
    "page-too-small": (
        _("Page %(page)s is too small to carry a readable mark."),
        _("Print the document to a common paper size and try again."),
    ),
    "unstampable-page": (
        _("On page %(page)s our own mark could not be read in a test, so it would be lost on paper."),
        _("Print the document to a common paper size with a margin and try again."),
    ),
    "file-not-readable": (
        _("The file could not be read to its end."),
        _("Save it anew in its own program and try again."),
    ),
    "file-too-costly": (
        _("Reading the file took more memory or time than a file may take (limit: %(limit)s)."),
        _("Save it anew in its own program, perhaps in parts, and try again."),
    ),
    "file-breaks-reader": (
        _("The file breaks the program that reads it. It may be damaged or made to do harm."),
        _("Save it anew in its own program. If it came from outside, show it to the security officer."),
    ),
    "file-missing": (
        _("The stored file is not there."),
        _("Tell the administrator; it can be restored from a backup."),
    ),
    "file-damaged": (
        _("The stored file is damaged or was changed outside the registry, so it is not shown."),
        _("Tell the security officer; it can be restored from a backup."),
    ),
}
