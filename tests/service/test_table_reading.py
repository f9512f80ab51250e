"""Tables of others are read as people see them, whatever program wrote them; what is no table is refused in words."""

import io
import re
import tempfile
import zipfile
from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.rules.imports import ImportKind
from registry.rules.levels import Scheme
from registry.rules.lifecycle import State
from service.exchange import cells, grid, workbook
from service.exchange.columns import HeadUnfit, find_head
from service.exchange.grid import GridRefused
from service.exchange.offered import read
from service.exchange.writing import Sheet
from service.exchange.writing import workbook as written

DAY = date(2026, 3, 2)
TABLE = "工号,姓名\nS1,王芳\n"
ROWS = ((1, ("工号", "姓名")), (2, ("S1", "王芳")))
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def package(sheet, *, strings="", styles="", book='<sheet name="a" sheetId="1" r:id="r1"/>', doctype=""):
    """Return a workbook with this sheet's rows, as another program might write it."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = "http://schemas.openxmlformats.org/package/2006/relationships"
    kinds = {"worksheet": "/xl/worksheets/a.xml", "sharedStrings": "strings.xml", "styles": "styles.xml"}
    told = "".join(
        f'<Relationship Id="r{number}" Type="{office}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(kinds.items(), 1)
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    named = {
        "workbook": "sheet.main",
        "worksheets/a": "worksheet",
        "strings": "sharedStrings",
        "styles": "styles",
    }
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        + "".join(
            f'<Override PartName="/xl/{part}.xml" ContentType="{kind}.{said}+xml"/>'
            for part, said in named.items()
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{links}"><Relationship Id="x" Type="{office}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{links}">{told}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{office}"><sheets>{book}</sheets></workbook>',
        "xl/worksheets/a.xml": f'{doctype}<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData></worksheet>',
        "xl/strings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return target.getvalue()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "gb2312", "utf-16", "utf-16-le-marked"]
)
def test_comma_separated_text_is_read_in_every_encoding_that_is_used_here(encoding):
    marked = encoding == "utf-16-le-marked"
    offered = b"\xff\xfe" + TABLE.encode("utf-16-le") if marked else TABLE.encode(encoding)
    assert read(offered) == ("table", ROWS, ())


@pytest.mark.parametrize("divider", [",", ";", "\t", "，"])
def test_what_divides_a_table_is_found_out(divider):
    assert read(TABLE.replace(",", divider).encode()) == ("table", ROWS, ())


def test_guards_of_spreadsheet_programs_are_taken_off_and_lines_within_a_cell_stay():
    offered = 'a,b,c\n"=""007""",\'=1+1,"x\ny"\n'
    assert read(offered.encode())[1][1] == (2, ("007", "=1+1", "x\ny"))


def test_a_workbook_is_read_as_its_reader_sees_it():
    offered = package(
        '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" s="1"><v>46083</v></c>'
        '<c r="D2" s="2"><v>46083.604166667</v></c><c r="E2" t="b"><v>1</v></c></row>'
        '<row r="5"><c r="A5"><f>1+1</f><v>2</v></c><c r="B5" t="str"><f>A1</f><v>甲</v></c>'
        '<c r="C5" t="inlineStr"><is><r><t>乙</t></r><r><t>丙</t></r></is></c><c r="D5"><v>1.5</v></c></row>',
        strings='<si><t>王芳</t><rPh sb="0" eb="2"><t>wang</t></rPh></si>',
        styles='<numFmts><numFmt numFmtId="200" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d h:mm"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="200"/></cellXfs>',
    )
    assert read(offered) == (
        "table",
        ((2, ("王芳", "", "2026-03-02", "2026-03-02 14:30", "TRUE")), (5, ("2", "甲", "乙丙", "1.5"))),
        (),
    )


def test_what_is_no_value_is_told_by_its_place():
    offered = package(
        '<row r="1"><c r="A1"><f>B1*2</f></c><c r="B1" t="e"><v>#REF!</v></c><c r="C1"><v>1.2E+17</v></c></row>'
    )
    told = {(1, 0, "formula-without-value"), (1, 1, "error-value"), (1, 2, "number-too-long")}
    assert set(read(offered)[2]) == told


