"""Any text survives every form of file, and none becomes a formula."""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import openpyxl
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from openpyxl.utils.escape import unescape

from app.reports.exports.answers import Batch
from app.reports.exports.csv_file import write_codebook, write_long, write_wide
from app.reports.exports.ddi import LANGUAGES, NAMESPACE, codebook_xml, count
from app.reports.exports.json_file import write_json
from app.reports.exports.parquet_file import write_parquet
from app.reports.exports.safe import cleaned, guarded, unguarded
from app.reports.exports.sav_file import write_sav
from app.reports.exports.variables import Variable, codebook
from app.reports.exports.xlsx_file import write_workbook
from app.surveys.instrument.model import Instrument, Text
from app.surveys.snapshot.manifest import Manifest
from tests.factories import perception_instrument
from tests.unit.exports.build import MADE_AT, T0, about_of

NASTY = st.one_of(
    st.text(max_size=12),
    st.builds(str.__add__, st.sampled_from("=+-@\t\r\n＝＋－＠'"), st.text(max_size=8)),
    st.sampled_from(
        [
            "=1+1",
            "_x0041_",
            "\U00020bb7\U0001f468\u200d\U0001f469",
            "\u202eabc",
            "a\u2028b",
            '"',
            "';DROP",
            " x ",
        ]
    ),
)
WORDS = NASTY.filter(str.strip)
TEXTS = st.lists(NASTY, min_size=1, max_size=12)
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")


def small_instrument(word: str) -> Instrument:
    """Return the survey cut down to one question that is worded so."""
    whole = perception_instrument()
    said = Text(dict.fromkeys(whole.languages, word))
    item = replace(whole.item("overall"), text=said)
    scale = whole.scales[item.scale or ""]
    scales = {scale.code: replace(scale, labels=dict.fromkeys(scale.points, said))}
    return replace(whole, items=(item,), scales=scales)


def batch_of(instrument: Instrument, texts: list[str]) -> Batch:
    """Return homes whose buildings are called so."""
    size = len(texts)
    known = {
        one.name: [cleaned(text) for text in texts] if one.name == "building" else ["w"] * size
        for one in codebook(instrument)[:12]
    }
    known |= {"week": [3] * size, "replicate_group": [1] * size, "weight": [1.5] * size}
    manifest = Manifest("w", "c", 1, None, "i", 9, size, 0, 600, T0, False, (), "t", T0)
    codes = np.full((size, 1), 7, dtype=np.uint8)
    return Batch(manifest, known, instrument.items, codes)


def rows_of(text: str) -> list[list[str]]:
    """Return the cells of a CSV file; none of them is a formula."""
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    for cell in (cell for row in rows for cell in row):
        assert _NUMBER.fullmatch(cell) or cell[:1] not in set("=+-@\t\r\n＝＋－＠"), cell
    return rows


@given(st.text())
def test_a_guarded_cell_gives_its_text_back_and_never_begins_like_a_formula(text):
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in set("=+-@\t\r\n＝＋－＠")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("texts")


@settings(max_examples=8, deadline=None)  # the long form: python -m benchmarks.exports
@given(word=WORDS, texts=TEXTS)
def test_any_text_survives_every_form_of_file(folder, word, texts):
    check_every_form(folder, word, texts)


def check_every_form(folder: Path, word: str, texts: list[str]) -> None:
    """Write texts in every form, read them back with other programs, compare."""
    instrument = small_instrument(word)
    book, batch = codebook(instrument), batch_of(instrument, texts)
    asked, known = cleaned(word), [cleaned(text) for text in texts]
    check_csv(book, batch, instrument, asked, known)
    check_workbook(folder, book, batch, instrument, asked, known)
    check_sav(folder, book, batch, instrument, asked, known)
    path = folder / "a.parquet"
    write_parquet(path, [batch], instrument, {"export": word.replace("\x00", "")})
    read = duckdb.execute("SELECT building FROM read_parquet(?)", [str(path)]).fetchall()
    assert [one[0] for one in read] == known
    target = io.StringIO()
    write_json(target, [batch], book, instrument, about_of(()))
    told = json.loads(target.getvalue())
    place = told["columns"].index("building")
    assert [row[place] for row in told["rows"]] == known
    said = next(one for one in told["variables"] if one["name"] == "overall")
    assert said["values"][0]["word"] == asked
    check_ddi(book, batch, instrument, asked)


def check_csv(
    book: tuple[Variable, ...], batch: Batch, instrument: Instrument, asked: str, known: list[str]
) -> None:
    for words in (False, True):
        target = io.StringIO(newline="")
        write_wide(target, [batch], book, instrument, words=words)
        head, *rows = rows_of(target.getvalue())
        place, answer = head.index("building"), head.index("overall")
        if not words:
            assert [unguarded(row[place]) for row in rows] == known
        assert {unguarded(row[answer]) for row in rows} == {asked if words else "7"}
        target = io.StringIO(newline="")
        write_long(target, [batch], book, instrument, words=words)
        assert len(rows_of(target.getvalue())) == 1 + len(known)
    target = io.StringIO(newline="")
    write_codebook(target, book)
    head, *rows = rows_of(target.getvalue())
    said = [unguarded(row[head.index("word")]) for row in rows if row[0] == "overall"]
    assert said[:10] == [asked] * 10


def check_workbook(
    folder: Path,
    book: tuple[Variable, ...],
    batch: Batch,
    instrument: Instrument,
    asked: str,
    known: list[str],
) -> None:
    path = folder / "a.xlsx"
    about = [("w", asked)]
    write_workbook(
        path, [batch], book, instrument, about=about, company="c", number="X1", made_at=MADE_AT
    )
    read = openpyxl.load_workbook(path)
    cells = [cell for page in read for row in page.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert read.properties.description == "X1"
    data, words, _about = read.worksheets
    place = [cell.value for cell in data[1]].index("building")
    # openpyxl leaves it to its callers to read _x005F_ as the underscore it stands for.
    found = [row[place] or "" for row in data.iter_rows(min_row=2, values_only=True)]
    assert [unescape(one) for one in found] == known
    said = [row[9] for row in words.iter_rows(values_only=True) if row[0] == "overall"]
    assert unescape(said[0]) == asked


def check_sav(
    folder: Path,
    book: tuple[Variable, ...],
    batch: Batch,
    instrument: Instrument,
    asked: str,
    known: list[str],
) -> None:
    path = folder / "a.sav"
    write_sav(path, [batch], book, instrument, title="t", note="X1")
    frame, meta = pyreadstat.read_sav(str(path), user_missing=True)
    # SPSS fills its texts up with blanks: those at the end are not told apart.
    assert frame["building"].tolist() == [text.rstrip(" ") for text in known]
    assert meta.variable_value_labels["overall"][1.0].rstrip(" ") == asked.rstrip(" ")


def check_ddi(book: tuple[Variable, ...], batch: Batch, instrument: Instrument, asked: str) -> None:
    books = dict.fromkeys(LANGUAGES, book)
    xml = codebook_xml(
        replace(about_of(()), title=asked), books, count([batch], instrument), file_name="f"
    )
    root = etree.fromstring(xml)
    path = f".//{{{NAMESPACE}}}var[@name='overall']/{{{NAMESPACE}}}catgry/{{{NAMESPACE}}}labl"
    assert root.find(path).text == asked
