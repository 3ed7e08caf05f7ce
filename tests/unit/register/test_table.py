"""Register files: encodings, separators, headers, and refusals that name the line."""

import codecs
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.surveys.register.errors import Problem, ProblemCode, UnreadableTableError
from app.surveys.register.table import read_table

HEADER = "小区编码,小区,楼栋,房号,业主姓名\n"
TEXT = HEADER + "YQL,云栖里,1栋,1-101,王𠮷\nYQL,云栖里,1栋,1-102,李娜\n"


def problem_of(content, filename="register.csv"):
    with pytest.raises(UnreadableTableError) as caught:
        list(read_table(content, filename).rows)
    return caught.value.problem


def cells_of(table, field):
    return [table.cells(row)[field] for row in table.rows]


def lines_of(table):
    return [row.line for row in table.rows]


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-8", TEXT.encode()),
        ("utf-8-sig", TEXT.encode("utf-8-sig")),
        ("gb18030", TEXT.encode("gb18030")),
        ("utf-16", TEXT.encode("utf-16")),
        ("utf-16", codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be")),
        ("utf-16-le", TEXT.encode("utf-16-le")),
        ("utf-16-be", TEXT.encode("utf-16-be")),
    ],
)
def test_every_encoding_gives_the_same_table(encoding, content):
    table = read_table(content, "register.csv")
    assert table.encoding == encoding
    rows = list(table.rows)
    assert [table.cells(row)["owner"] for row in rows] == ["王𠮷", "李娜"]
    assert [row.line for row in rows] == [2, 3]


def test_gbk_as_old_spreadsheets_write_it_is_read():
    table = read_table(TEXT.replace("𠮷", "吉").encode("gbk"), "register.csv")
    assert cells_of(table, "owner")[0] == "王吉"


def test_a_rare_character_at_its_old_private_place_becomes_the_real_one():
    # GB18030-2005 gives the bytes FE 59 the character U+9FB4
    content = HEADER.encode("gb18030") + "YQL,云栖里,1栋,1-101,王".encode("gb18030") + b"\xfe\x59\n"
    assert cells_of(read_table(content, "x.csv"), "owner") == ["王\u9fb4"]


def test_one_damaged_character_in_utf8_is_refused_with_its_line_not_read_as_other_chinese():
    content = TEXT.encode().replace("李".encode(), "李".encode()[:2])
    assert problem_of(content) == Problem(ProblemCode.UNDECODABLE, line=3, value="utf-8")


def test_a_damaged_line_of_gb18030_is_named():
    content = TEXT.encode("gb18030").replace("李娜".encode("gb18030"), b"\xff\xff")
    assert problem_of(content) == Problem(ProblemCode.UNDECODABLE, line=3, value="gb18030")


def test_a_damaged_line_after_a_byte_order_mark_is_named():
    content = TEXT.encode("utf-8-sig") + b"YQL,\xff\n"
    assert problem_of(content) == Problem(ProblemCode.UNDECODABLE, line=4, value="utf-8-sig")


def test_half_a_character_at_the_end_of_utf16_is_named():
    content = TEXT.encode("utf-16") + b"\x0a\x00\xc0"
    assert problem_of(content) == Problem(ProblemCode.UNDECODABLE, line=5, value="utf-16")


@pytest.mark.parametrize("char", ["\x00", "\x07", "\x85", "\ue000", "\ufffd"])
def test_characters_nobody_types_are_refused_with_their_line(char):
    content = (HEADER + f"YQL,云栖里,1栋,1-101,王{char}\n").encode("utf-8-sig")
    assert problem_of(content) == Problem(ProblemCode.UNDECODABLE, line=2, value="utf-8-sig")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"  \r\n", ",,,\n".encode("utf-16")])
def test_an_empty_file_is_refused(content):
    assert problem_of(content).code is ProblemCode.EMPTY_FILE


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04rest", ProblemCode.DAMAGED_SHEET),
        (b"\xd0\xcf\x11\xe0rest", ProblemCode.NOT_CSV),
    ],
)
def test_a_spreadsheet_is_known_by_its_content_not_its_name(content, code):
    assert problem_of(content, "register.csv").code is code


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_separator_and_line_ending_are_found(separator, ending):
    content = TEXT.replace(",", separator).replace("\n", ending).encode()
    assert cells_of(read_table(content, "x.csv"), "room") == ["1-101", "1-102"]


def test_english_headers_any_order_and_case_are_understood():
    content = b"Room,BUILDING, community_code ,Community,Remark\n1-101,1,YQL,A,x\n"
    table = read_table(content, "x.csv")
    assert table.cells(next(table.rows)) == {
        "room": "1-101",
        "building": "1",
        "community_code": "YQL",
        "community": "A",
    }
    assert table.ignored == ("Remark",)
    assert table.problems == ()


def test_missing_columns_are_all_named():
    table = read_table("小区,房号\nA,1\n".encode(), "x.csv")
    assert table.problems == (
        Problem(ProblemCode.MISSING_COLUMN, line=1, column="小区编码"),
        Problem(ProblemCode.MISSING_COLUMN, line=1, column="楼栋"),
    )


def test_a_column_that_stands_twice_under_two_names_is_named():
    table = read_table((HEADER.strip() + ",姓名\n").encode(), "x.csv")
    assert table.problems == (Problem(ProblemCode.DOUBLE_COLUMN, line=1, column="姓名"),)


def test_blank_rows_are_left_out_and_lines_still_count():
    content = (HEADER + "\n,,,,\nYQL,A,1,1-101,王\n").encode()
    assert lines_of(read_table(content, "x.csv")) == [4]


def test_a_cell_over_two_lines_keeps_the_count_of_lines():
    content = (HEADER + 'YQL,A,1,1-101,"王\n敏"\nYQL,A,1,1-102,李\n').encode()
    assert lines_of(read_table(content, "x.csv")) == [2, 4]


def test_an_open_quotation_mark_is_named():
    content = (HEADER + 'YQL,A,1,1-101,王\nYQL,A,1,1-102,"李\n').encode()
    assert problem_of(content) == Problem(ProblemCode.BROKEN_QUOTES, line=3)


def test_a_row_with_more_cells_than_the_header_is_named():
    content = (HEADER + "YQL,A,1,1-101,王,,\nYQL,A,1,1-102,李,x\n").encode()
    assert problem_of(content) == Problem(ProblemCode.TOO_MANY_CELLS, line=3)


def test_a_short_row_has_empty_cells():
    content = (HEADER + "YQL,A,1,1-101\n").encode()
    assert cells_of(read_table(content, "x.csv"), "owner") == [""]


def test_a_table_of_a_thousand_columns_is_refused():
    assert problem_of(b"a," * 1000 + b"a\n").code is ProblemCode.TOO_LARGE


han = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=6)


@given(st.lists(han, min_size=1, max_size=8), st.sampled_from(["utf-8", "gb18030", "utf-16"]))
def test_no_name_is_ever_read_as_another_one(names, encoding):
    content = HEADER + "".join(f"YQL,云栖里,1栋,1-{n},{name}\n" for n, name in enumerate(names))
    table = read_table(content.encode(encoding), "x.csv")
    assert cells_of(table, "owner") == names


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_and_never_crash(content):
    with suppress(UnreadableTableError):
        table = read_table(content, "x.csv")
        assert table.encoding
        assert all(len(row.texts) >= len(table.columns) for row in table.rows)