def test_a_hidden_sheet_is_not_read():
    hidden = '<sheet name="a" sheetId="1" state="hidden" r:id="r1"/>'
    offered = package('<row r="1"><c r="A1"><v>1</v></c></row>', book=hidden)
    assert read(offered) == ("refused", "no-sheet", {})


BOMB = (
    "<!DOCTYPE x ["
    + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(9))
    + "]>"
)


@pytest.mark.parametrize(
    ("offered", "code"),
    [
        (b"", "empty-table"),
        (b"\n\n , \n", "empty-table"),
        (b"%PDF-1.7", "not-a-table"),
        (b"PK\x03\x04nonsense", "not-a-table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "old-workbook"),
        (b"\x00\x01\x02", "not-a-table"),
        (b"\x80\xff\xff\xfe\x81", "unknown-encoding"),
        (package("<row><c"), "broken-workbook"),
        (package('<row r="1"><c r="A1"><v>1</v></c></row>', doctype=BOMB), "broken-workbook"),
        (package('<row r="1"><c r="A1" t="s"><v>7</v></c></row>'), "broken-workbook"),
        (package('<row r="1"><c r="ZZ1"><v>1</v></c></row>'), "too-many-columns"),
        (package(f'<row r="1"><c r="A1" t="str"><v>{"x" * 3000}</v></c></row>'), "cell-too-long"),
        (b"a\n" * 6000, "too-many-rows"),
        (b"," * 100, "too-many-columns"),
    ],
)
def test_what_is_no_table_is_refused(offered, code):
    outcome, found, _ = read(offered)
    assert (outcome, found) == ("refused", code)


def test_what_unpacks_to_more_than_is_taken_is_refused_whatever_its_directory_says(monkeypatch):
    offered = package("".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 900)))
    assert read(offered)[0] == "table"
    honest = sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(offered)).infolist())
    monkeypatch.setattr(workbook, "MOST_UNPACKED_BYTES", honest - 1)
    assert read(offered)[1] == "unpacks-too-large"
    monkeypatch.setattr(
        zipfile.ZipFile,
        "infolist",
        lambda self: [],  # a directory that says nothing of what is there
    )
    assert read(offered)[1] == "unpacks-too-large"


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(offered):
    assert read(offered)[0] in {"table", "refused"}
    assert read(b"PK\x03\x04" + offered)[0] == "refused"


TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp"), exclude_characters="\ufffe\uffff"),
    max_size=20,
)


@settings(max_examples=25)
@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), min_size=1, max_size=5))
def test_every_text_comes_back_from_a_workbook_as_it_was(rows):
    offered = written(Sheet("登记", ["a", "b"], rows))
    found = dict(workbook.read_workbook(offered).rows)
    for number, row in enumerate(rows, 2):
        assert [*found.get(number, ()), "", ""][:2] == row


