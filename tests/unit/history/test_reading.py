"""Foreign files: every encoding and kind gives the same cells; hostile ones are refused."""

import csv
import io
import re
import zipfile

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.surveys.history.errors import FileProblem, UnreadableFileError
from app.surveys.history.reading.data import unique_names
from app.surveys.history.reading.reader import read_data

CELLS = st.text("a\",;\t ＝='很满意é\U0001f600", max_size=8).map(lambda text: text.strip())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_a_text_file_is_read_in_every_encoding(encoding):
    text = "小区;评分\r\n桂语苑;4\r\n\r\n松涧雅居;5\r\n"
    found = read_data(text.encode(encoding))
    assert [column.name for column in found.columns] == ["小区", "评分"]
    assert found.rows == (("桂语苑", "4"), ("松涧雅居", "5"))
    assert found.lines == (2, 4)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=6),
    st.sampled_from(["utf-8-sig", "utf-16"]),
)
def test_any_cells_come_back_as_they_were_written(rows, encoding):
    out = io.StringIO()
    csv.writer(out).writerows([["a", "b"], *rows])
    # A tab inside a cell is a blank: what nobody sees could not stand in a column map.
    seen = [tuple(re.sub("\t+", " ", cell).strip() for cell in row) for row in rows]
    filled = [row for row in seen if any(row)]
    content = out.getvalue().encode(encoding)
    if filled:
        assert list(read_data(content).rows) == filled
        return
    with pytest.raises(UnreadableFileError):
        read_data(content)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content):
    if content.startswith((b"PK\x03\x04", b"$FL")):
        return
    try:
        found = read_data(content)
    except UnreadableFileError:
        return
    assert all(len(row) == len(found.columns) for row in found.rows)


def test_one_damaged_byte_is_named_by_line_and_no_wrong_chinese():
    content = "小区,分\n桂语苑,4\n".encode() + b"\xff\xfe\n" + "松涧雅居,5\n".encode()
    with pytest.raises(UnreadableFileError) as caught:
        read_data(content)
    assert (caught.value.problem, caught.value.line) == (FileProblem.UNDECODABLE, 3)


def test_an_spss_file_brings_labels_and_its_kinds_of_missing(tmp_path):
    frame = pd.DataFrame({"q1": [1.0, 5.0, 9.0, None], "place": ["甲园", "乙园", "甲园", "丙园"]})
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(
        frame,
        path,
        column_labels={"q1": "总体满意度"},
        variable_value_labels={"q1": {1: "很不满意", 5: "很满意", 9: "不清楚"}},
        missing_ranges={"q1": [9]},
    )
    found = read_data(path.read_bytes())
    first = found.columns[0]
    assert (first.label, first.labels["9"]) == ("总体满意度", "不清楚")
    assert first.is_missing("9")
    assert not first.is_missing("5")
    assert [row[0] for row in found.rows] == ["1", "5", "9", ""]


def test_a_workbook_is_read_with_many_columns_and_long_words():
    book = openpyxl.Workbook()
    book.active.append([f"{at}、题目" for at in range(1, 121)])
    book.active.append(["很满意", *["意见" * 1500], *["4"] * 118])
    out = io.BytesIO()
    book.save(out)
    found = read_data(out.getvalue())
    assert len(found.columns) == 120
    assert found.rows[0][:1] == ("很满意",)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", FileProblem.EMPTY),
        (b"a,b\n", FileProblem.EMPTY),
        (b"\xd0\xcf\x11\xe0 old", FileProblem.OLD_WORKBOOK),
        (b"PK\x03\x04 nothing", FileProblem.DAMAGED),
        (b"$FL2 nothing", FileProblem.DAMAGED),
        (b'a,b\n"1,2\n', FileProblem.QUOTES),
        ((",".join(f"c{at}" for at in range(601)) + "\n1\n").encode(), FileProblem.TOO_LARGE),
    ],
)
def test_what_is_no_table_is_refused(content, problem):
    with pytest.raises(UnreadableFileError) as caught:
        read_data(content)
    assert caught.value.problem is problem


def test_a_workbook_that_unpacks_to_a_mountain_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", b"0" * 6_000_000)
    with pytest.raises(UnreadableFileError) as caught:
        read_data(out.getvalue())
    assert caught.value.problem in (FileProblem.TOO_LARGE, FileProblem.DAMAGED)


def test_headings_can_always_be_told_apart():
    assert unique_names(["Q1", "Q1", "", "Q1 (2)"]) == ["Q1", "Q1 (2)", "#3", "Q1 (2) (2)"]
