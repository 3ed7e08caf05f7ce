"""Workbooks: what is read out of them, and hostile ones that are refused within a second."""

import struct
import time
import zipfile
from datetime import date, datetime
from io import BytesIO

import pytest
from xlsxwriter import Workbook

from app.surveys.register.errors import ProblemCode, UnreadableTableError
from app.surveys.register.sheets import child
from app.surveys.register.table import read_table

HEAD = ("小区编码", "小区", "楼栋", "房号", "业主姓名", "电话", "交付日期")
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"/>'
)
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(*rows, before=None):
    out = BytesIO()
    book = Workbook(out, {"in_memory": True})
    if before:
        before(book)
    sheet = book.add_worksheet("名册")
    sheet.activate()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for at, row in enumerate(rows):
        for column, cell in enumerate(row or ()):
            if isinstance(cell, date):
                sheet.write_datetime(at, column, cell, day)
            else:
                sheet.write(at, column, cell)
    book.close()
    return out.getvalue()


def test_a_cell_that_shows_day_and_time_keeps_its_minute_and_a_day_stays_a_day():
    out = BytesIO()
    book = Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    moment = datetime(2026, 11, 2, 14, 5, 40)  # noqa: DTZ001 - cells know no zone
    forms = ("yyyy-mm-dd hh:mm", "m/d/yy h:mm", 'yyyy"年"m"月"d"日" h"时"mm"分"', "yyyy-mm-dd")
    for at, form in enumerate(forms):
        sheet.write_datetime(0, at, moment, book.add_format({"num_format": form}))
        midnight = datetime(2026, 11, 2)  # noqa: DTZ001 - cells know no zone
        sheet.write_datetime(1, at, midnight, book.add_format({"num_format": form}))
    book.close()
    rows = [line.strip().split(",") for line in child.lines_of(out.getvalue())]
    assert rows == [[*["2026-11-02 14:05"] * 3, "2026-11-02"], ["2026-11-02"] * 4]


def parts(sheet, *, extra=(), strings=None):
    """A workbook put together by hand, so that it can say anything."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", TYPES)
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" '
            f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            '<sheet name="A" sheetId="1" r:id="s1"/></sheets></workbook>',
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{RELATIONS}"><Relationship Id="s1" Type="{OFFICE}/worksheet" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
        )
        if strings is not None:
            book.writestr("xl/sharedStrings.xml", strings)
        book.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, content in extra:
            book.writestr(name, content)
    return out.getvalue()


def sheet_of(rows):
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def test_a_workbook_reads_like_the_same_table_in_csv():
    content = workbook(
        HEAD,
        ("YQL", "云栖里", "1栋", "1-101", "王 敏", 13800000001, date(2019, 6, 30)),
        None,
        ("YQL", "云栖里", "2栋", 101, "李\n娜", "", ""),
    )
    table = read_table(content, "register.xlsx")
    rows = list(table.rows)
    assert table.encoding == "XLSX"
    assert [row.line for row in rows] == [2, 4]
    assert [table.cells(row) for row in rows] == [
        {
            "community_code": "YQL",
            "community": "云栖里",
            "building": "1栋",
            "room": "1-101",
            "owner": "王 敏",
            "phone": "13800000001",
            "handed_over_on": "2019-06-30",
        },
        {
            "community_code": "YQL",
            "community": "云栖里",
            "building": "2栋",
            "room": "101",
            "owner": "李 娜",
            "phone": "",
            "handed_over_on": "",
        },
    ]


def test_the_first_sheet_that_can_be_seen_is_read_and_a_formula_gives_its_value():
    content = workbook(HEAD[:4], before=lambda book: book.add_worksheet("别的").hide())
    assert read_table(content, "x.xlsx").columns["room"] == "房号"
    cells = '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="C1" t="b"><v>1</v></c></row>'
    assert list(child.lines_of(parts(sheet_of(cells)))) == ["2,,TRUE\r\n"]


def test_how_a_name_is_spoken_is_no_part_of_it():
    strings = (
        f'<sst xmlns="{MAIN}"><si><r><t>王</t></r><r><t>敏</t></r><rPh><t>wáng</t></rPh></si></sst>'
    )
    cells = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    assert list(child.lines_of(parts(sheet_of(cells), strings=strings))) == ["王敏\r\n"]


BOMB = b" " * 40_000_000
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c t="str"><v>&c;</v></c></row>'
    "</sheetData></worksheet>"
)
OUTSIDE = (
    '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c t="str"><v>&a;</v></c></row>'
    "</sheetData></worksheet>"
)
HOSTILE = {
    "bomb": (lambda: parts(BOMB), ProblemCode.TOO_LARGE),
    "billion laughs": (lambda: parts(LAUGHS), ProblemCode.DAMAGED_SHEET),
    "a file from outside": (lambda: parts(OUTSIDE), ProblemCode.DAMAGED_SHEET),
    "far row": (
        lambda: parts(sheet_of('<row r="1048576"><c r="A1048576"><v>1</v></c></row>')),
        ProblemCode.TOO_LARGE,
    ),
    "far column": (
        lambda: parts(sheet_of('<row r="1"><c r="XFD1"><v>1</v></c></row>')),
        ProblemCode.TOO_LARGE,
    ),
    "rows backwards": (
        lambda: parts(sheet_of('<row r="2"/><row r="1"/>')),
        ProblemCode.DAMAGED_SHEET,
    ),
    "many members": (
        lambda: parts(sheet_of(""), extra=[(f"a{n}", "") for n in range(300)]),
        ProblemCode.TOO_LARGE,
    ),
    "long cell": (
        lambda: parts(sheet_of(f'<row r="1"><c t="str"><v>{"x" * 5000}</v></c></row>')),
        ProblemCode.TOO_LARGE,
    ),
    "text that is not there": (
        lambda: parts(sheet_of('<row r="1"><c t="s"><v>7</v></c></row>')),
        ProblemCode.DAMAGED_SHEET,
    ),
    "no workbook": (lambda: b"PK\x03\x04 nothing", ProblemCode.DAMAGED_SHEET),
    "cut off": (lambda: workbook(HEAD)[:-200], ProblemCode.DAMAGED_SHEET),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_refused_within_seconds(name):
    make, code = HOSTILE[name]
    content = make()
    begun = time.monotonic()
    with pytest.raises(UnreadableTableError) as caught:
        list(read_table(content, "x.xlsx").rows)
    assert caught.value.problem.code is code
    # Alone it takes a tenth of a second; the rest is for a machine with other work.
    assert time.monotonic() - begun < 5


def test_a_member_that_says_it_is_small_and_is_not_is_refused():
    content = bytearray(parts(sheet_of('<row r="1"/>') + " " * 3_000_000))
    with zipfile.ZipFile(BytesIO(bytes(content))) as book:
        size = book.getinfo("xl/worksheets/sheet1.xml").file_size
    told = content.replace(struct.pack("<I", size), struct.pack("<I", 500))
    with pytest.raises(UnreadableTableError):
        list(read_table(bytes(told), "x.xlsx").rows)