def test_days_times_and_numbers_come_back_from_a_workbook():
    offered = written(
        Sheet("登记", ["a"], [[7], [DAY], [datetime.combine(DAY, time(14, 31))], ["=1+1"], ["_x0041_"]])
    )
    rows = workbook.read_workbook(offered).rows
    assert [row[1][0] for row in rows[1:]] == ["7", "2026-03-02", "2026-03-02 14:31", "=1+1", "_x0041_"]
    sheet = zipfile.ZipFile(io.BytesIO(offered)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet


def test_texts_that_could_be_formulas_or_errors_are_texts_and_stay_so():
    said = ["=1+1", "+1", "-1", "@SUM(A1)", "#N/A", "007"]
    offered = written(Sheet("登记", ["a"], [[text] for text in said]))
    assert [row[1][0] for row in workbook.read_workbook(offered).rows[1:]] == said
    sheet = zipfile.ZipFile(io.BytesIO(offered)).read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count('t="inlineStr"') == len(said) + 1
    assert 'quotePrefix="1"' in zipfile.ZipFile(io.BytesIO(offered)).read("xl/styles.xml").decode()


def test_the_same_table_gives_the_same_bytes_and_leaves_no_file_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    first, later = (written(Sheet("登记", ["a"], [[DAY], ["b"]])) for _ in range(2))
    assert first == later
    parts = zipfile.ZipFile(io.BytesIO(first))
    assert {part.date_time[0] for part in parts.infolist()} == {1980}
    assert set(re.findall(r"\d{4}-\d\d-\d\dT", parts.read("docProps/core.xml").decode())) == {"1980-01-01T"}
    assert list(tmp_path.iterdir()) == []


def test_dates_that_chinese_files_do_not_spell_out_and_spans_of_time_are_read():
    offered = package(
        '<row r="3"><c r="A3" s="1"><v>46083</v></c><c r="B3" s="2"><v>1.5</v></c><c r="C3" s="2"/>'
        '<c r="D3" s="3"><v>0.604166667</v></c></row>',
        styles='<cellXfs><xf numFmtId="0"/><xf numFmtId="31"/><xf numFmtId="46"/><xf numFmtId="20"/></cellXfs>',
    )
    assert read(offered) == ("table", ((3, ("2026-03-02", "36:00", "", "14:30")),), ())


@pytest.mark.parametrize(
    "said",
    [
        "2026-03-02",
        "2026/3/2",
        "2026.3.2",
        "2026年3月2日",
        "20260302",
        "２０２６年３月２日",
        "2026-03-02 08:00",
    ],
)
def test_a_day_is_understood_as_it_is_written_here(said):
    assert cells.parse_day(said) == DAY


@pytest.mark.parametrize(
    "said", ["2026-03-02 14:30", "2026年3月2日 下午2:30", "2026/3/2 14时30分", "2026-03-02T14:30:00"]
)
def test_a_time_is_understood_as_it_is_written_here(said):
    assert cells.parse_moment(said) == datetime.combine(DAY, time(14, 30))


@pytest.mark.parametrize("said", ["", "soon", "2026-02-30", "26-3-2", "202603021", "2026-13-01"])
def test_what_is_no_day_is_none(said):
    with pytest.raises(cells.CellNoDay):
        cells.parse_day(said)


@pytest.mark.parametrize(("said", "number"), [("12", 12), ("１２", 12), ("12页", 12), ("12.0", 12)])
def test_wide_digits_and_closing_words_are_forgiven(said, number):
    assert cells.parse_number(said, most=99) == number


@pytest.mark.parametrize("said", ["0", "100", "-1", "1.5", "twelve", "①"])
def test_what_is_no_number_that_can_be_meant_is_none(said):
    if said == "①":
        assert cells.parse_number(said, most=99) == 1  # compatibility form of 1
        return
    with pytest.raises(cells.CellNoNumber):
        cells.parse_number(said, most=99)


def test_levels_and_states_are_known_by_all_their_words():
    for said in ("机密", "SECRET", "Secret", "机密★10年", "机密 Secret"):
        assert cells.parse_level(said, Scheme.COMPANY) == "SECRET"
    assert cells.parse_level("核心商密", Scheme.COMMERCIAL) == "CORE_COMMERCIAL"
    with pytest.raises(cells.CellNoLevel):
        cells.parse_level("核心商密", Scheme.COMPANY)
    assert cells.parse_state("借出") is State.HELD
    assert cells.parse_state("IN_STOCK") is State.IN_STOCK
    assert {cells.parse_state(word) for word in cells.STATE_WORDS.values()} == set(State)


def test_the_head_is_found_below_a_title_by_any_of_its_names_in_any_order():
    rows = (
        (1, ("人员名册",)),
        (2, ("部门（必填）", "备 注", "员工号*", "姓名")),
        (3, ("FIN", "", "S1", "王芳")),
    )
    head = find_head(ImportKind.PEOPLE, rows)
    assert (dict(head.places), head.strange, head.row) == (
        {0: "unit", 2: "staff_no", 3: "name_zh"},
        ("备 注",),
        2,
    )


def test_a_head_without_a_needed_column_or_with_one_twice_says_which():
    with pytest.raises(HeadUnfit) as unfit:
        find_head(ImportKind.PEOPLE, ((1, ("工号", "员工号", "姓名")),))
    assert [column.name for column in unfit.value.missing] == ["unit"]
    assert [column.name for column in unfit.value.twice] == ["staff_no"]


def test_the_limits_refuse():
    with pytest.raises(GridRefused):
        grid.require_size(grid.MOST_ROWS + 21, 0)
