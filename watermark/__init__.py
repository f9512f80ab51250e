"""Paper and pixels: put marks on pages, find them again.

``inspect`` cleans a document, ``prepare`` makes it a base, ``stamp`` makes a marked copy of a base, ``bind`` puts
copies into a file for the printer; ``read`` finds the marks again in scans, ``identify`` in any picture of a registered
page. No database, no web, no clock; the same
input gives the same bytes.
"""

from watermark.clean.inspect import Inspection, inspect
from watermark.clean.pictures import draw_pictures
from watermark.clean.raster import rasterise
from watermark.errors import UnusableFileError, UnusableFontError, WatermarkError
from watermark.findings import Finding
from watermark.limits import Limits
from watermark.marks.dots import Cells
from watermark.marks.qr import modules as qr_modules
from watermark.plan import DotStyle, MarkPlan
from watermark.read.dots import DotReading, read_dots
from watermark.read.glance import glance
from watermark.read.images import ReadLimits, open_pages
from watermark.read.reading import PageReading, QrReading, Readings, qr_texts, read, read_qr
from watermark.read.show import show_pages
from watermark.render import render_page, thumbnail
from watermark.trace.find.index import PageKey
from watermark.trace.find.pages import Found, PageIndex, is_doubtless, likeliest, worth_comparing, write_index
from watermark.trace.find.points import PagePoints, PicturePoints, points_of_page, points_of_picture
from watermark.trace.identification import CERTAIN_LOG10, Candidate, Identification, PlacedPage, Tried
from watermark.trace.identification import Grade as TraceGrade
from watermark.trace.identify import identify
from watermark.trace.looking import otherwise
from watermark.trace.measure.generation import Generation, PrintSeen
from watermark.trace.measure.generation import Why as PrintWhy
from watermark.trace.place.reference import Reference, references
from watermark.trace.weigh.codebook import MANY_COPIES, CodeBook
from watermark.trace.weigh.codefile import CodeFile
from watermark.trace.weigh.codefile import join as join_codes
from watermark.trace.weigh.codefile import key_name as code_key_name
from watermark.trace.weigh.codefile import write as write_codes
from watermark.trace.weigh.weighing import Voice
from watermark.write.base import Base
from watermark.write.bind import BoundCopy, bind, sheets
from watermark.write.delta import Delta, Fingerprint, chunks, fingerprint
from watermark.write.fonts import FontChain, font_path, missing_characters, open_fonts
from watermark.write.heads import PageHead, find_heads, head_findings
from watermark.write.prepare import prepare
from watermark.write.proof import Channel, Grade, PageProof, Proof, grade_of, prove
from watermark.write.stamp import Mark, PageMark, splice, stamp, words_left_out
from watermark.write.surveyed import BasePage, Survey

__all__ = [
    "CERTAIN_LOG10",
    "MANY_COPIES",
    "Base",
    "BasePage",
    "BoundCopy",
    "Candidate",
    "Cells",
    "Channel",
    "CodeBook",
    "CodeFile",
    "Delta",
    "DotReading",
    "DotStyle",
    "Finding",
    "Fingerprint",
    "FontChain",
    "Found",
    "Generation",
    "Grade",
    "Identification",
    "Inspection",
    "Limits",
    "Mark",
    "MarkPlan",
    "PageHead",
    "PageIndex",
    "PageKey",
    "PageMark",
    "PagePoints",
    "PageProof",
    "PageReading",
    "PicturePoints",
    "PlacedPage",
    "PrintSeen",
    "PrintWhy",
    "Proof",
    "QrReading",
    "ReadLimits",
    "Readings",
    "Reference",
    "Survey",
    "TraceGrade",
    "Tried",
    "UnusableFileError",
    "UnusableFontError",
    "Voice",
    "WatermarkError",
    "bind",
    "chunks",
    "code_key_name",
    "draw_pictures",
    "find_heads",
    "fingerprint",
    "font_path",
    "glance",
    "grade_of",
    "head_findings",
    "identify",
    "inspect",
    "is_doubtless",
    "join_codes",
    "likeliest",
    "missing_characters",
    "open_fonts",
    "open_pages",
    "otherwise",
    "points_of_page",
    "points_of_picture",
    "prepare",
    "prove",
    "qr_modules",
    "qr_texts",
    "rasterise",
    "read",
    "read_dots",
    "read_qr",
    "references",
    "render_page",
    "sheets",
    "show_pages",
    "splice",
    "stamp",
    "thumbnail",
    "words_left_out",
    "worth_comparing",
    "write_codes",
    "write_index",
]
