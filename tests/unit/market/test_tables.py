"""Files of an agency: what is read, and what is refused with its line and column."""

from io import BytesIO

import pytest
from xlsxwriter import Workbook

from app.surveys.market.errors import MarketFileFaultError, MarketProblem
from app.surveys.market.tables import MOST_COLUMNS, read_rows

KNOWN = ("community", "provider", "fee")


def read(content: bytes):
    return read_rows(content, known=KNOWN, needed=("community",), aliases={"小区": "community"})


def workbook(rows: list[list[str]]) -> bytes:
    target = BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return target.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        "小区,provider\n云栖,own\n\n望江,haiyue\n".encode(),
        "\ufeff小区;provider\r\n云栖;own\r\n;\r\n望江;haiyue\r\n".encode(),
        "provider\t小区\nown\t云栖\n\nhaiyue\t望江\n".encode("gb18030"),
        "小区,provider\n云栖,own\n\n望江,haiyue\n".encode("utf-16"),
        workbook([["小区", "provider"], ["云栖", "own"], [], ["望江", "haiyue"]]),
    ],
)
def test_the_same_rows_come_out_of_every_encoding_and_kind(content):
    rows = read(content)
    assert [dict(row.cells) for row in rows] == [
        {"community": "云栖", "provider": "own"},
        {"community": "望江", "provider": "haiyue"},
    ]
    assert [row.line for row in rows] == [2, 4]


@pytest.mark.parametrize(
    ("content", "code", "line", "column"),
    [
        (b"", MarketProblem.NO_ROWS, None, ""),
        (b"community\n", MarketProblem.NO_ROWS, None, ""),
        (b"provider\nown\n", MarketProblem.MISSING_COLUMN, 1, "community"),
        (b"community,phone\nx,1\n", MarketProblem.UNKNOWN_COLUMN, 1, "phone"),
        ("community,小区\nx,y\n".encode(), MarketProblem.DOUBLE_COLUMN, 1, "小区"),
        (b"community\nx,y\n", MarketProblem.TOO_MANY_CELLS, 2, ""),
        (b'community\n"x\n', MarketProblem.UNREADABLE, 2, ""),
        (b"\xd0\xcf\x11\xe0old", MarketProblem.UNREADABLE, None, ""),
        (b"PK\x03\x04broken", MarketProblem.UNREADABLE, None, ""),
        (b"community\n\x00\n", MarketProblem.UNREADABLE, None, ""),
        (b"community\n" + b"x" * 401, MarketProblem.TOO_LONG, 2, "community"),
        (b"community\n" + b"," * MOST_COLUMNS, MarketProblem.TOO_LARGE, 2, ""),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_with_its_place(content, code, line, column):
    with pytest.raises(MarketFileFaultError) as caught:
        read(content)
    fault = caught.value.fault
    assert (fault.code, fault.line, fault.column) == (code, line, column)
